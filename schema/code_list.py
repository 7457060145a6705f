"""Keeping the code lists in step with the systems that own them."""

from __future__ import annotations

from models.scope import Scope
from resolvers import code_list
from schema.declaring.mutations import mutation, mutation_field

BY_CODE = "found by its code or its id."


@mutation
class CodeListMutations:
    """Keeping the code lists."""

    tag_upsert = mutation_field(code_list.upsert_tag, f"Create or update a tag, {BY_CODE}", scope=Scope.CATALOGUE_WRITE)
    partner_upsert = mutation_field(
        code_list.upsert_partner, f"Create or update a partner, {BY_CODE}", scope=Scope.CATALOGUE_WRITE
    )
    point_type_upsert = mutation_field(
        code_list.upsert_point_type, f"Create or update a type of points, {BY_CODE}", scope=Scope.CATALOGUE_WRITE
    )
    purchase_type_upsert = mutation_field(
        code_list.upsert_purchase_type, f"Create or update a kind of bills, {BY_CODE}", scope=Scope.CATALOGUE_WRITE
    )
    purchase_item_type_upsert = mutation_field(
        code_list.upsert_purchase_item_type,
        f"Create or update a kind of lines of bills, {BY_CODE}",
        scope=Scope.CATALOGUE_WRITE,
    )
    reward_type_upsert = mutation_field(
        code_list.upsert_reward_type, f"Create or update a kind of rewards, {BY_CODE}", scope=Scope.CATALOGUE_WRITE
    )
    campaign_product_type_upsert = mutation_field(
        code_list.upsert_campaign_product_type,
        f"Create or update a kind of campaign products, {BY_CODE}",
        scope=Scope.CATALOGUE_WRITE,
    )
    product_reservation_source_upsert = mutation_field(
        code_list.upsert_product_reservation_source,
        f"Create or update a source of reservations, {BY_CODE}",
        scope=Scope.CATALOGUE_WRITE,
    )
    external_list_type_upsert = mutation_field(
        code_list.upsert_external_list_type,
        f"Create or update a kind of outside codes of reservations, {BY_CODE}",
        scope=Scope.CATALOGUE_WRITE,
    )
    external_application_upsert = mutation_field(
        code_list.upsert_external_application, f"Create or update an application, {BY_CODE}", scope=Scope.TOKENS_WRITE
    )
    consent_upsert = mutation_field(
        code_list.upsert_consent, f"Create or update a consent, {BY_CODE}", scope=Scope.CATALOGUE_WRITE
    )
    property_upsert = mutation_field(
        code_list.upsert_property,
        f"Create or update a custom property, {BY_CODE} What is kept already stays valid: a change that some value "
        "doesn't allow is refused.",
        scope=Scope.CATALOGUE_WRITE,
    )
