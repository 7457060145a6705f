from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files.report import Count
from tests.resolvers.files.conftest import Bring
from tests.resolvers.purchase.shopping import bill, open_shop, points_of
from tests.resolvers.running_operations import Operations

SENT = "repeated userErrors { code }"
IMPORTED = "imported repeated refused { code }"


async def test_a_bill_counts_once_from_a_file_and_online_in_either_order(
    crm: Operations, session: AsyncSession, bring: Bring
) -> None:
    shop = await open_shop(session, points=0)
    paid = {"store": "shop", "paidAt": "2024-05-15T12:00:00Z", "currencyCode": "CZK", "total": 100}
    rows = [paid | {"externalId": "online-first"}, paid | {"externalId": "file-first"}]
    online, file = ({"bill": bill(external_id=f"{way}-first"), "customer": shop.customer} for way in ("online", "file"))

    sent = await crm.do("purchaseSend", SENT, **online)
    brought = await bring({"purchases.jsonl": rows})
    again = [await crm.do("purchaseSend", SENT, **given) for given in (online, file)]
    offline = await crm.do("purchasesImport", IMPORTED, bills=[online, file])

    assert sent == {"repeated": False, "userErrors": []}
    assert brought.counts["purchases"] == Count(created=1, unchanged=1)
    assert again == [{"repeated": True, "userErrors": []}] * 2
    assert offline == {"imported": 0, "repeated": 2, "refused": []}
    assert await crm.rows(models.Purchase, "external_id") == [("online-first",), ("file-first",)]
    assert await points_of(session, shop.jana) == (100, 100)
