"""Rows as cells of a table, and back."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.files import RESOURCES
from resolvers.files.format import csv_columns, reading

same_each_time = settings(derandomize=True, database=None, deadline=None)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
quotes = st.text('"', max_size=6)
formulas = st.text("'=+-@\t\r1.", max_size=6)


def there_and_back(text: str | None, path: Path) -> Any:
    """A text as a cell of a file, read again."""
    row = [csv_columns.write_cell({"name": text}, ("name",)), "end"]
    path.write_bytes(csv_columns.table([["name", "code"], row]))
    (record,) = reading.records(path, RESOURCES["tags"].shape)
    assert record.errors == []
    return record.raw["name"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cells") / "tags.csv"


@same_each_time
@given(text=st.one_of(texts, quotes, formulas))
def test_every_text_comes_back_as_it_was(file: Path, text: str) -> None:
    assert there_and_back(text, file) == text


def test_no_value_and_the_empty_text_are_told_apart(file: Path) -> None:
    assert there_and_back(None, file) is None
    assert there_and_back("", file) == ""
    assert csv_columns.write_cell({"name": None}, ("name",)) == ""
    assert csv_columns.write_cell({"name": ""}, ("name",)) == '""'


@pytest.mark.parametrize(
    ("value", "cell"),
    [(True, "true"), (5, "5"), (["a"], '["a"]'), ({"a": 1}, '{"a":1}'), ("10.5", "10.5"), ('"', '"'), ('""', '""""')],
)
def test_values_have_one_form(value: Any, cell: str) -> None:
    assert csv_columns.write_cell({"name": value}, ("name",)) == cell


def test_a_reference_takes_as_many_columns_as_it_has_parts() -> None:
    columns = csv_columns.columns(RESOURCES["vouchers"].shape)

    assert [name for name in columns if name.startswith(("customer", "purchase", "store"))] == [
        *("customer.source", "customer.externalId"),
        "store",
        *("purchase.store", "purchase.externalId"),
    ]


def test_a_store_may_be_given_by_its_code_or_by_its_outside_system() -> None:
    readers = csv_columns.readers(RESOURCES["cards"].shape)

    assert {"store", "store.source", "store.externalId"} <= readers.keys()


@pytest.mark.parametrize(
    ("given", "row"),
    [
        ({("a",): 1}, {"a": 1}),
        ({("a", "b"): 1, ("a", "c"): 2}, {"a": {"b": 1, "c": 2}}),
        ({("a", "b"): None, ("a", "c"): None}, {"a": None}),
        ({("a", "b"): None, ("a", "c"): 2}, {"a": {"c": 2}}),
        ({("a", "b"): 1, ("a", "c"): None}, {"a": {"b": 1}}),
    ],
)
def test_parts_are_put_together(given: dict[tuple[str, ...], Any], row: dict[str, Any]) -> None:
    found: dict[str, Any] = {}
    for path, value in given.items():
        csv_columns.place(found, path, value)

    assert found == row


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1-cmd", "'+1-cmd"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("+420601000000", "+420601000000"),
        ("-12.50", "-12.50"),
        ("a=1", "a=1"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_a_spreadsheet_takes_no_text_for_a_formula(text: str, cell: str) -> None:
    assert csv_columns.write_cell({"name": text}, ("name",)) == cell
    assert csv_columns.read_cell(cell, str) == text
