"""A small retailer whose rows are full of equal values and of gaps, for tests that ask about all of it.

The same rows each time: whatever is chosen is chosen by a seeded generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.factories import NOW

T = TypeVar("T")

PAST = [NOW - timedelta(days=days) for days in (700, 400, 300, 90, 30, 7, 1)]
PAST += [PAST[3] + timedelta(microseconds=1), PAST[3], PAST[4]]
FUTURE = [NOW + timedelta(days=days) for days in (1, 30, 30, 400)]
NAMES = ["Eva", "Jana", "jana", "Čeněk", "Zoë", "O'Neill", "Anna Marie", "Ωμέγα", "李", "100%", "a_b"]
CITIES = ["Praha", "Brno", "praha", "Plzeň", None]
TEXTS = ["", "x", "Ž", '"quoted"', "two\nlines", "50% & <b>", None]
HOURS = {"MONDAY": [["08:00", "12:00"], ["13:00", "18:00"]], "WEDNESDAY": [["22:00", "02:00"]], "SUNDAY": []}


class Chance:
    """A seeded generator of values."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def of(self, *choices: T) -> T:
        """One of these."""
        return self.random.choice(choices)

    def one(self, choices: Sequence[T]) -> T:
        """One of a list."""
        return self.random.choice(choices)

    def maybe(self, choices: Sequence[T]) -> T | None:
        """One of a list, or none in one of three times."""
        return None if self.random.random() < 1 / 3 else self.random.choice(choices)

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """A few of a list, none twice."""
        return self.random.sample(choices, self.random.randint(0, min(most, len(choices))))

    def money(self) -> Decimal:
        """An amount that others have too."""
        return self.of(Decimal(0), Decimal("0.5"), Decimal("10.0001"), Decimal(100), Decimal(100), Decimal("12345.67"))

    def past(self) -> datetime:
        """A moment before now."""
        return self.one(PAST)

    def stamps(self) -> dict[str, Any]:
        """When a row was written."""
        made = self.past()
        return {"created_at": made, "updated_at": max(made, self.past())}

    def dates(self) -> dict[str, Any]:
        """A validity, with a bound missing here and there."""
        return {"valid_from": self.maybe(PAST), "valid_to": self.maybe([*FUTURE, *PAST])}

    def state(self) -> models.State:
        """A state; deleted now and then."""
        return self.of(*[models.State.ACTIVE] * 5, models.State.INACTIVE, models.State.DELETED)


class Shop:
    """The rows by their kind, as they were saved."""

    def __init__(self, session: AsyncSession, seed: int = 2024) -> None:
        self.session = session
        self.chance = Chance(seed)
        self.rows: dict[str, list[Any]] = {}

    async def keep(self, *rows: models.Base) -> None:
        """Save rows and remember them by their table."""
        await factories.save(self.session, *rows)
        for row in rows:
            self.rows.setdefault(row.__tablename__, []).append(row)

    def each(self, table: str) -> list[Any]:
        """The rows of a table."""
        return self.rows[table]

    async def fill(self) -> None:
        """Save everything."""
        await self.lists()
        await self.places()
        await self.catalogue()
        await self.people()
        await self.cards()
        await self.tiers()
        await self.campaigns()
        await self.rewards()
        await self.bills()
        await self.vouchers()
        await self.points()
        await self.recommendations()
        await self.reservations()
        await self.properties()

    async def lists(self) -> None:
        """The short lists."""
        chance = self.chance
        for make in (
            factories.partner,
            factories.tag,
            factories.customer_source,
            factories.consent,
            factories.card_type,
            factories.point_type,
            factories.purchase_type,
            factories.purchase_item_type,
            factories.reward_type,
            factories.campaign_product_type,
            factories.product_reservation_source,
            factories.external_list_type,
            factories.external_application,
            factories.segment_group,
        ):
            states = [models.State.ACTIVE, models.State.ACTIVE, models.State.ACTIVE, chance.state()]
            await self.keep(*[make(name=chance.one(NAMES), state=state) for state in states])
        types = self.each("card_type")
        types[0].check_digit, types[1].valid_months = models.CheckDigit.LUHN, 24
        folders = self.each("segment_group")
        folders[1].parent, folders[2].parent = folders[0], folders[0]

    async def places(self) -> None:
        """Stores, some of them at the same place."""
        chance = self.chance
        for index in range(8):
            where = chance.of((None, None), ("50.0875", "14.4213"), ("50.0875", "14.4213"), ("49.1951", "16.6068"))
            await self.keep(
                factories.store(
                    code=f"s{index}",
                    name=chance.of("Praha", "Brno", "Brno", "Ústí"),
                    latitude=where[0] and Decimal(where[0]),
                    longitude=where[1] and Decimal(where[1]),
                    opening=chance.of(None, {}, HOURS),
                    visible_to_customers=index != 5,
                    partner=chance.maybe(self.each("partner")),
                    city=chance.one(CITIES),
                    country_code=chance.of(None, "CZ", "SK"),
                    currency_code=chance.of("CZK", "EUR"),
                    time_zone=chance.of("Europe/Prague", "UTC"),
                    image_urls=chance.of([], ["https://example.com/1.png"], ["a", "b"]),
                    description=chance.one(TEXTS),
                    external_id=chance.of(None, f"out-{index}"),
                    state=chance.state() if index else models.State.ACTIVE,
                    **chance.stamps(),
                )
            )

    async def catalogue(self) -> None:
        """A tree of groups, brands, and products with codes, prices and tags."""
        chance, partners = self.chance, self.each("partner")
        for level in (2, 3, 4):
            above = list(self.rows.get("product_group", []))
            for _ in range(level):
                parent = chance.one(above) if above else None
                fields = {"code": chance.of(None, "G1", "G2"), "partner": chance.maybe(partners)}
                await self.keep(factories.product_group(name=chance.one(NAMES), parent=parent, **fields))
        await self.keep(*[factories.product_brand(name=chance.one(NAMES), state=chance.state()) for _ in range(5)])
        for index in range(24):
            product = factories.product(
                name=f"{chance.of('Máslo', 'Mléko', 'Mlékárna', 'Chléb')} {chance.of('', '82 %', 'bio')}".strip(),
                code=f"P{index // 2}",
                group=chance.maybe(self.each("product_group")),
                brand=chance.maybe(self.each("product_brand")),
                partner=chance.maybe(partners),
                package_size=chance.of(None, "250 g", "1 l"),
                image_urls=chance.of([], ["x.png"], ["x.png", "y.png"]),
                state=chance.state(),
                **chance.stamps(),
            )
            codes = [
                factories.product_code(product=product, list_code=name, code=f"{name}{index}")
                for name in chance.some(["EAN", "PLU"], 2)
            ]
            prices = [
                factories.product_price(product=product, currency_code=unit, amount=chance.money())
                for unit in chance.some(["CZK", "EUR"], 2)
            ]
            await self.keep(product, *codes, *prices)
            tags = chance.some(self.each("tag"), 2)
            await self.keep(*[factories.product_tag(product_id=product.id, tag_id=tag.id) for tag in tags])

    async def people(self) -> None:
        """Customers with their sources, consents, segments and tokens."""
        chance = self.chance
        for index in range(6):
            group = chance.maybe(self.each("segment_group"))
            criteria = chance.of(None, {"state": {"eq": "ACTIVE"}}) if index else None
            given = {"criteria": criteria} if criteria else {}
            await self.keep(factories.segment(name=chance.one(NAMES), group=group, state=chance.state(), **given))
        for index in range(30):
            mail, phone = chance.of(None, f"Jana.{index}@Example.com"), chance.of(None, f"+42060100{index:04d}")
            customer = factories.customer(
                first_name=chance.maybe(NAMES),
                last_name=chance.maybe(NAMES),
                email=mail,
                phone=phone,
                salutation=chance.one(TEXTS),
                pre_nominals=chance.of(None, "Dr."),
                gender=chance.maybe(list(models.Gender)),
                birthdate=chance.of(None, date(1980, 2, 29), date(1980, 2, 29), date(2001, 12, 31)),
                email_confirmed_at=chance.maybe(PAST),
                language_code=chance.of(None, "cs", "en"),
                country_code=chance.of(None, "CZ", "DE"),
                city=chance.one(CITIES),
                zip=chance.of(None, "", "110 00"),
                store=chance.maybe(self.each("store")),
                state=chance.state(),
                **chance.stamps(),
            )
            await self.keep(customer, *self.belongings(customer, index))

    def belongings(self, customer: models.Customer, index: int) -> list[models.Base]:
        """What only this customer has."""
        chance = self.chance
        sources = [
            factories.customer_source_record(customer=customer, source=source, external_id=chance.of(None, f"c{index}"))
            for source in chance.some(self.each("customer_source"), 2)
        ]
        consents = [
            factories.customer_consent(
                customer=customer,
                consent=consent,
                value=chance.one(list(models.ConsentValue)),
                changed_at=chance.past(),
            )
            for consent in chance.some(self.each("consent"), 2)
        ]
        members = [
            factories.segment_member(customer=customer, segment=segment, since=chance.past())
            for segment in chance.some(self.each("segment"), 3)
        ]
        applications = self.each("external_application")
        tokens = [
            factories.token(
                customer=customer,
                application=application,
                language_code=chance.of(None, "cs"),
                device_name=chance.one(TEXTS),
                last_seen_at=chance.maybe(PAST),
            )
            for application in chance.some(applications, 2)
        ]
        return [*sources, *consents, *members, *tokens]

    async def cards(self) -> None:
        """Cards of every state, with their history."""
        chance = self.chance
        for _ in range(40):
            holder = chance.maybe(self.each("customer"))
            given: dict[str, Any] = {"customer": holder} if holder else {}
            if chance.random.random() < 1 / 6:
                given |= {"state": models.CardState.BLOCKED, "blocked_reason": chance.of("lost", None)}
            card = factories.card(
                card_type=chance.one(self.each("card_type")),
                store=chance.maybe(self.each("store")),
                secondary_number=chance.of(None, None, "chip-1"),
                **given,
                **chance.dates(),
                **chance.stamps(),
            )
            events = [
                factories.card_event(
                    card=card,
                    customer=holder,
                    change=chance.one(list(models.CardChange)),
                    at=chance.past(),
                    reason=chance.one(TEXTS),
                )
                for _ in range(chance.random.randint(0, 3))
            ]
            await self.keep(card, *events)

    async def tiers(self) -> None:
        """Four statuses, one above the other, and who held them."""
        chance, kinds = self.chance, models.Qualification
        ladder: list[models.Status] = []
        for rank, kind in enumerate((kinds.REGISTRATION, kinds.CONDITION, kinds.CONDITION, kinds.MANUAL), start=1):
            status = factories.status(
                rank=rank,
                name=("Basic", "Silver", "Gold", "Gold")[rank - 1],
                qualification=kind,
                previous=ladder[-1] if ladder else None,
                qualification_months=chance.of(None, 12),
                qualification_points=Decimal(200 * rank),
                validity=chance.of(None, "P12M", "END_OF_YEAR"),
                discount=Decimal("2.5"),
            )
            turnover = factories.status_turnover(status=status, amount=Decimal(1000 * rank))
            await self.keep(status, turnover)
            ladder.append(status)
        await self.keep(factories.status_turnover(status=ladder[2], currency_code="EUR", amount=Decimal(50)))
        for customer in self.each("customer"):
            for status in chance.some(ladder, 2):
                began = chance.past()
                held = {"status": status, "change": chance.one(list(models.StatusChange)), "note": chance.one(TEXTS)}
                await self.keep(
                    factories.status_record(
                        customer=customer, valid_from=began, valid_to=chance.maybe(FUTURE), ended_at=NOW, **held
                    )
                )
        ended = {record.customer_id: record for record in self.each("status_record")}
        for record in ended.values():
            record.ended_at = chance.of(None, None, NOW)
        await self.session.commit()

    async def campaigns(self) -> None:
        """Campaigns within campaigns, and their offers."""
        chance = self.chance
        for index in range(8):
            parent = self.each("campaign")[0] if index > 4 else None
            segment = chance.maybe(self.each("segment"))
            fields = {"kind": chance.of(None, "LEAFLET"), "state": models.State.ACTIVE, **chance.dates()}
            await self.keep(factories.campaign(name=chance.one(NAMES), parent=parent, segment=segment, **fields))
        for _ in range(24):
            final = chance.of(True, False)
            offer = factories.campaign_product(
                product=chance.one(self.each("product")),
                campaign=chance.one(self.each("campaign")),
                type=chance.maybe(self.each("campaign_product_type")),
                value_kind=models.CampaignValueKind.FINAL_PRICE if final else models.CampaignValueKind.PERCENT,
                value=Decimal("9.99") if final else chance.of(Decimal(10), Decimal("33.3333"), Decimal(100)),
                currency_code=chance.of("CZK", "EUR") if final else None,
                valid_from=chance.past(),
                valid_to=chance.one(FUTURE),
                display_in=chance.of([], ["web"], ["web", "leaflet"]),
                name=chance.one(TEXTS),
                state=chance.state(),
            )
            await self.keep(offer)
            stores, segments = chance.some(self.each("store"), 3), chance.some(self.each("segment"), 2)
            await self.keep(
                *[factories.campaign_product_store(campaign_product_id=offer.id, store_id=row.id) for row in stores],
                *[
                    factories.campaign_product_segment(campaign_product_id=offer.id, segment_id=row.id)
                    for row in segments
                ],
            )

    async def rewards(self) -> None:
        """Rewards with what they ask for."""
        chance = self.chance
        for index in range(14):
            reward = factories.reward(
                code=f"r{index}",
                name=chance.one(NAMES),
                note=chance.one(TEXTS),
                kind=chance.one(list(models.RewardKind)),
                group=chance.one(list(models.RewardGroup)),
                value=chance.of(None, Decimal(10)),
                currency_code="CZK",
                minimum_purchase=chance.of(None, Decimal(500)),
                points_cost=chance.of(Decimal(0), Decimal(0), Decimal(50)),
                priority=chance.of(1, 5, 5, 9),
                weekdays=chance.of(127, 1, 96),
                is_automated=chance.of(True, False),
                limit_per_customer=chance.of(None, None, 1),
                type=chance.maybe(self.each("reward_type")),
                campaign=chance.maybe(self.each("campaign")),
                partner=chance.maybe(self.each("partner")),
                state=chance.state(),
                **chance.dates(),
            )
            rules = [
                factories.reward_condition(
                    reward=reward,
                    role=chance.one(list(models.ConditionRole)),
                    related_to=chance.one(list(models.RelatedTo)),
                    min_price=chance.of(None, Decimal("1.5")),
                )
                for _ in range(chance.random.randint(0, 3))
            ]
            await self.keep(reward, *rules)
            await self.keep(
                *[self.target(rule, which) for rule in rules for which in (0, 1, 2) if chance.of(True, False)]
            )
            await self.keep(*self.audience(reward))

    def target(self, rule: models.RewardCondition, which: int) -> models.RewardConditionTarget:
        """A product, group or brand that a rule accepts."""
        name, table = (("product", "product"), ("group", "product_group"), ("brand", "product_brand"))[which]
        return factories.reward_condition_target(condition=rule, **{name: self.chance.one(self.each(table))})

    def audience(self, reward: models.Reward) -> list[models.Base]:
        """Where and for whom a reward is."""
        chance, key = self.chance, reward.id
        return [
            *[factories.reward_store(reward_id=key, store_id=row.id) for row in chance.some(self.each("store"), 3)],
            *[
                factories.reward_segment(reward_id=key, segment_id=row.id)
                for row in chance.some(self.each("segment"), 3)
            ],
            *[factories.reward_status(reward_id=key, status_id=row.id) for row in chance.some(self.each("status"), 3)],
            *[factories.reward_tag(reward_id=key, tag_id=row.id) for row in chance.some(self.each("tag"), 2)],
        ]

    async def bills(self) -> None:
        """Bills with their lines and discounts."""
        chance, types = self.chance, self.each("purchase_item_type")
        for _ in range(50):
            items = [
                factories.purchase_item(
                    product=chance.maybe(self.each("product")),
                    product_name=chance.one(TEXTS),
                    type=chance.maybe(types),
                    quantity=chance.of(Decimal(1), Decimal("0.512")),
                    price=chance.money(),
                    vat_rate=chance.of(None, Decimal(21), Decimal("12.5")),
                    loyalty_off=chance.of(True, False),
                )
                for _ in range(chance.random.randint(0, 3))
            ]
            bill = factories.purchase(
                customer=chance.maybe(self.each("customer")),
                store=chance.one(self.each("store")),
                type=chance.maybe(self.each("purchase_type")),
                items=items,
                paid_at=chance.past(),
                currency_code=chance.of("CZK", "CZK", "EUR"),
                state=chance.one(list(models.PurchaseState)),
                payment_type=chance.maybe(list(models.PaymentType)),
                number=chance.one(TEXTS),
                cashdesk=chance.of(None, "1", "10", "2"),
                points_earned=chance.of(Decimal(0), Decimal("1.5")),
                utm_source=chance.of(None, "news"),
                **chance.stamps(),
            )
            rewards = chance.some(self.each("reward"), 2)
            discounts = [
                factories.purchase_discount(purchase=bill, reward=row, amount=chance.money()) for row in rewards
            ]
            if items:
                discounts.append(factories.purchase_discount(purchase=bill, item=items[0]))
            await self.keep(bill, *items, *discounts)
            if items:
                returned = factories.purchase_return(purchase=bill, at=bill.paid_at)
                await self.keep(returned, factories.purchase_return_item(purchase_return=returned, item=items[0]))

    async def vouchers(self) -> None:
        """Vouchers of every state, with their history."""
        chance = self.chance
        for _ in range(50):
            state = chance.one([state for state in models.VoucherState if state != models.VoucherState.EXPIRED])
            given = {"reserved_until": chance.of(PAST[0], FUTURE[0])} if state == "RESERVED" else {}
            voucher = factories.voucher(
                customer=chance.one(self.each("customer")),
                reward=chance.one(self.each("reward")),
                state=state,
                value=chance.of(None, Decimal("5.5")),
                currency_code=chance.of(None, "CZK"),
                valid_from=chance.past(),
                valid_to=chance.maybe([*FUTURE, *PAST]),
                store=chance.maybe(self.each("store")),
                purchase=chance.maybe(self.each("purchase")),
                note=chance.one(TEXTS),
                **given,
            )
            events = [
                factories.voucher_event(
                    voucher=voucher, change=chance.one(list(models.VoucherChange)), at=chance.past()
                )
                for _ in range(chance.random.randint(0, 3))
            ]
            await self.keep(voucher, *events)

    async def points(self) -> None:
        """Lots with the entries that put points there and took some, and reserved points."""
        chance = self.chance
        for index in range(40):
            customer, made = chance.one(self.each("customer")), chance.past()
            lot = factories.point_lot(
                customer=customer,
                amount=chance.of(Decimal(100), Decimal("70.5")),
                point_type=chance.maybe(self.each("point_type")),
                partner=chance.maybe(self.each("partner")),
                active_from=chance.of(made, FUTURE[1]),
                expires_at=chance.maybe([*FUTURE, PAST[-1]]),
                created_at=made,
                note=chance.one(TEXTS),
            )
            entry = factories.point_entry(
                customer=customer,
                kind=chance.of("ASSIGN", "EARN", "TRANSFER_IN"),
                amount=lot.amount,
                at=made,
                point_type=lot.point_type,
                store=chance.maybe(self.each("store")),
                purchase=chance.maybe(self.each("purchase")),
                extended_data=chance.of({"till": 4}, {"b": [1, None], "a": "ž"}),
            )
            both = [factories.point_entry_lot(entry=entry, lot=lot, amount=lot.amount)]
            if index % 2:
                lot.remaining = lot.amount - 20
                spent = factories.point_entry(customer=customer, kind="SPEND", amount=Decimal(-20), at=chance.past())
                both.append(factories.point_entry_lot(entry=spent, lot=lot, amount=Decimal(-20)))
            await self.keep(lot, *(pair.entry for pair in both), *both)
        for index in range(24):
            await self.keep(
                factories.point_reservation(
                    customer=self.each("customer")[index % 7],
                    state=chance.one(list(models.PointReservationState)),
                    created_at=chance.past(),
                    expires_at=chance.of(*FUTURE, PAST[0]),
                )
            )

    async def recommendations(self) -> None:
        """Recommendations for all, for segments and for single customers."""
        chance = self.chance
        for index in range(24):
            target = (
                {},
                {"segment": chance.one(self.each("segment"))},
                {"customer": chance.one(self.each("customer"))},
            )
            product = {"product": chance.one(self.each("product"))} if chance.of(True, False) else {}
            await self.keep(
                factories.recommendation(
                    name=chance.one(NAMES),
                    priority=chance.of(1, 5, 5),
                    score=chance.of(None, Decimal("0.5"), Decimal("0.5"), Decimal("0.1234")),
                    reason=chance.one(TEXTS),
                    state=chance.state(),
                    picture_urls=chance.of([], ["p.png"]),
                    **target[index % 3],
                    **product,
                    **chance.dates(),
                )
            )

    async def reservations(self) -> None:
        """Reservable products with their offers, and reservations of them."""
        chance = self.chance
        for product in self.each("product")[::3]:
            reservable = factories.reservable_product(product=product, state=chance.state())
            await self.keep(reservable)
            for store in chance.some(self.each("store"), 3):
                offer = factories.reservable_offer(reservable_product=reservable, store=store, price=chance.money())
                await self.keep(offer, factories.reservable_price(offer=offer))
        for _ in range(16):
            items = [
                factories.product_reservation_item(reservable_product=row, quantity=chance.of(Decimal(1), Decimal(2)))
                for row in chance.some(self.each("reservable_product"), 2)
            ]
            booking = factories.product_reservation(
                customer=chance.one(self.each("customer")),
                store=chance.one(self.each("store")),
                origin=chance.maybe(self.each("product_reservation_source")),
                items=items,
                state=chance.one(list(models.ReservationState)),
                pickup_date=chance.of(None, NOW.date()),
                benefit_codes=chance.of([], ["A"], ["A", "B"]),
                **chance.stamps(),
            )
            steps = [
                factories.product_reservation_progress(
                    reservation=booking, state=chance.one(list(models.ReservationState)), at=chance.past()
                )
                for _ in range(2)
            ]
            remark = factories.product_reservation_comment(reservation=booking, at=chance.past())
            code = factories.reservation_external_code(
                reservation=booking, type=chance.one(self.each("external_list_type"))
            )
            await self.keep(booking, *items, *steps, remark, code)

    async def properties(self) -> None:
        """Custom properties of everything that can have some."""
        chance, kinds = self.chance, models.PropertyType
        await self.keep(*[factories.property(data_type=kind, name=chance.one(NAMES)) for kind in kinds])
        choice = self.each("property")[-1]
        await self.keep(*[factories.property_item(property=choice, value=value) for value in ("red", "green")])
        values = ("38", 38.5, True, "2024-02-29", "red")
        for owner in ("customer", "product", "purchase", "purchase_item", "reward", "campaign_product", "store"):
            for row in self.each(owner):
                for property_, value in chance.some(list(zip(self.each("property"), values, strict=True)), 2):
                    given = {f"{owner}_id": row.id, "property": property_, "value": value}
                    await self.keep(factories.property_record(**given))
        metrics = [(metric, score) for metric in models.ScoreMetric for score in range(1, 6)]
        await self.keep(
            *[factories.score_band(metric=metric, score=score, floor=Decimal(score * 10)) for metric, score in metrics]
        )
