"""Every rule that the tables keep by themselves refuses what it should, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Enum, Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Base
from models.figure_triggers import KEPT
from tests import factories
from tests.factories import NOW

MINUS = Decimal(-1)
ZERO = Decimal(0)


def alike(one: str, other: str) -> Base:
    """A customer who was merged into themselves."""
    customer = factories.customer()
    return factories.customer_merge(**{one: customer, other: customer})


CHECKS: dict[str, list[Callable[[], Base]]] = {
    "ck_campaign_product_price_has_currency": [
        lambda: factories.campaign_product(value_kind="FINAL_PRICE"),
        lambda: factories.campaign_product(currency_code="CZK"),
    ],
    "ck_campaign_product_validity": [lambda: factories.campaign_product(valid_from=NOW, valid_to=NOW - timedelta(1))],
    "ck_campaign_product_value": [lambda: factories.campaign_product(value=MINUS)],
    "ck_card_assigned_has_holder": [lambda: factories.card(state="ASSIGNED")],
    "ck_card_free_has_no_holder": [lambda: factories.card(state="FREE", customer=factories.customer())],
    "ck_card_type_number_length": [
        lambda: factories.card_type(number_length=0),
        lambda: factories.card_type(number_length=65),
    ],
    "ck_customer_email_has_key": [
        lambda: factories.customer(email_key=None),
        lambda: factories.customer(email=None, email_key="jana@example.com"),
    ],
    "ck_customer_merge_two": [lambda: alike("merged", "customer")],
    "ck_earning_rule_currency": [lambda: factories.earning_rule(currency_code=None)],
    "ck_earning_rule_factor": [lambda: factories.earning_rule(factor=MINUS)],
    "ck_earning_rule_per_amount": [lambda: factories.earning_rule(per_amount=ZERO)],
    "ck_earning_rule_points": [lambda: factories.earning_rule(points=MINUS)],
    "ck_earning_rule_target_one": [
        lambda: models.EarningRuleTarget(rule=factories.earning_rule()),
        lambda: factories.earning_rule_target(product=factories.product(), store=factories.store()),
    ],
    "ck_earning_rule_valid_to": [lambda: factories.earning_rule(valid_from=NOW, valid_to=NOW)],
    "ck_point_entry_amount": [lambda: factories.point_entry(amount=ZERO)],
    "ck_point_entry_lot_amount": [lambda: factories.point_entry_lot(amount=ZERO)],
    "ck_point_lot_amount": [lambda: factories.point_lot(amount=ZERO)],
    "ck_point_lot_remaining": [
        lambda: factories.point_lot(remaining=MINUS),
        lambda: factories.point_lot(amount=Decimal(1), remaining=Decimal("1.01")),
    ],
    "ck_point_reservation_amount": [lambda: factories.point_reservation(amount=ZERO)],
    "ck_product_price_amount": [lambda: factories.product_price(amount=MINUS)],
    "ck_product_reservation_item_quantity": [
        lambda: factories.product_reservation(items=[factories.product_reservation_item(quantity=ZERO)])
    ],
    "ck_product_reservation_item_unit_price": [
        lambda: factories.product_reservation(total=ZERO, items=[factories.product_reservation_item(unit_price=MINUS)])
    ],
    "ck_product_reservation_total": [lambda: factories.product_reservation(total=MINUS)],
    "ck_programme_clock_tolerance": [lambda: factories.programme(clock_tolerance=-1)],
    "ck_programme_currency_point_value": [lambda: factories.programme_currency(point_value=ZERO)],
    "ck_programme_most_share": [lambda: factories.programme(most_share=MINUS)],
    "ck_programme_point_decimals": [
        lambda: factories.programme(point_decimals=-1),
        lambda: factories.programme(point_decimals=3),
    ],
    "ck_programme_valid_to": [lambda: factories.programme(valid_from=NOW, valid_to=NOW)],
    "ck_property_record_one_owner": [
        lambda: models.PropertyRecord(property=factories.property(), value="38"),
    ],
    "ck_purchase_discount_amount": [lambda: factories.purchase_discount(amount=MINUS)],
    "ck_purchase_item_returned_quantity": [
        lambda: factories.purchase(items=[factories.purchase_item(returned_quantity=MINUS)])
    ],
    "ck_purchase_items_count": [lambda: factories.purchase(items_count=-1)],
    "ck_purchase_payment_amount": [lambda: factories.purchase_payment(amount=ZERO)],
    "ck_purchase_return_item_quantity": [lambda: factories.purchase_return_item(quantity=ZERO)],
    "ck_purchase_return_refund": [lambda: factories.purchase_return(refund=MINUS)],
    "ck_purchase_returned": [lambda: factories.purchase(returned=MINUS)],
    "ck_product_affinity_score": [
        lambda: factories.product_affinity(score=-0.1),
        lambda: factories.product_affinity(score=1.1),
    ],
    "ck_product_popularity_share": [
        lambda: factories.product_popularity(share=-0.1),
        lambda: factories.product_popularity(share=1.1),
    ],
    "ck_recommendation_block_target": [
        lambda: models.RecommendationBlock(created_at=NOW),
        lambda: factories.recommendation_block(product=factories.product(), group=factories.product_group()),
    ],
    "ck_recommendation_response_counts": [
        lambda: factories.recommendation_response(shown=-1),
        lambda: factories.recommendation_response(clicked=-1),
    ],
    "ck_purchase_withheld": [lambda: factories.purchase(withheld=MINUS)],
    "ck_recommendation_customer": [
        lambda: factories.recommendation(audience="CUSTOMER"),
        lambda: factories.recommendation(audience="ALL", customer=factories.customer()),
    ],
    "ck_recommendation_priority": [
        lambda: factories.recommendation(priority=0),
        lambda: factories.recommendation(priority=10),
    ],
    "ck_recommendation_product": [
        lambda: factories.recommendation(kind="PRODUCT"),
        lambda: factories.recommendation(kind="SERVICE", product=factories.product()),
    ],
    "ck_recommendation_segment": [
        lambda: factories.recommendation(audience="SEGMENT"),
        lambda: factories.recommendation(audience="ALL", segment=factories.segment()),
    ],
    "ck_reservable_offer_price": [lambda: factories.reservable_offer(price=MINUS)],
    "ck_reservable_offer_stock": [lambda: factories.reservable_offer(stock=MINUS)],
    "ck_reservable_price_amount": [lambda: factories.reservable_price(amount=MINUS)],
    "ck_reward_condition_count": [lambda: factories.reward_condition(count=ZERO)],
    "ck_reward_condition_target_one_target": [
        lambda: models.RewardConditionTarget(condition=factories.reward_condition()),
        lambda: factories.reward_condition_target(product=factories.product(), brand=factories.product_brand()),
    ],
    "ck_reward_limit_per_customer": [lambda: factories.reward(limit_per_customer=0)],
    "ck_reward_limit_total": [lambda: factories.reward(limit_total=0)],
    "ck_reward_max_per_bill": [lambda: factories.reward(max_per_bill=0)],
    "ck_reward_points_cost": [lambda: factories.reward(points_cost=MINUS)],
    "ck_reward_priority": [lambda: factories.reward(priority=0), lambda: factories.reward(priority=10)],
    "ck_reward_value": [lambda: factories.reward(value=MINUS)],
    "ck_reward_weekdays": [lambda: factories.reward(weekdays=-1), lambda: factories.reward(weekdays=128)],
    "ck_segment_criteria": [
        lambda: factories.segment(kind="CRITERIA"),
        lambda: factories.segment(kind="LIST", criteria={"city": {"eq": "Praha"}}),
    ],
    "ck_status_discount": [lambda: factories.status(discount=MINUS)],
    "ck_status_qualification_months": [lambda: factories.status(qualification_months=0)],
    "ck_status_turnover_amount": [lambda: factories.status_turnover(amount=ZERO)],
    "ck_store_whole_position": [
        lambda: factories.store(latitude=Decimal("50.08")),
        lambda: factories.store(longitude=Decimal("14.42")),
    ],
    "ck_voucher_applied_once": [
        lambda: factories.voucher(state="APPLIED", redeemed_at=None),
        lambda: factories.voucher(state="ACTIVE", redeemed_at=NOW),
    ],
    "ck_voucher_owed": [lambda: factories.voucher(owed=MINUS)],
    "ck_voucher_reserved_for_a_time": [lambda: factories.voucher(state="RESERVED", reserved_until=None)],
    "ck_voucher_value": [lambda: factories.voucher(value=MINUS)],
}
"""What breaks each rule. Distances in the tree of groups are checked below, and enums all in one."""
NOT_MADE_BY_A_FACTORY = {"ck_product_group_ancestor_distance"}
READ_AS = {"uq_reward_code", "uq_voucher_code"}
"""Rules that another one is stricter than: of how a code is read."""
FIRST: dict[str, Callable[[], Base]] = {
    "uq_recommendation_block_group_id": lambda: factories.recommendation_block(group=factories.product_group()),
    "uq_status_previous_id": lambda: factories.status(previous=factories.status()),
    "uq_purchase_item_purchase_id_line": lambda: factories.purchase_item(purchase=factories.purchase()),
    "uq_product_reservation_item_reservation_id_reservable_product_id": lambda: factories.product_reservation_item(
        reservation=factories.product_reservation()
    ),
    "uq_earning_rule_target_rule_id_brand_id": lambda: factories.earning_rule_target(brand=factories.product_brand()),
    "uq_earning_rule_target_rule_id_group_id": lambda: factories.earning_rule_target(group=factories.product_group()),
    "uq_earning_rule_target_rule_id_segment_id": lambda: factories.earning_rule_target(segment=factories.segment()),
    "uq_earning_rule_target_rule_id_status_id": lambda: factories.earning_rule_target(status=factories.status()),
    "uq_earning_rule_target_rule_id_store_id": lambda: factories.earning_rule_target(store=factories.store()),
    "uq_reward_condition_target_condition_id_group_id": lambda: factories.reward_condition_target(
        group=factories.product_group()
    ),
    "uq_reward_condition_target_condition_id_brand_id": lambda: factories.reward_condition_target(
        brand=factories.product_brand()
    ),
    "uq_token_previous_hash": lambda: factories.token(previous_hash="x"),
}
"""The first of two equal rows, where the factory's own doesn't fill what is unique."""

PAIRS: dict[str, tuple[Callable[[], Base], Callable[[], Base]]] = {
    "campaign_product_segment": (factories.campaign_product, factories.segment),
    "campaign_product_store": (factories.campaign_product, factories.store),
    "product_tag": (factories.product, factories.tag),
    "reward_segment": (factories.reward, factories.segment),
    "reward_status": (factories.reward, factories.status),
    "reward_store": (factories.reward, factories.store),
    "reward_tag": (factories.reward, factories.tag),
}
OWNERS: dict[str, Callable[[], Base]] = {
    "product": factories.product,
    "purchase": factories.purchase,
    "purchase_item": lambda: factories.purchase_item(purchase=factories.purchase()),
    "reward": factories.reward,
    "campaign_product": factories.campaign_product,
    "store": factories.store,
}
TERMS = {"customer_term": factories.customer, "product_term": factories.product}


def tables() -> list[Table]:
    return list(Base.metadata.tables.values())


def uniques() -> list[UniqueConstraint | Index]:
    """Unique constraints and unique indexes, on all tables."""
    found: list[UniqueConstraint | Index] = []
    for table in tables():
        found += [item for item in table.constraints if isinstance(item, UniqueConstraint)]
        found += [item for item in table.indexes if item.unique]
    return sorted(found, key=lambda item: str(item.name))


def enums() -> dict[str, tuple[str, str]]:
    """Columns that take one of an enum's names, by the name of their check."""
    columns = [(table, column) for table in tables() for column in table.columns]
    return {
        f"ck_{table.name}_{column.type.name}": (table.name, column.name)
        for table, column in columns
        if isinstance(column.type, Enum)
    }


def refused_by(error: IntegrityError, rule: CheckConstraint | UniqueConstraint | Index | str) -> bool:
    """Whether a rule is what refused: PostgreSQL names it, SQLite names a unique rule's columns."""
    if isinstance(rule, str):
        return rule in str(error.orig)
    columns = ", ".join(f"{column.table.name}.{column.name}" for column in rule.columns)
    named = f'"{rule.name}"' if len(str(rule.name)) <= 63 else str(rule.name)[:55]
    return named in str(error.orig) or str(error.orig).endswith(f": {columns}")


async def first_row(session: AsyncSession, rule: UniqueConstraint | Index) -> Base:
    """A row in the database that fills the columns of the rule."""
    table = rule.table.name
    owner = table in PAIRS or (table == "property_record" and rule.columns.keys()[0].removesuffix("_id"))
    if table in PAIRS:
        ends = [make() for make in PAIRS[table]]
        await factories.save(session, *ends)
        row = getattr(factories, table)(**{f"{end.__tablename__}_id": end.id for end in ends})
    elif owner in OWNERS:
        thing = OWNERS[owner]()
        await factories.save(session, thing)
        row = factories.property_record(**{f"{owner}_id": thing.id})
    elif str(rule.name).endswith("_external_id_alone"):
        row = getattr(factories, table)(source=None)
    else:
        row = FIRST.get(str(rule.name), getattr(factories, table))()
    await factories.save(session, row)
    return row


def test_every_check_has_a_case() -> None:
    names = {str(rule.name) for table in tables() for rule in table.constraints if isinstance(rule, CheckConstraint)}
    assert names == CHECKS.keys() | enums().keys() | NOT_MADE_BY_A_FACTORY


async def test_checks_refuse_what_breaks_them(session: AsyncSession) -> None:
    for name, cases in CHECKS.items():
        for number, broken in enumerate(cases, start=1):
            with pytest.raises(IntegrityError) as refusal:
                await factories.save(session, broken())
            assert refused_by(refusal.value, name), f"{name}, case {number}: {refusal.value.orig}"
            await session.rollback()


async def test_enums_take_only_their_own_names(session: AsyncSession) -> None:
    for name, (table, column) in enums().items():
        with pytest.raises(IntegrityError) as refusal:
            await factories.save(session, getattr(factories, table)(**{column: "NONSENSE"}))
        assert refused_by(refusal.value, name), f"{name}: {refusal.value.orig}"
        await session.rollback()


async def test_unique_rules_refuse_a_second_row(session: AsyncSession) -> None:
    for rule in uniques():
        table = rule.table.name
        if table in TERMS or table in KEPT or table == "product_group_ancestor" or rule.name in READ_AS:
            continue
        first = await first_row(session, rule)
        same = {column.name: getattr(first, column.name) for column in rule.columns}
        if str(rule.name).endswith("_external_id_alone"):
            same["source"] = None
        if "code_key" in same:
            # Made of the code, of which hyphens don't count.
            same = {"code": f"{first.code}-"}
        if table == "customer":
            same["email" if "email_key" in same else "phone"] = first.email if "email_key" in same else first.phone
        with pytest.raises(IntegrityError) as refusal:
            await factories.save(session, getattr(factories, table)(**same))
        assert refused_by(refusal.value, rule), f"{rule.name}: {refusal.value.orig}"
        await session.rollback()


@pytest.mark.parametrize("model", [models.CustomerTerm, models.ProductTerm])
async def test_a_search_word_is_kept_once(session: AsyncSession, model: Any) -> None:
    owner = TERMS[model.__tablename__]()
    await factories.save(session, owner)

    session.add(model(**{f"{owner.__tablename__}_id": owner.id, "term": "jana"}))
    session.add(model(**{f"{owner.__tablename__}_id": owner.id, "term": "jana"}))

    with pytest.raises(IntegrityError, match=f"{model.__tablename__}"):
        await session.commit()


async def test_a_group_is_above_another_once_and_not_below_it(session: AsyncSession) -> None:
    group = factories.product_group()
    await factories.save(session, group)
    pair, group_id = models.ProductGroupAncestor, group.id

    session.add(pair(group_id=group_id, ancestor_id=group_id, distance=0))
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        await session.commit()
    await session.rollback()

    session.add(pair(group_id=group_id, ancestor_id=group_id, distance=-1))
    with pytest.raises(IntegrityError, match="ck_product_group_ancestor_distance"):
        await session.commit()


async def test_deleted_customers_may_share_an_address(session: AsyncSession) -> None:
    await factories.save(session, factories.customer(email="j@example.com", phone="+420601000001", state="DELETED"))

    await factories.save(session, factories.customer(email="J@example.com", phone="+420601000001"))

    with pytest.raises(IntegrityError, match="email_key"):
        await factories.save(session, factories.customer(email="j@EXAMPLE.com"))


async def test_a_customer_may_have_held_several_statuses_but_holds_one(session: AsyncSession) -> None:
    jana = factories.customer()
    await factories.save(session, factories.status_record(customer=jana, ended_at=NOW))
    await factories.save(session, factories.status_record(customer=jana))

    with pytest.raises(IntegrityError, match="customer_id"):
        await factories.save(session, factories.status_record(customer=jana))
