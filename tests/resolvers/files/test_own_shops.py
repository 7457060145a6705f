"""Small shops as people bring them: a folder of tables, imported at the first try, and the customer's view of it."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from resolvers.files import ImportReport, export_files, import_files, template
from resolvers.files.declared import Declared, said
from resolvers.files.report import Count
from tests.conftest import NewDatabase
from tests.resolvers.files.conftest import reasons

EXPORTS = Path(__file__).parents[3] / "examples" / "shop-exports"

CZECH = {
    "stores.csv": "code;name;city;countryCode;phone;currencyCode\nS1;Obchod 1;Praha;CZ;222 111 001;CZK\n",
    "products.csv": (
        "source;externalId;name;code;prices;;\nerp;100;Zboží;P0;59,90;;\nerp;101;Zboží 1;P1;1 059,90 Kč;;\n;;;;;;\n"
    ),
    "customers.csv": (
        "source;externalId;firstName;lastName;email;birthdate;phone;countryCode;newsletter\n"
        "erp;1000;Jan;Novák;Jan.Novák@Example.COM;01.01.1960;;;Ne\n"
        "erp;1001;Petr;Čapek;petr@example.com;12.02.1961;601 234 501;;Ano\n"
        "erp;1002;Jan;Novák;jan.novák@example.com;03.03.1962;601 234 502;CZ;\n"
    ),
    "points.csv": "customer;amount\n1000;0\n1001;10,5\n1002;20\n",
    "purchases.csv": (
        "store;externalId;customer;paidAt;total;currencyCode\n"
        "S1;U0;1000;01.11.2025 14:00;263,75;KČ\n"
        "S1;U1;1001;02.11.2025 14:01;1 577,16;Kč\n"
        "S1;U2;1009;03.11.2025 14:02;398,77;KČ\n"
    ),
    "vouchers.csv": (
        "code;customer;reward;value;validFrom;validTo\n"
        "V0;1000;SLEVA10;50;01.11.2025;31.12.2025\nV1;1001;SLEVA10;75,5;01.11.2025;31.12.2025\n"
    ),
}
"""As a spreadsheet in Central Europe writes them, with what is usually amiss: an address twice, a customer unknown."""

AMERICAN = {
    "Stores.csv": 'Code,Name,Country Code,Time Zone\nny,"Shop, New York",US,America/New_York\n',
    "Customers (1).csv": (
        "External ID,First Name,Last Name,E-mail,Phone,Birthdate\n"
        "7,Jane,Doe,jane@example.com,(513) 555-0100,5/31/1990\n8,John,Roe,,,\n"
    ),
    "orders-2025.csv": (
        "store,externalId,customer,paidAt,items.productName,items.quantity,items.unitPrice,items.discount\n"
        'ny,1,7,11/2/2025 2:05 PM,Desk,1,"$1,299.00",$99.00\nny,1,7,11/2/2025 2:05 PM,Lamp,2,$19.50,\n'
        "ny,2,,11/3/2025 9:00 AM,Lamp,1,$19.50,\n"
    ),
}


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    return folder


def counted(report: ImportReport) -> dict[str, tuple[int, int, int, int]]:
    """What was made, changed, left alone and refused."""
    return {
        name: (count.created, count.updated, count.unchanged, count.refused) for name, count in report.counts.items()
    }


async def test_a_shop_of_central_europe_comes_in_at_the_first_try(
    database_url: str, session: AsyncSession, tmp_path: Path
) -> None:
    folder = written(tmp_path / "shop", CZECH)

    first = await import_files(database_url, [folder], skip_bad=True)
    again = await import_files(database_url, [folder], skip_bad=True)

    assert counted(first) == {
        "stores": (1, 0, 0, 0),
        "products": (2, 0, 0, 0),
        "customers": (3, 0, 0, 0),
        "purchases": (2, 0, 0, 1),
        "vouchers": (2, 0, 0, 0),
        "openingBalances": (2, 0, 1, 0),
    }
    assert first.notes == [
        "consents: newsletter is made, as a column of customers is called so.",
        "customerSources: erp is made, as customers name it.",
        "rewards: SLEVA10 is made, as vouchers name it: an amount off, each voucher's own, and not offered. "
        "Bring a file rewards.csv to say more of it.",
    ]
    assert [str(each) for each in first.warnings] == [
        "customers.csv, line 4: email is another customer's already, and left out"
    ]
    assert reasons(first) == [
        "purchases.csv, line 4: customer names what is not among the customers: erp 1009; "
        "bring a file customers.csv or .jsonl that has it"
    ]
    assert {(made, changed) for made, changed, _, _ in counted(again).values()} == {(0, 0)}
    customer = await session.scalar(select(models.Customer).where(models.Customer.first_name == "Petr"))
    assert customer is not None
    assert (customer.phone, str(customer.birthdate)) == ("+420601234501", "1961-02-12")
    bill = await session.scalar(select(models.Purchase).where(models.Purchase.external_id == "U1"))
    assert bill is not None
    assert (str(bill.total), bill.currency_code) == ("1577.1600", "CZK")
    assert bill.paid_at.isoformat() == "2025-11-02T13:01:00+00:00"
    voucher = await session.scalar(select(models.Voucher).where(models.Voucher.code == "V1"))
    assert voucher is not None
    assert (str(voucher.value), voucher.currency_code) == ("75.5000", "CZK")
    assert voucher.valid_to is not None
    assert voucher.valid_to.isoformat() == "2025-12-31T23:00:00+00:00"


async def test_the_example_of_a_shop_comes_in_as_it_is(new_database: NewDatabase) -> None:
    url = new_database("sqlite")

    first = await import_files(url, [EXPORTS.parent / "own-shop"])
    again = await import_files(url, [EXPORTS.parent / "own-shop"])

    assert reasons(first) == []
    assert [str(each) for each in first.warnings] == [
        "customers.csv, line 4: email is another customer's already, and left out"
    ]
    assert counted(first) == {
        "stores": (2, 0, 0, 0),
        "products": (3, 0, 0, 0),
        "customers": (3, 0, 0, 0),
        "purchases": (3, 0, 0, 0),
        "vouchers": (2, 0, 0, 0),
        "openingBalances": (2, 0, 1, 0),
    }
    assert {(made, changed) for made, changed, _, _ in counted(again).values()} == {(0, 0)}


async def test_an_american_shop_comes_in_by_its_locale(
    database_url: str, session: AsyncSession, tmp_path: Path
) -> None:
    folder = written(tmp_path / "shop", AMERICAN)
    american = said(locale="en_US", zone="America/New_York", source="till")

    first = await import_files(database_url, [folder], american)
    again = await import_files(database_url, [folder], american)

    assert reasons(first) == []
    assert first.counts["purchases"] == Count(created=2)
    assert {(made, changed) for made, changed, _, _ in counted(again).values()} == {(0, 0)}
    bills = await session.execute(select(models.Purchase.total, models.Purchase.paid_at).order_by(models.Purchase.id))
    assert [(str(total), at.isoformat()) for total, at in bills] == [
        ("1239.0000", "2025-11-02T19:05:00+00:00"),
        ("19.5000", "2025-11-03T14:00:00+00:00"),
    ]
    assert (
        await session.scalar(select(models.Customer.phone).where(models.Customer.last_name == "Doe")) == "+15135550100"
    )


@pytest.mark.parametrize(
    ("system", "bills", "products", "customers"),
    [
        ("shopify", [("#1001", "689", "7410991464001"), ("#1002", "299", "7410991464002"), ("#1004", "410", None),
                     ("#1005", "410", "7410991464001")], ["MUG-BLUE", "TEA-100", "POT-1"], 3),
        ("woocommerce", [("501", "440", "21"), ("502", "100", "22"), ("504", "20", None)], ["NB-A5", "PENCIL"], 2),
    ],
)  # fmt: skip
async def test_exports_of_shop_systems_come_in_by_their_maps(
    database_url: str, session: AsyncSession, system: str, bills: list[object], products: list[str], customers: int
) -> None:
    first = await import_files(database_url, [EXPORTS / system])
    again = await import_files(database_url, [EXPORTS / system])

    bill, record = models.Purchase, models.CustomerSourceRecord
    query = select(bill.external_id, bill.total, record.external_id).order_by(bill.id)
    found = await session.execute(query.outerjoin(record, record.customer_id == bill.customer_id))
    assert reasons(first) == []
    assert [(name, f"{total:f}".rstrip("0").rstrip("."), customer) for name, total, customer in found] == bills
    assert list(await session.scalars(select(models.Product.external_id).order_by(models.Product.id))) == products
    assert first.counts["customers"] == Count(created=customers)
    assert {(made, changed) for made, changed, _, _ in counted(again).values()} == {(0, 0)}


@pytest.mark.parametrize("locale", ["cs_CZ", "en_US", "sv_SE", "de"])
async def test_the_starter_folder_can_be_imported_as_it_is(
    new_database: NewDatabase, tmp_path: Path, locale: str
) -> None:
    url = new_database("sqlite")
    template.write(tmp_path / "shop", locale)

    report = await import_files(url, [tmp_path / "shop"])

    assert reasons(report) == []
    assert counted(report) == {
        "stores": (1, 0, 0, 0),
        "products": (2, 0, 0, 0),
        "customers": (2, 0, 0, 0),
        "rewards": (1, 0, 0, 0),
        "purchases": (1, 0, 0, 0),
        "vouchers": (1, 0, 0, 0),
        "openingBalances": (2, 0, 0, 0),
    }


async def test_what_was_exported_comes_in_as_a_folder(new_database: NewDatabase, tmp_path: Path) -> None:
    shop, out, copy = written(tmp_path / "shop", CZECH), tmp_path / "out", tmp_path / "copy"
    one, other = new_database("sqlite"), new_database("sqlite")
    await import_files(one, [shop], skip_bad=True)
    await export_files(one, out, kind="csv")

    report = await import_files(other, [out], Declared())
    await export_files(other, copy, kind="csv")

    assert reasons(report) == []
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == {
        path.name: path.read_bytes() for path in out.iterdir()
    }
