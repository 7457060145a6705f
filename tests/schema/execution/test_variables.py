"""Variables that hold much are read beside the event loop, and come to the same as read at once."""

from __future__ import annotations

from typing import Any

import pytest
from graphql.execution.values import VariableValues

from schema.execution.plan.document_cache import Operation
from schema.execution.run import variables
from schema.execution.run.variables import MOST_AT_ONCE, holds_much, variables_of
from tests.schema.both_ways import schema

SEND = """mutation ($bill: BillInput!) { purchaseSend(input: { bill: $bill }) { userErrors { code } } }"""


def bill(lines: int, **more: Any) -> dict[str, Any]:
    """A bill of so many lines, the last of which says more."""
    items = [
        {"billItemId": str(line), "quantity": "1", "paid": "1.50", "codes": [{"code": "A"}]} for line in range(lines)
    ]
    items[-1] |= more
    return {"bill": {"store": {"code": "shop"}, "externalId": "1", "currency": "CZK", "items": items}}


def sending() -> Operation:
    """The operation that sends a bill."""
    operation = schema().documents.document(SEND).operation(None)
    assert operation is not None
    return operation


@pytest.mark.parametrize("more", [{}, {"quantity": "x"}, {"other": 1}, {"codes": None}, {"paid": [1]}])
@pytest.mark.parametrize(("lines", "apart"), [(3, 0), (1000, 1)])
async def test_what_is_read_is_what_graphql_core_reads(
    lines: int, apart: int, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    operation, given, times = sending(), bill(lines, **more), []
    beside = variables.beside

    async def noted(*work: Any) -> Any:
        times.append(work)
        return await beside(*work)

    monkeypatch.setattr(variables, "beside", noted)

    found, expected = await variables_of(operation, given), operation.read(given)

    assert len(times) == apart
    if isinstance(expected, VariableValues):
        assert isinstance(found, VariableValues)
        assert found.coerced == expected.coerced
    else:
        assert isinstance(found, list)
        assert [error.formatted for error in found] == [error.formatted for error in expected]


def test_only_as_many_values_are_counted_as_are_read_at_once() -> None:
    assert not holds_much({"n": 1, "bill": {"items": [{"a": 1}] * 10}})
    assert holds_much({"ids": ["x"] * MOST_AT_ONCE})
    assert holds_much({"deep": {"deeper": [[{"a": 1}] * 5] * MOST_AT_ONCE}})
