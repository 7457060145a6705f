"""A starter folder: tables as a spreadsheet writes them, with a few rows that make a small shop."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from babel.dates import format_date
from babel.numbers import get_decimal_symbol

from resolvers.files.declared import MANIFEST
from resolvers.files.format.conventions import Conventions, declared

Cell = str | Decimal | date | datetime
Table = list[list[Cell]]

HEADERS = {
    "stores": "code name address1 city zip countryCode phone currencyCode",
    "products": "externalId code name prices",
    "customers": "externalId firstName lastName email phone birthdate countryCode consents.newsletter",
    "purchases": "store externalId customer paidAt currencyCode items.product items.quantity items.price",
    "rewards": "code name kind value currencyCode",
    "vouchers": "code customer reward validFrom validTo",
    "points": "customer amount expiresAt",
}


def write(folder: Path, locale: str, today: date | None = None) -> list[str]:
    """Write the folder as a locale has numbers and days, and tell its files."""
    conventions = declared(locale)
    comma = conventions.decimal == ","
    tables = _tables(conventions, today or datetime.now(UTC).date())
    names = [MANIFEST, *(f"{name}.csv" for name in tables)]
    if there := [name for name in names if (folder / name).exists()]:
        raise FileExistsError(f"{folder} has {', '.join(there)} already")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(_manifest(locale, conventions), "utf-8")
    for name, rows in tables.items():
        text = io.StringIO()
        table = csv.writer(text, delimiter=";" if comma else ",")
        table.writerow(HEADERS[name].split())
        table.writerows([_cell(cell, locale) for cell in row] for row in rows)
        # The mark tells spreadsheets that it is UTF-8.
        (folder / f"{name}.csv").write_text(text.getvalue(), "utf-8-sig", newline="")
    return names


def _manifest(locale: str, conventions: Conventions) -> str:
    lines = [
        "# How the files of this folder are written, and what is meant where they don't say it.",
        f'locale = "{locale}"',
        'source = "shop"    # the system that your ids are of',
        f'currency = "{_currency(conventions)}"',
        f'zone = "{conventions.zone or "UTC"}"    # of clocks without an offset',
    ]
    return "\n".join([*lines, ""])


def _currency(conventions: Conventions) -> str:
    return conventions.currency or "EUR"


def _tables(conventions: Conventions, today: date) -> dict[str, Table]:
    country, currency = conventions.country or "", _currency(conventions)
    noon = datetime.combine(today - timedelta(days=3), datetime.min.time()).replace(hour=12)
    bill: list[Cell] = ["main", "1001", "1", noon, currency]
    return {
        "stores": [["main", "Main street", "Main street 1", "Town", "", country, "", currency]],
        "products": [["10", "coffee", "Coffee 250 g", Decimal("8.90")], ["11", "tea", "Tea 50 g", Decimal("5.50")]],
        "customers": [
            ["1", "Jane", "Sample", "jane@example.com", "", date(1990, 5, 31), country, "yes"],
            ["2", "John", "Sample", "john@example.com", "", "", country, "no"],
        ],
        "purchases": [[*bill, "10", Decimal(2), Decimal("17.80")], [*bill, "11", Decimal(1), Decimal("5.50")]],
        "rewards": [["FIVE-OFF", "Five off your next bill", "AMOUNT", Decimal(5), currency]],
        "vouchers": [["WELCOME-1", "1", "FIVE-OFF", today, today + timedelta(days=90)]],
        "points": [["1", Decimal(120), today + timedelta(days=365)], ["2", Decimal(40), ""]],
    }


def _cell(cell: Cell, locale: str) -> str:
    """A value as a spreadsheet of the locale shows it, with all of its year."""
    if isinstance(cell, Decimal):
        return str(cell).replace(".", get_decimal_symbol(locale.replace("-", "_")))
    if isinstance(cell, datetime):
        return f"{_cell(cell.date(), locale)} {cell:%H:%M}"
    if isinstance(cell, date):
        order = declared(locale).order
        return f"{cell:%Y-%m-%d}" if order in (None, "ymd") else format_date(cell, _pattern(order), locale="en")
    return cell


def _pattern(order: str) -> str:
    return "MM/dd/yyyy" if order == "mdy" else "dd.MM.yyyy"
