"""The door: what a caller gives is read and checked once, and all that is wrong is told at once."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any

import pytest
from msgspec import UNSET, UnsetType

import models
from models.rules.card_number import CheckDigit
from models.types import MONEY
from resolvers.errors import Refused
from resolvers.ids import opaque_id
from resolvers.operation.checks import (
    COUNTRY,
    JSON_OBJECT,
    LANGUAGE,
    By,
    above_zero,
    at_most,
    by,
    column,
    exact,
    key,
    text,
    whole,
)
from resolvers.operation.inputs import Input, fields_of, read


class Line(Input):
    """A line of an order."""

    product: Annotated[By, by(models.Product), "What."]
    amount: Annotated[Decimal, above_zero(MONEY), "How much."]


class Order(Input):
    """An order of a customer."""

    customer: Annotated[int, key(models.Customer), "Whose."]
    lines: Annotated[tuple[Line, ...], at_most(3), "The lines."] = ()
    friends: Annotated[tuple[int, ...], key(models.Customer), "Who shares it."] = ()
    minutes: Annotated[int, whole(1, 60), "How long."] = 15
    note: Annotated[str | None, text(5), "What a person reads."] = None
    at: Annotated[datetime | None, "When."] = None
    price: Annotated[Decimal | None, exact(MONEY), "Its price."] = None
    check_digit: Annotated[CheckDigit, "How."] = CheckDigit.NONE
    country: Annotated[str | None, COUNTRY, "Where."] = None
    language: Annotated[str | None, LANGUAGE, "In which language."] = None
    data: Annotated[dict[str, Any] | None, JSON_OBJECT, "The caller's own."] = None
    from_: Annotated[str | None, "From where."] = None


class Change(Input):
    """A type of cards to be changed."""

    name: Annotated[str | UnsetType, column(models.CardType.name), "Its name."] = UNSET
    valid_months: Annotated[int | UnsetType | None, column(models.CardType.valid_months), "How long."] = UNSET


JANA = opaque_id("Customer", 7)
PRODUCT = opaque_id("Product", 5)


def refusals(cls: type[Input], **given: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as caught:
        read(cls, given)
    return [(error.code.value, error.field) for error in caught.value.errors]


def test_values_come_as_operations_use_them() -> None:
    prague = timezone(timedelta(hours=1))

    order = read(
        Order,
        {
            "customer": JANA,
            "lines": [{"product": {"id": PRODUCT}, "amount": Decimal("1.50")}],
            "friends": [JANA],
            "note": "  Cafe\u0301 ",
            "at": datetime(2026, 1, 31, 13, tzinfo=prague),
            "checkDigit": CheckDigit.LUHN,
            "country": "cz",
            "language": "CS",
            "data": {"a": [1]},
            "from": "app",
        },
    )

    assert order == Order(
        customer=7,
        lines=(Line(product=By("id", 5), amount=Decimal("1.50")),),
        friends=(7,),
        note="Café",
        at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        check_digit=CheckDigit.LUHN,
        country="CZ",
        language="cs",
        data={"a": [1]},
        from_="app",
    )


def test_what_is_left_out_or_null_is_the_default() -> None:
    order = read(Order, {"customer": JANA, "minutes": None, "note": None, "from": " "})

    assert (order.minutes, order.note, order.from_, order.lines) == (15, None, None, ())


def test_an_upsert_tells_what_is_left_out_from_null() -> None:
    assert read(Change, {}).given() == {}
    assert read(Change, {"validMonths": None, "name": " A "}).given() == {"valid_months": None, "name": "A"}
    assert refusals(Change, name=None) == [("REQUIRED", "name")]
    assert refusals(Change, name=" ") == [("REQUIRED", "name")]


def test_all_that_is_wrong_is_told_with_its_place() -> None:
    assert refusals(
        Order,
        customer="x",
        lines=[
            {"product": {"id": PRODUCT}, "amount": Decimal(1)},
            {"product": {"id": JANA}, "amount": Decimal(0)},
        ],
        friends=[JANA, "1"],
        minutes=61,
        note="123456",
        price=Decimal("0.00001"),
        country="XX",
    ) == [
        ("BAD_ID", "customer"),
        ("BAD_ID", "lines[1].product.id"),
        ("NEGATIVE_AMOUNT", "lines[1].amount"),
        ("BAD_ID", "friends[1]"),
        ("OUT_OF_RANGE", "minutes"),
        ("TOO_LONG", "note"),
        ("TOO_PRECISE", "price"),
        ("UNKNOWN_COUNTRY", "country"),
    ]


def test_a_list_is_bounded() -> None:
    lines = [{"product": {"id": PRODUCT}, "amount": Decimal(1)}] * 4

    assert refusals(Order, customer=JANA, lines=lines) == [("TOO_MANY", "lines")]


def test_a_record_is_named_by_any_of_its_keys() -> None:
    by_code = {"listCode": {"list": "EAN", "code": " 123 "}}

    line = read(Line, {"product": by_code, "amount": Decimal(1)})

    assert line.product == By("list_code", {"list": "EAN", "code": "123"})


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([1], "BAD_JSON"),
        (nested(33), "BAD_JSON"),
        ({"a": float("nan")}, "BAD_JSON"),
        ({"a": "x" * 8200}, "TOO_LONG"),
        ({"a": ["\x00"]}, "BAD_TEXT"),
        ({"\ud800": 1}, "BAD_TEXT"),
        ({"a": "\udc00"}, "BAD_TEXT"),
    ],
)
def test_json_that_cannot_be_kept_is_refused(data: Any, code: str) -> None:
    assert refusals(Order, customer=JANA, data=data) == [(code, "data")]


def test_json_of_32_levels_is_kept() -> None:
    data = nested(32)

    assert read(Order, {"customer": JANA, "data": data}).data == data


def test_a_field_without_a_description_is_a_mistake() -> None:
    class Silent(Input):
        """Says nothing."""

        name: str

    with pytest.raises(TypeError, match="The field name of an input has no description"):
        fields_of(Silent)
