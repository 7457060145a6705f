"""Texts in the reader's language, or in all that a record is kept in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import models
from models.base import Base, Translated
from resolvers.code import translation
from resolvers.operation.structs import camel
from resolvers.storage.context import RequestContext
from schema.declaring.declarations import Argument, Declaration, computed, shown, structure

LANGUAGE = Argument(
    "language",
    "str | None",
    "Tag of BCP 47, such as `de` or `pt-BR`; the language of the request (`Accept-Language`, or the token's) where "
    "none is given.",
    None,
)


def localized(entity: type[Translated]) -> Declaration:
    """Show a record's texts in one language; what isn't translated is told in the record's own words."""
    names = [camel(name) for name in entity.TEXTS]

    def work(kept: Any, *rest: Any) -> translation.Texts:
        *own, args, context = rest
        wanted = args.get("language") or _language_of(context)
        return translation.localized(kept, dict(zip(names, own, strict=True)), wanted)

    description = "Its texts in a language: `de-AT`, or else `de`; what isn't translated is in the record's own words."
    return _declared(
        computed(
            f"{entity.__name__}Texts", "translations", *entity.TEXTS, description=description, arguments=[LANGUAGE]
        ),
        work,
    )


def _language_of(context: RequestContext) -> str:
    return context.locale.replace("_", "-")


def translations(entity: type[Translated]) -> Declaration:
    """Show all that a record is translated into."""
    description = "Its texts in further languages, as far as they are translated."
    return _declared(
        computed(f"list[{entity.__name__}Texts]", "translations", description=description),
        lambda kept, _context: translation.translated(kept),
    )


def _declared(decorate: Callable[..., Any], work: Callable[..., Any]) -> Declaration:
    declared: Declaration = decorate(work)
    return declared


def _text(entity: type[Base], name: str) -> Declaration:
    """One text, with the description of its column."""
    shown_as = camel(name)

    def pick(values: Mapping[str, str | None], _args: Mapping[str, object]) -> str | None:
        return values.get(shown_as)

    return shown("str | None", entity.__table__.c[name].doc or "", attribute="values", pick=pick)


class Texts:
    """What all texts in a language tell."""

    language = shown("str | None", "The language, a tag of BCP 47; null where they are the record's own words.")


@structure
class RewardTexts(Texts):
    """Texts of a reward in one language."""

    name = _text(models.Reward, "name")
    subtitle = _text(models.Reward, "subtitle")
    note = _text(models.Reward, "note")
    description = _text(models.Reward, "description")


@structure
class StatusTexts(Texts):
    """Texts of a status in one language."""

    name = _text(models.Status, "name")
    description = _text(models.Status, "description")


@structure
class CampaignTexts(Texts):
    """Texts of a campaign in one language."""

    name = _text(models.Campaign, "name")


@structure
class CampaignProductTexts(Texts):
    """Texts of an offer of a campaign in one language."""

    name = _text(models.CampaignProduct, "name")
    subtitle = _text(models.CampaignProduct, "subtitle")
    note = _text(models.CampaignProduct, "note")
    description = _text(models.CampaignProduct, "description")


@structure
class RecommendationTexts(Texts):
    """Texts of a recommendation in one language."""

    name = _text(models.Recommendation, "name")
    brief_description = _text(models.Recommendation, "brief_description")
    detailed_description = _text(models.Recommendation, "detailed_description")
    content = _text(models.Recommendation, "content")
    reason = _text(models.Recommendation, "reason")


@structure
class ProductTexts(Texts):
    """Texts of a product in one language."""

    name = _text(models.Product, "name")
