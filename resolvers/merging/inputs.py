"""What merging customers takes, and what it answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

import models
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.answers import OPAQUE_ID, Answer, RepeatableAnswer, row
from resolvers.operation.checks import key
from resolvers.operation.inputs import Input
from resolvers.storage.context import RowRef


class CustomersToMerge(Input):
    """Two accounts of one person."""

    AS_NAMED: ClassVar[frozenset[str]] = frozenset({"from_"})

    from_: Annotated[int, key(models.Customer), "The customer who is merged, and is found no longer by themselves."]
    into: Annotated[int, key(models.Customer), "The customer who goes on, and gets all that belongs to the other."]

    def check(self) -> None:
        """Two customers are merged."""
        if self.from_ == self.into:
            raise Refused(ErrorCode.SAME_CUSTOMER, "A customer can't be merged into themselves.", "into")


class MergedRecords(Answer):
    """Records of a kind that followed a customer who was merged."""

    kind: Annotated[str, "What they are, such as Purchase, Card or PointEntry."]
    moved: Annotated[int, "How many belong to the customer who goes on now."]
    dropped: Annotated[
        int, "How many are gone, as the customer who goes on has the same: an answer to the same consent, say."
    ]


class MergeAnswer(RepeatableAnswer):
    """Two customers who are one."""

    customer: Annotated[RowRef, row("Customer"), "The customer who goes on, as they are now."]
    merged_id: Annotated[str, OPAQUE_ID, "The id of the customer who was merged; it leads to the one who goes on."]
    records: Annotated[list[MergedRecords], "What followed, by kind; empty where they had been merged before."]
    taken_over: Annotated[
        list[str], "Personal information that the customer who goes on lacked, and has from the other now, by fields."
    ]
    given_up: Annotated[
        list[str], "Personal information in which the two differed, by fields; that of the one who goes on stays."
    ]
    points_repaid: Annotated[Decimal, "Points of the one that paid for points that the other owed."]
