"""What the operations on recommendations take, and what they answer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models import Audience, RecommendationKind
from models.recommendation import SCORE
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.answers import OPAQUE_ID, Answer, row
from resolvers.operation.checks import By, at_most, by, column, exact, key, text, whole
from resolvers.operation.inputs import Input
from resolvers.operation.parts import RECORD_ID, ExternalId, Source
from resolvers.operation.records.translations import MOST_LANGUAGES, REPLACING, TranslationInput
from resolvers.operation.structs import Deprecated
from resolvers.storage.context import RowRef

RECOMMENDATION = models.Recommendation
FIRST, LAST = 1, 9
MOST_TOLD = 200
WHOSE = "The customer; the one who asks where it is left out."


class RecommendationTranslationInput(TranslationInput):
    """A recommendation's texts in a language."""

    name: Annotated[str | None, text(255), "Heading."] = None
    brief_description: Annotated[str | None, column(RECOMMENDATION.brief_description), "A line or two."] = None
    detailed_description: Annotated[str | None, column(RECOMMENDATION.detailed_description), "A paragraph or more."] = (
        None
    )
    content: Annotated[str | None, column(RECOMMENDATION.content), "The whole text, where there is one."] = None
    reason: Annotated[
        str | None, column(RECOMMENDATION.reason), "Why it is recommended, in words for the customer."
    ] = None


class RecommendationUpsert(Input):
    """A recommendation to be created or updated."""

    id: Annotated[int | None, key(RECOMMENDATION), RECORD_ID] = None
    source: Source = None
    external_id: ExternalId = None
    name: Annotated[str | UnsetType, column(RECOMMENDATION.name), "Heading; a new recommendation needs one."] = UNSET
    kind: Annotated[RecommendationKind | UnsetType, "What is recommended; a new recommendation needs it."] = UNSET
    audience: Annotated[Audience | UnsetType, "Whom it is for; a new recommendation needs it."] = UNSET
    segment: Annotated[
        By | UnsetType | None, by(models.Segment), "The segment it is for, where the audience is SEGMENT."
    ] = UNSET
    customer: Annotated[
        int | UnsetType | None, key(models.Customer), "The customer it is for, where the audience is CUSTOMER."
    ] = UNSET
    product: Annotated[
        By | UnsetType | None, by(models.Product), "The product recommended, where the kind is PRODUCT."
    ] = UNSET
    status: Annotated[
        By | UnsetType | None, by(models.Status), "Only those who hold this status see it; null for all."
    ] = UNSET
    consent: Annotated[
        int | UnsetType | None, key(models.Consent), "Only those who gave this consent see it; null for all."
    ] = UNSET
    brief_description: Annotated[str | UnsetType | None, column(RECOMMENDATION.brief_description), "A line or two."] = (
        UNSET
    )
    detailed_description: Annotated[
        str | UnsetType | None, column(RECOMMENDATION.detailed_description), "A paragraph or more."
    ] = UNSET
    content: Annotated[
        str | UnsetType | None, column(RECOMMENDATION.content), "The whole text, where there is one."
    ] = UNSET
    translations: Annotated[
        tuple[RecommendationTranslationInput, ...] | UnsetType | None, at_most(MOST_LANGUAGES), REPLACING
    ] = UNSET
    picture_urls: Annotated[
        tuple[str, ...] | UnsetType,
        column(RECOMMENDATION.picture_urls),
        "Addresses of pictures; they take the place of those there.",
    ] = UNSET
    web_url: Annotated[str | UnsetType | None, column(RECOMMENDATION.web_url), "A page about it."] = UNSET
    priority: Annotated[
        int | UnsetType, whole(FIRST, LAST), "1 is shown first, 9 last; 5 where a new one is given none."
    ] = UNSET
    score: Annotated[
        Decimal | UnsetType | None,
        exact(SCORE, highest=1),
        "How well it fits, from 0 to 1, where that was worked out.",
    ] = UNSET
    reason: Annotated[
        str | UnsetType | None, column(RECOMMENDATION.reason), "Why it is recommended, in words for the customer."
    ] = UNSET
    valid_from: Annotated[datetime | UnsetType | None, "From when it is shown; null means always."] = UNSET
    valid_to: Annotated[
        datetime | UnsetType | None, "Until when it is shown, itself not included; null means no end."
    ] = UNSET
    system: Annotated[
        str | UnsetType | None, column(RECOMMENDATION.system), "The outside system that worked it out."
    ] = UNSET
    dataset: Annotated[str | UnsetType | None, column(RECOMMENDATION.dataset), "The data that system worked with."] = (
        UNSET
    )


class RecommendationId(Input):
    """A recommendation."""

    id: Annotated[int, key(RECOMMENDATION), "The recommendation."]


class RecommendationAnswer(Answer):
    """A recommendation, as it is now."""

    recommendation: Annotated[RowRef, row("Recommendation"), "The recommendation."]


class RecommendationDeletion(Answer):
    """A recommendation that is gone."""

    deleted_id: Annotated[str, OPAQUE_ID, "Its id, which leads nowhere now."]


class RecommendationOfCustomer(Input):
    """A recommendation that a customer was shown."""

    id: Annotated[int, key(RECOMMENDATION), "The recommendation."]
    customer: Annotated[int | None, key(models.Customer), WHOSE] = None


class RecommendationFeedback(Input):
    """What a customer was shown, and what they clicked."""

    customer: Annotated[int | None, key(models.Customer), WHOSE] = None
    shown: Annotated[
        tuple[int, ...] | None, key(RECOMMENDATION), at_most(MOST_TOLD), "Recommendations that were shown once more."
    ] = None
    clicked: Annotated[
        tuple[int, ...] | None, key(RECOMMENDATION), at_most(MOST_TOLD), "Recommendations that were clicked once more."
    ] = None

    def check(self) -> None:
        """Something must have happened."""
        if not self.shown and not self.clicked:
            raise Refused(ErrorCode.REQUIRED, "Name what was shown, or what was clicked.", "shown")


class RecommendationsAnswer(Answer):
    """Recommendations, as they are now."""

    recommendations: Annotated[list[RowRef], row("Recommendation"), "The recommendations, each once."]


class RecommendationBlocking(Input):
    """What is not to be recommended: a product, or a group with all below it."""

    product: Annotated[By | None, by(models.Product), "The product; give this or a group."] = None
    group: Annotated[By | None, by(models.ProductGroup), "The group; give this or a product."] = None
    reason: Annotated[str | None, text(), "Why, for people."] = None
    note: Annotated[str | None, text(), Deprecated("Use `reason`, as wherever it is told why."), "Why, for people."] = (
        None
    )

    def check(self) -> None:
        """One of the two is named."""
        if (self.product is None) == (self.group is None):
            raise Refused(ErrorCode.REQUIRED, "Name a product, or a group of products.", "product")


class RecommendationBlockId(Input):
    """A block."""

    id: Annotated[int, key(models.RecommendationBlock), "The block."]


class RecommendationBlockAnswer(Answer):
    """A block, as it is now."""

    block: Annotated[RowRef, row("RecommendationBlock"), "The block."]
