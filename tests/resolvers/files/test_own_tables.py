"""Tables as spreadsheets and people write them."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files import Declared, import_files
from resolvers.files.declared import said
from resolvers.files.report import Count
from tests.resolvers.files.conftest import Bring, Take, reasons

STORES = "code;name;countryCode\nS1;Obchod;CZ\n"
CUSTOMERS = "externalId;firstName\n1;Jana\n2;Petr\n"


@pytest.fixture
def database_kind() -> str:
    """Reading is the same whatever the rows are read into."""
    return "sqlite"


@pytest.mark.parametrize(
    "content",
    [
        b"code;name;;\r\na;\xc5\xbdlu\xc5\xa5;;\r\n;;;\r\n",
        "\ufeffcode\tname\r\na\tŽluť\r\n".encode("utf-16-le"),
        "\ufeffcode;name\r\na;Žluť\r\n".encode("utf-16-be"),
        b"sep=|\r\nCode|NAME\r\na|\xc5\xbdlu\xc5\xa5\r\n",
        b'\xef\xbb\xbf"code","Name"\na,\xc5\xbdlu\xc5\xa5,,\n',
    ],
    ids=["empty columns", "UTF-16 with tabs", "big-endian UTF-16", "a declared mark", "a mark of UTF-8"],
)
async def test_what_spreadsheets_write_is_read(bring: Bring, take: Take, content: bytes) -> None:
    report = await bring({"Tags (1).csv": content})

    assert reasons(report) == []
    assert [(row["code"], row["name"]) for row in await take("tags")] == [("a", "Žluť")]


async def test_another_encoding_is_read_where_it_is_declared(bring: Bring, take: Take) -> None:
    content = "code;name\na;Žluť\n".encode("windows-1250")

    refused = await bring({"tags.csv": content})
    await bring({"tags.csv": content}, said=said(encoding="windows-1250"))

    assert reasons(refused) == ["tags.csv, line 2: name is not UTF-8: save it as such, or say its encoding"]
    assert [row["name"] for row in await take("tags")] == ["Žluť"]


async def test_a_cell_under_no_name_is_named(bring: Bring) -> None:
    report = await bring({"tags.csv": "code;name;\na;A;\nb;B;x\n"})

    assert reasons(report) == ["tags.csv, line 3: has a cell under no name"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("externalId;fristName", "has columns that can't be imported: fristName (is firstName meant?)"),
        ("externalId;customer", "has columns that can't be imported: customer"),
        ("externalId;consents;consents.sms", "has both consents and consents.sms"),
        ("external_id;External ID", "has a column twice"),
    ],
)
async def test_a_wrong_column_is_named_with_what_may_be_meant(bring: Bring, header: str, reason: str) -> None:
    report = await bring({"customers.csv": f"{header}\n"})

    assert reasons(report) == [f"customers.csv, line 1: {reason}"]


async def test_a_misspelt_field_is_named_with_what_may_be_meant(bring: Bring) -> None:
    report = await bring({"tags.jsonl": [{"code": "a", "name": "A", "sate": "ACTIVE"}]})

    assert reasons(report) == ["tags.jsonl, line 1: sate is not a field that can be imported; is state meant?"]


async def test_numbers_serve_as_ids(bring: Bring, take: Take) -> None:
    customer = {"source": "erp", "externalId": 1000, "lastName": "Nová"}
    card = {"number": "1234567890123456", "cardType": 7, "customer": {"source": "erp", "externalId": 1000}}

    report = await bring(
        {
            "cardTypes.jsonl": [{"code": 7, "name": "Card", "prefix": 1, "checkDigit": "NONE"}],
            "customers.jsonl": [customer],
            "cards.jsonl": [card],
        }
    )

    assert reasons(report) == []
    assert (await take("cards"))[0]["customer"] == {"source": "erp", "externalId": "1000"}


async def test_what_is_missing_is_said_once(bring: Bring) -> None:
    bills = "".join(f"S{number % 7};{number};2026-05-01;10;CZK\n" for number in range(123))

    report = await bring(
        {"purchases.csv": f"store;externalId;paidAt;total;currencyCode\n{bills}"}, said=said(zone="Europe/Prague")
    )

    assert reasons(report) == [
        "purchases.csv, lines 2, 3, 4, 5, 6 and 118 more: store names what is not among the stores: "
        "S0, S1, S2, S3, S4 and 2 more; bring a file stores.csv or .jsonl that has them"
    ]


async def test_a_bad_value_is_shown_unless_it_tells_of_a_person(bring: Bring) -> None:
    report = await bring(
        {
            "customers.csv": "externalId,email,birthdate\n1,canary,canary\n",
            "products.csv": f"externalId,code,name,prices\n1,a,A,free\n2,{'b' * 70},B,1 CZK\n",
        },
        said=said(currency="CZK"),
    )

    assert reasons(report) == [
        "products.csv, line 2: prices[0].amount must be a decimal number: free",
        f"products.csv, line 3: code is longer than 64 characters: {'b' * 40}…",
        "customers.csv, line 2: email must be an e-mail address",
        "customers.csv, line 2: birthdate must be a day such as 2024-05-15",
    ]


@pytest.mark.parametrize(
    ("bill", "reason"),
    [
        ({"total": -10}, "total is below zero; what was returned is brought in as purchaseReturns"),
        ({"total": 10, "paidAt": "2126-05-15T12:00:00Z"}, "paidAt is in the future: 2126-05-15"),
    ],
)
async def test_an_implausible_bill_is_refused(bring: Bring, bill: dict[str, object], reason: str) -> None:
    one = {"store": "S1", "externalId": "1", "paidAt": "2026-05-15T12:00:00Z", "currencyCode": "CZK"}

    report = await bring({"stores.csv": STORES, "purchases.jsonl": [one | bill]})

    assert reasons(report) == [f"purchases.jsonl, line 1: {reason}"]


async def test_a_bill_may_stand_in_as_many_rows_as_it_has_lines(bring: Bring, take: Take) -> None:
    header = "store;externalId;paidAt;items.productName;items.quantity;items.price;items.unitPrice\n"
    lines = "S1;1;1.5.2026 10:00;Milk;2;;12,50\nS1;1;1.5.2026 10:00;Bread;1;40;\nS1;2;1.5.2026 11:00;Bread;0,5;20;\n"

    report = await bring({"stores.csv": STORES, "purchases.csv": header + lines})

    first, second = await take("purchases")
    assert reasons(report) == []
    assert (first["total"], first["currencyCode"], first["paidAt"]) == ("65", "CZK", "2026-05-01T08:00:00+00:00")
    assert [(item["productName"], item["price"]) for item in first["items"]] == [("Milk", "25"), ("Bread", "40")]
    assert (second["total"], second["items"][0]["quantity"]) == ("20", "0.5")


async def test_a_bill_whose_lines_come_to_something_else_is_told(bring: Bring) -> None:
    bill = {"store": "S1", "externalId": "1", "paidAt": "2026-05-15T12:00:00Z", "currencyCode": "CZK", "total": 9}

    report = await bring({"stores.csv": STORES, "purchases.jsonl": [{**bill, "items": [{"quantity": 1, "price": 10}]}]})

    assert [str(each) for each in report.warnings] == ["purchases.jsonl, line 1: total is 9, and its lines come to 10"]


async def test_prices_tags_and_codes_have_short_forms(bring: Bring, take: Take) -> None:
    table = "externalId;code;name;prices;tags;codes.EAN\n1;a;A;59,90;bio, new;4006381333931\n2;b;B;1 Kč|2,50 €;;\n"
    tags = "code;name\nbio;Bio\nnew;New\n"

    report = await bring({"tags.csv": tags, "products.csv": table}, said=said(currency="CZK"))

    first, second = await take("products")
    assert reasons(report) == []
    assert first["prices"] == [{"currencyCode": "CZK", "amount": "59.9"}]
    assert (first["tags"], first["codes"]) == (["bio", "new"], [{"listCode": "EAN", "code": "4006381333931"}])
    assert [(each["currencyCode"], each["amount"]) for each in second["prices"]] == [("CZK", "1"), ("EUR", "2.5")]


async def test_a_property_in_a_column_is_of_its_kind(bring: Bring, take: Take) -> None:
    kinds = {"weight": "NUMBER", "vip": "BOOLEAN", "since": "DATE", "size": "TEXT"}
    properties = [{"code": code, "name": code, "dataType": kind} for code, kind in kinds.items()]
    table = (
        "externalId;properties.weight;properties.vip;properties.since;properties.size\n1;1,5;Ano;1.5.2026;5\n2;;;;\n"
    )

    report = await bring({"properties.jsonl": properties, "customers.csv": table})
    wrong = await bring({"customers.csv": "externalId;properties.weight\n1;heavy\n"})

    (row, other) = await take("customers")
    assert reasons(report) == []
    assert {each["property"]: each["value"] for each in row["properties"]} == {
        "weight": 1.5,
        "vip": True,
        "since": "2026-05-01",
        "size": "5",
    }
    assert "properties" not in other
    assert reasons(wrong) == ["customers.csv, line 2: properties[0].value must be a number"]


async def test_an_answer_in_a_column_leaves_other_answers_alone(bring: Bring, take: Take) -> None:
    await bring({"customers.csv": "externalId;newsletter;consents.sms\n1;Ano;Ne\n2;;\n"})
    before, _ = await take("customers")

    report = await bring({"customers.csv": "externalId;newsletter\n1;Ano\n2;Ne\n"})

    after, other = await take("customers")
    assert [(each["consent"], each["value"]) for each in before["consents"]] == [
        ("newsletter", "GIVEN"),
        ("sms", "WITHDRAWN"),
    ]
    assert after["consents"] == before["consents"]
    assert [(each["consent"], each["value"]) for each in other["consents"]] == [("newsletter", "WITHDRAWN")]
    assert report.counts["customers"] == Count(updated=1, unchanged=1)


async def test_cells_that_say_nothing_leave_open_what_is_known(bring: Bring, take: Take) -> None:
    customers = "source;externalId;firstName\n;1;Jana\n"
    table = "store;externalId;paidAt;total;currencyCode\nS1;1;1.5.2026;5;\nS1;2;1.5.2026;6;\nS1;1;1.5.2026;7;\n"

    report = await bring({"stores.csv": STORES, "customers.csv": customers, "purchases.csv": table})

    assert reasons(report) == []
    assert [(row["total"], row["currencyCode"]) for row in await take("purchases")] == [("5", "CZK"), ("6", "CZK")]
    assert [row["source"] for row in await take("customers")] == ["files"]
    assert [str(each) for each in report.warnings] == [
        "purchases.csv, line 4: is a row that an earlier line has already; the earlier one counts"
    ]


async def test_lines_that_are_no_list_are_refused(bring: Bring) -> None:
    bill = {"store": "S1", "externalId": "1", "paidAt": "2026-05-15T12:00:00Z", "currencyCode": "CZK", "items": 5}

    report = await bring({"stores.csv": STORES, "purchases.jsonl": [bill]})

    assert "purchases.jsonl, line 1: items must be a list, in CSV as JSON" in reasons(report)


async def test_an_amount_and_its_row_name_one_currency(bring: Bring) -> None:
    table = "store;externalId;paidAt;total;currencyCode\nS1;1;1.5.2026;5 €;CZK\n"

    report = await bring({"stores.csv": STORES, "purchases.csv": table})

    assert reasons(report) == ["purchases.csv, line 2: total is in EUR, where the row says CZK"]


async def test_an_id_alone_needs_to_be_of_one_system(bring: Bring) -> None:
    await bring({"customers.csv": "source;externalId\nerp;1\nshop;1\n"})

    both = await bring({"points.csv": "customer;amount\n1;5\n"})
    one = await bring({"points.csv": "customer;amount\n1;5\n"}, said=said(source="shop"))

    assert reasons(both) == [
        "points.csv, line 2: customer must be an object of source and externalId or its email, in CSV a column for "
        "each part; an id alone will do where it is declared of which source: 1"
    ]
    assert one.counts["openingBalances"] == Count(created=1)


async def test_a_customer_may_be_named_by_the_email_address(bring: Bring, take: Take) -> None:
    await bring({"customers.csv": "source,externalId,email\nerp,1,Jana@Example.com\n"})

    report = await bring({"points.csv": "customer,amount\njana@example.COM,5\nnobody@example.com,5\n"}, skip_bad=True)

    assert report.counts["openingBalances"] == Count(created=1, refused=1)
    assert reasons(report) == [
        "points.csv, line 3: customer names what is not among the customers: …; "
        "bring a file customers.csv or .jsonl that has it"
    ]


async def test_balances_without_a_key_are_taken_once(bring: Bring, session: AsyncSession) -> None:
    table = "customer;amount;expiresAt\n1;10;31.12.2030\n1;5;\n2;0;\n"
    files = {"customers.csv": CUSTOMERS, "stores.csv": STORES, "points.csv": table}

    first, again = await bring(files), await bring(files)

    lots = await session.execute(
        select(models.PointLot.amount, models.PointLot.expires_at).order_by(models.PointLot.id)
    )
    assert [(str(amount.normalize()), at and at.isoformat()) for amount, at in lots] == [
        ("1E+1", "2030-12-31T23:00:00+00:00"),
        ("5", None),
    ]
    assert first.counts["openingBalances"] == Count(created=2, unchanged=1)
    assert again.counts["openingBalances"] == Count(unchanged=3)


async def test_a_new_store_has_its_countrys_currency_and_time(bring: Bring, take: Take) -> None:
    await bring({"stores.csv": STORES})

    (row,) = await take("stores")
    assert (row["currencyCode"], row["timeZone"]) == ("CZK", "Europe/Prague")


async def test_a_folder_declares_how_its_files_are_written(database_url: str, tmp_path: Path, take: Take) -> None:
    (tmp_path / "import.toml").write_text('locale = "en_US"\ncurrency = "USD"\nzone = "America/New_York"\n')
    (tmp_path / "stores.csv").write_text("code,name\nS1,Shop\n")
    (tmp_path / "bills.csv").write_text('store,externalId,paidAt,total\nS1,1,5/1/2026 2:00 PM,"1,234"\n')
    (tmp_path / "notes.txt").write_text("nothing")

    report = await import_files(database_url, [tmp_path])

    (bill,) = await take("purchases")
    assert reasons(report) == []
    assert (bill["total"], bill["currencyCode"], bill["paidAt"]) == ("1234", "USD", "2026-05-01T18:00:00+00:00")


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (
            'lokale = "cs"',
            "can't be read: lokale is not among country, currency, encoding, files, locale, source, zone",
        ),
        ('locale = "klingon"', "can't be read: klingon is no locale, such as cs_CZ or en_US"),
        ("locale", "can't be read: Expected '=' after a key in a key/value pair (at end of document)"),
        ('[[files]]\nname = "a.csv"\nresource = "tags"', "lacks or mistakes 'columns'"),
    ],
)
async def test_what_a_folder_declares_wrongly_is_told(
    database_url: str, tmp_path: Path, manifest: str, reason: str
) -> None:
    (tmp_path / "import.toml").write_text(manifest)
    (tmp_path / "tags.csv").write_text("code,name\na,A\n")

    report = await import_files(database_url, [tmp_path], Declared())

    assert reasons(report) == [f"{tmp_path.name}/import.toml: {reason}"]
    assert not report.written


async def test_a_folder_that_was_exported_can_be_imported(
    database_url: str, tmp_path: Path, bring: Bring, take: Take
) -> None:
    await bring({"customers.csv": CUSTOMERS, "stores.csv": STORES})
    await take("stores")
    await take("customers")

    report = await import_files(database_url, [tmp_path / "out"])

    assert reasons(report) == []
    assert (report.counts["stores"], report.counts["customers"]) == (Count(unchanged=1), Count(unchanged=2))
