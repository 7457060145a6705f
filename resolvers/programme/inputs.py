"""What the operations on the programme take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models.rules.error_codes import ErrorCode
from models.rules.periods import is_period
from models.rules.programme import AutomaticChoice, EarningKind, PointRounding, PointsEnd, TurnoverBasis
from models.types import MONEY, PERCENT, RATE
from resolvers.errors import Refused
from resolvers.operation import validation
from resolvers.operation.answers import Answer, row
from resolvers.operation.checks import (
    COUNTRY,
    CURRENCY,
    By,
    Check,
    above_zero,
    at_most,
    by,
    column,
    exact,
    key,
    text,
    whole,
)
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID
from resolvers.storage.context import RowRef

PROGRAMME = models.Programme
MOST_RULES = 200
MOST_TARGETS = 200
LONGEST_TOLERANCE = 24 * 60 * 60


def _period(value: str | None, field: str) -> str | None:
    if value is None:
        return None
    given = validation.text(value.strip(), field, 16)
    if not is_period(given):
        raise Refused(ErrorCode.INVALID_PERIOD, "Give a period such as P14D or P12M.", field)
    return given


PERIOD = Check(_period)
NULLABLE_PERIOD = Check(_period, takes_null=True)


class PointValueInput(Input):
    """What a point is worth in a currency."""

    currency: Annotated[str, CURRENCY, "Currency, ISO 4217."]
    value: Annotated[Decimal, above_zero(RATE), "What one point pays, up to six decimals."]


class EarningRuleInput(Input):
    """A rule of earning, whole: what is left out of it is not kept from before. Lists that are empty set no bounds."""

    code: Annotated[str, text(64), "Short name that programs use, unique in the programme; by it a rule is found."]
    name: Annotated[str, text(255), "Name that people read."]
    kind: Annotated[EarningKind, "What it gives points for."]
    currency: Annotated[
        str | None, CURRENCY, "Currency of its amounts, ISO 4217; bills in others don't earn by it. AMOUNT needs one."
    ] = None
    points: Annotated[Decimal, exact(RATE), "For AMOUNT: points for each amount. For VISIT: points for the bill."] = (
        Decimal(0)
    )
    per_amount: Annotated[
        Decimal, above_zero(MONEY), "For AMOUNT: the amount that earns the points; 1 unless said otherwise."
    ] = Decimal(1)
    whole_steps: Annotated[bool, "For AMOUNT: whether only the whole amount earns, so that 250 are two of 100."] = False
    exclusive: Annotated[
        bool, "For AMOUNT: whether its goods earn by no other amount that comes after it in priority."
    ] = False
    factor: Annotated[Decimal, exact(RATE), "For MULTIPLIER: by what points are multiplied; 0 gives none."] = Decimal(1)
    minimum_purchase: Annotated[Decimal | None, above_zero(MONEY), "What the bill must come to."] = None
    delay: Annotated[
        str | None, PERIOD, "After which period its points count, such as P14D; they are pending until then."
    ] = None
    priority: Annotated[int, whole(1, 9), "1 is applied first, 9 last; 5 unless said otherwise."] = 5
    valid_from: Annotated[
        datetime | None, "From when it holds; in a programme in force now, else as long as the programme."
    ] = None
    valid_to: Annotated[datetime | None, "Until when it holds; as long as the programme where it is left out."] = None
    products: Annotated[tuple[By, ...], by(models.Product), at_most(MOST_TARGETS), "Products that earn by it."] = ()
    groups: Annotated[
        tuple[By, ...], by(models.ProductGroup), at_most(MOST_TARGETS), "Groups that earn by it, subgroups included."
    ] = ()
    brands: Annotated[tuple[By, ...], by(models.ProductBrand), at_most(MOST_TARGETS), "Brands that earn by it."] = ()
    stores: Annotated[tuple[By, ...], by(models.Store), at_most(MOST_TARGETS), "Stores where it holds."] = ()
    statuses: Annotated[tuple[By, ...], by(models.Status), at_most(MOST_TARGETS), "Statuses that it is for."] = ()
    segments: Annotated[tuple[By, ...], by(models.Segment), at_most(MOST_TARGETS), "Segments that it is for."] = ()

    def check(self) -> None:
        """What a rule gives must make sense with its kind."""
        if self.kind is EarningKind.AMOUNT and self.currency is None:
            raise Refused(ErrorCode.REQUIRED, "An amount needs its currency.", "currency")
        if self.minimum_purchase is not None and self.currency is None:
            raise Refused(ErrorCode.REQUIRED, "A minimum purchase needs its currency.", "currency")
        if self.kind is not EarningKind.MULTIPLIER and not self.points:
            raise Refused(ErrorCode.NEGATIVE_AMOUNT, "The points must be above zero.", "points")
        validation.in_order(self.valid_from, self.valid_to, "validTo")


class ProgrammeUpsertInput(Input):
    """A programme to be created or updated."""

    id: Annotated[int | None, key(PROGRAMME), RECORD_ID] = None
    code: Annotated[
        str | UnsetType,
        column(PROGRAMME.code),
        "Short name that programs use; by it a programme is found, or made where it isn't.",
    ] = UNSET
    name: Annotated[str | UnsetType, column(PROGRAMME.name), "Name that people read; a new one needs it."] = UNSET
    description: Annotated[str | UnsetType | None, column(PROGRAMME.description), "What it promises, in words."] = UNSET
    valid_from: Annotated[
        datetime | UnsetType,
        column(PROGRAMME.valid_from),
        "From when it holds; now unless said otherwise. Of programmes that are valid, the one that began last holds.",
    ] = UNSET
    valid_to: Annotated[
        datetime | UnsetType | None, column(PROGRAMME.valid_to), "Until when it holds; null until another one begins."
    ] = UNSET
    time_zone: Annotated[
        str | UnsetType,
        column(PROGRAMME.time_zone),
        "IANA time zone of its calendar, by which points expire and statuses end; UTC unless said otherwise.",
    ] = UNSET
    country: Annotated[
        str | UnsetType | None,
        COUNTRY,
        "Country in which phone numbers without a prefix are meant, where the customer's address names none "
        "(ISO 3166-1 alpha-2).",
    ] = UNSET
    points_last: Annotated[
        str | UnsetType | None,
        NULLABLE_PERIOD,
        "How long points last from when they count: a period such as P12M, null for ever.",
    ] = UNSET
    points_end: Annotated[
        PointsEnd | UnsetType, "Until when they last once that time is over; the end of the day unless said otherwise."
    ] = UNSET
    rounding: Annotated[
        PointRounding | UnsetType, "How the points of a bill are rounded; DOWN unless said otherwise."
    ] = UNSET
    point_decimals: Annotated[
        int | UnsetType, whole(0, 2), "To how many decimals they are rounded, 0 to 2; 0 unless said otherwise."
    ] = UNSET
    least_points: Annotated[
        Decimal | UnsetType | None, column(PROGRAMME.least_points), "The fewest points that pay a part of a bill."
    ] = UNSET
    most_points: Annotated[
        Decimal | UnsetType | None, column(PROGRAMME.most_points), "The most points that pay a part of one bill."
    ] = UNSET
    most_share: Annotated[
        Decimal | UnsetType, exact(PERCENT, 0, 100), "Which part of a bill points may pay, in per cent; 100 at most."
    ] = UNSET
    turnover_basis: Annotated[
        TurnoverBasis | UnsetType, "What of a bill counts as turnover for statuses; FULL unless said otherwise."
    ] = UNSET
    automatic_choice: Annotated[
        AutomaticChoice | UnsetType,
        "How rewards that apply by themselves are chosen; BEST_COMBINATION unless said otherwise.",
    ] = UNSET
    clock_tolerance: Annotated[
        int | UnsetType,
        whole(0, LONGEST_TOLERANCE),
        "By how many seconds the clocks of tills may differ from the gateway's; 300 unless said otherwise.",
    ] = UNSET
    point_values: Annotated[
        tuple[PointValueInput, ...] | UnsetType,
        at_most(MOST_RULES),
        "What a point is worth, by currency; they take the place of those there. In others points pay nothing.",
    ] = UNSET
    earning_rules: Annotated[
        tuple[EarningRuleInput, ...] | UnsetType,
        at_most(MOST_RULES),
        "Rules of earning, changed or added by their codes; others stay as they are.",
    ] = UNSET


class ProgrammeAnswer(Answer):
    """A programme, as it is now."""

    programme: Annotated[RowRef, row("Programme"), "The programme."]
