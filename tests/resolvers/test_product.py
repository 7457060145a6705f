from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.doing import Doing


async def test_a_product_is_made_with_all_that_belongs_to_it(crm: Doing, session: AsyncSession) -> None:
    dairy = factories.product_group(external_id="dairy")
    await factories.save(session, dairy, factories.product_brand(external_id="madeta"), factories.tag(code="bio"))

    payload = await crm.do(
        "productUpsert",
        "product { name code packageSize group { name } brand { name } codes { listCode code }"
        " prices { amount currency { code } } tags { code } imageUrls source externalId createdAt }"
        " userErrors { code message field }",
        source="erp",
        externalId="p-1",
        name="Máslo čerstvé",
        code="100",
        packageSize="250 g",
        group={"externalId": {"source": "erp", "externalId": "dairy"}},
        brand={"externalId": {"source": "erp", "externalId": "madeta"}},
        codes=[{"list": "EAN", "code": "8591"}, {"list": "PLU", "code": "7"}],
        prices=[{"amount": "59.90", "currency": "CZK"}, {"amount": "2.5", "currency": "EUR"}],
        tags=[{"code": "bio"}],
        imageUrls=["https://example.com/1.jpg"],
    )

    assert payload == {
        "product": {
            "name": "Máslo čerstvé",
            "code": "100",
            "packageSize": "250 g",
            "group": {"name": "Dairy"},
            "brand": {"name": "Madeta"},
            "codes": [{"listCode": "EAN", "code": "8591"}, {"listCode": "PLU", "code": "7"}],
            "prices": [
                {"amount": "59.90", "currency": {"code": "CZK"}},
                {"amount": "2.50", "currency": {"code": "EUR"}},
            ],
            "tags": [{"code": "bio"}],
            "imageUrls": ["https://example.com/1.jpg"],
            "source": "erp",
            "externalId": "p-1",
            "createdAt": "2024-05-15T12:00:00+00:00",
        },
        "userErrors": [],
    }
    assert await crm.rows(models.ProductTerm, "term") == [("100",), ("7",), ("8591",), ("cerstve",), ("maslo",)]
    assert await crm.rows(models.Event, "kind", "entity", "data") == [("PRODUCT_CREATED", "Product", None)]
