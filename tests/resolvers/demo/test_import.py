import asyncio
from collections import Counter, defaultdict
from decimal import Decimal

import phonenumbers
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import models
from models.rules.card_number import luhn_digit
from resolvers import demo
from tests import databases
from tests.resolvers.demo import dumps
from tests.resolvers.demo.importing import HOUSEHOLDS, TODAY, import_few, source

OF_SOURCE = models.Purchase.customer_id <= HOUSEHOLDS
"""Bills of the source's households; those of customers who are made up altogether are beside them."""


@pytest.fixture(scope="module", params=databases.KINDS)
def imported(request, all_databases):
    """A database with some households, and its shape before."""
    with all_databases.database(request.param) as url:
        before = asyncio.run(dumps.shape(url))
        report = asyncio.run(import_few(url))
        yield url, report, before


@pytest.fixture
async def connection(imported):
    engine = create_async_engine(imported[0], poolclass=NullPool)
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


@pytest.fixture(scope="module")
def theirs():
    """The lines of the same households, read in another way."""
    path = source(None).folder / "transactions.parquet"
    table = pq.read_table(path)
    first = sorted(set(table["household_id"].to_pylist()))[:HOUSEHOLDS]
    return pq.read_table(path, filters=[("household_id", "in", first)]).to_pylist()


async def grouped(connection, key, value, *joined):
    query = select(key, value).select_from(*joined[:1] or [key.table])
    for target in joined[1:]:
        query = query.join(target)
    return dict(tuple(row) for row in await connection.execute(query.group_by(key)))


def cents(amount):
    return round(Decimal(amount), 2)


async def test_every_customers_turnover_is_the_sources_to_the_cent(connection, theirs):
    expected = defaultdict(Decimal)
    for line in theirs:
        expected[str(line["household_id"])] += cents(line["sales_value"])

    record = models.CustomerSourceRecord
    query = (
        select(record.external_id, func.sum(models.Purchase.total))
        .join(models.Purchase, models.Purchase.customer_id == record.customer_id)
        .join(models.CustomerSource)
        .where(models.CustomerSource.code == "complete-journey")
        .group_by(record.external_id)
    )

    assert dict(tuple(row) for row in await connection.execute(query)) == expected


async def test_every_bill_is_the_sum_of_its_lines(connection, theirs):
    expected = defaultdict(Decimal)
    for line in theirs:
        expected[str(line["basket_id"])] += cents(line["sales_value"])

    purchase, item = models.Purchase, models.PurchaseItem
    totals = await connection.execute(
        select(purchase.external_id, purchase.total, func.sum(item.price), purchase.items_count, func.count())
        .join(item)
        .where(OF_SOURCE)
        .group_by(purchase.id)
    )
    rows = list(totals)

    assert {basket: total for basket, total, *_ in rows} == expected
    assert all(total == lines and announced == counted for _, total, lines, announced, counted in rows)


async def test_lines_keep_quantities_and_the_three_discounts(connection, theirs):
    item = models.PurchaseItem
    columns = item.quantity, item.retail_discount, item.coupon_discount, item.coupon_match_discount
    query = select(*(func.sum(column) for column in columns)).join(models.Purchase).where(OF_SOURCE)
    sums = (await connection.execute(query)).one()

    fields = "quantity", "retail_disc", "coupon_disc", "coupon_match_disc"
    assert list(sums) == [sum(cents(line[field]) for line in theirs) for field in fields]


async def test_bills_are_paid_when_the_source_says_in_the_week_before_today(connection, theirs):
    first, last = (
        await connection.execute(
            select(func.min(models.Purchase.paid_at), func.max(models.Purchase.paid_at)).where(OF_SOURCE)
        )
    ).one()

    moved = last - max(line["transaction_timestamp"] for line in theirs).to_pydatetime().replace(tzinfo=last.tzinfo)
    assert moved.days % 7 == 0
    assert 0 < (TODAY - last.date()).days <= 8
    assert (last - first).days in range(350, 366)


async def test_lines_of_unknown_articles_have_no_product_but_a_name(connection):
    item = models.PurchaseItem
    odd = select(func.count()).where(item.product_id.is_(None) != item.product_name.is_not(None))

    assert (await connection.execute(odd)).scalar_one() == 0


async def test_people_can_be_told_apart_and_reached(connection):
    customer = models.Customer
    columns = customer.email, customer.phone, customer.full_name, customer.store_id
    rows = list(await connection.execute(select(*columns).where(customer.id <= HOUSEHOLDS)))

    assert len(rows) == HOUSEHOLDS == len({email for email, *_ in rows}) == len({phone for _, phone, *_ in rows})
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for _, phone, *_ in rows)
    assert all(email.rpartition("@")[2] in {"example.com", "example.org", "example.net"} for email, *_ in rows)
    assert all(email.isascii() and " " not in email for email, *_ in rows)


async def test_card_numbers_end_with_their_check_digit_and_bills_show_them(connection):
    numbers = (await connection.execute(select(models.Card.number))).scalars().all()
    assert all(number[-1] == luhn_digit(number[:-1]) for number in numbers)

    shown = select(models.Purchase.customer_id, models.Card.customer_id).join(
        models.Card, models.Card.number == models.Purchase.card_number, isouter=True
    )
    shown = shown.where(OF_SOURCE)
    assert all(buyer == holder for buyer, holder in await connection.execute(shown))


async def test_the_points_ledger_balances(connection):
    entry, lot, part = models.PointEntry, models.PointLot, models.PointEntryLot
    balances = await grouped(connection, entry.customer_id, func.sum(entry.amount))
    assert balances == await grouped(connection, lot.customer_id, func.sum(lot.remaining))

    amounts = await grouped(connection, entry.id, func.max(entry.amount))
    assert amounts == await grouped(connection, part.entry_id, func.sum(part.amount))

    left = await grouped(connection, lot.id, func.max(lot.remaining))
    assert left == await grouped(connection, part.lot_id, func.sum(part.amount))


async def test_points_of_the_first_days_have_expired(connection):
    kinds = Counter((await connection.execute(select(models.PointEntry.kind))).scalars())

    assert kinds[models.PointEntryKind.EXPIRE] > 0
    assert kinds[models.PointEntryKind.SPEND] > 0


async def test_bills_earn_a_point_for_each_whole_dollar(connection):
    columns = models.Purchase.id, models.Purchase.total, models.Purchase.points_earned
    bills = list(await connection.execute(select(*columns).where(OF_SOURCE)))
    earned = {key: points for key, total, points in bills if points == total // 1}
    entry = models.PointEntry
    of_bills = (entry.kind == models.PointEntryKind.EARN, entry.customer_id <= HOUSEHOLDS)
    query = select(entry.purchase_id, entry.amount).where(*of_bills)
    booked = dict(tuple(row) for row in await connection.execute(query))

    assert len(earned) == len(bills)
    assert booked == {key: points for key, points in earned.items() if points}


async def test_each_customer_has_one_current_status_by_turnover(connection):
    record, status = models.StatusRecord, models.Status
    query = select(record.customer_id, status.code).join(status).where(record.ended_at.is_(None))
    current = dict(tuple(row) for row in await connection.execute(query))
    turnover = await grouped(connection, models.Purchase.customer_id, func.sum(models.Purchase.total))

    def tier(spent):
        return next(
            code
            for code, least in (("platinum", 5000), ("gold", 2500), ("silver", 1000), ("member", 0))
            if spent >= least
        )

    # All of the data lies within twelve months: nobody has fallen yet.
    assert current == {customer: tier(spent) for customer, spent in turnover.items()}


async def test_status_history_has_no_gaps(connection):
    record = models.StatusRecord
    rows = await connection.execute(
        select(record.customer_id, record.change, record.valid_from, record.ended_at).order_by(record.id)
    )
    ends = {}
    for customer, change, start, end in rows:
        assert (change == models.StatusChange.REGISTERED) == (customer not in ends)
        assert ends.get(customer, start) == start
        ends[customer] = end
    assert set(ends.values()) == {None}


async def test_redeemed_coupons_are_applied_vouchers(connection):
    redeemed = source(HOUSEHOLDS).redemptions
    voucher, reward = models.Voucher, models.Reward
    query = (
        select(voucher.customer_id, reward.code, voucher.redeemed_at)
        .join(reward)
        .where(voucher.state == models.VoucherState.APPLIED)
    )
    found = list(await connection.execute(query))

    assert len(redeemed) > 0
    assert Counter((customer, code) for customer, code, _ in found) == Counter(
        (customer, f"CJ{campaign:02d}-{upc}") for campaign, upc, customer, _ in redeemed
    )


async def test_an_applied_voucher_names_the_bill_it_was_used_on(connection):
    voucher, purchase = models.Voucher, models.Purchase
    bought = (
        select(models.PurchaseItem.id)
        .join(models.RewardConditionTarget, models.RewardConditionTarget.product_id == models.PurchaseItem.product_id)
        .join(models.RewardCondition)
        .where(
            models.PurchaseItem.purchase_id == voucher.purchase_id,
            models.RewardCondition.reward_id == voucher.reward_id,
        )
        .exists()
    )
    query = select(voucher.customer_id, purchase.customer_id, voucher.redeemed_at, purchase.paid_at, bought).join(
        purchase, purchase.id == voucher.purchase_id
    )
    rows = list(await connection.execute(query))

    assert len(rows) > 0
    assert all(owner == buyer and used == paid and has for owner, buyer, used, paid, has in rows)


async def test_vouchers_have_the_state_of_their_dates(connection):
    voucher = models.Voucher
    now = (await connection.execute(select(func.max(models.ScoreBand.worked_out_at)))).scalar_one()
    rows = list(
        await connection.execute(select(voucher.state, voucher.valid_from, voucher.valid_to, voucher.redeemed_at))
    )

    assert {state for state, *_ in rows} == {"ACTIVE", "APPLIED", "EXPIRED"}
    for state, start, end, used in rows:
        assert (state == "EXPIRED") == (end <= now and used is None)
        assert used is None or start <= used < end


async def test_each_voucher_has_its_events(connection):
    event = models.VoucherEvent
    rows = await connection.execute(
        select(models.Voucher.id, models.Voucher.state, event.change)
        .join(event, event.voucher_id == models.Voucher.id)
        .order_by(event.at, event.id)
    )
    changes = defaultdict(list)
    for key, state, change in rows:
        changes[key, state].append(change)

    expected = {"ACTIVE": ["ISSUED"], "APPLIED": ["ISSUED", "APPLIED"], "EXPIRED": ["ISSUED", "EXPIRED"]}
    assert all(found == expected[state] for (_, state), found in changes.items())


async def test_nothing_happens_to_a_customer_before_they_joined(connection):
    joined = dict(
        tuple(row) for row in await connection.execute(select(models.Customer.id, models.Customer.created_at))
    )
    for model, at in (
        (models.Purchase, "paid_at"),
        (models.VoucherEvent, "at"),
        (models.StatusRecord, "valid_from"),
        (models.PointEntry, "at"),
        (models.CardEvent, "at"),
        (models.SegmentMember, "since"),
    ):
        first = await grouped(connection, model.customer_id, func.min(getattr(model, at)))
        assert all(joined[customer] <= time for customer, time in first.items() if customer)


async def test_segments_by_criteria_have_the_members_that_pass(connection):
    now = (await connection.execute(select(func.max(models.ScoreBand.worked_out_at)))).scalar_one()
    last = await grouped(connection, models.Purchase.customer_id, func.max(models.Purchase.paid_at))
    query = select(models.SegmentMember.customer_id).join(models.Segment).where(models.Segment.name == "Bought lately")

    members = set((await connection.execute(query)).scalars())

    assert members == {key for key, at in last.items() if (now - at).days < 28 and key <= HOUSEHOLDS}


async def test_the_closure_of_the_groups_is_the_tree(connection):
    group, pair = models.ProductGroup, models.ProductGroupAncestor
    parents = dict(tuple(row) for row in await connection.execute(select(group.id, group.parent_id)))
    expected = set()
    for key in parents:
        above, steps = key, 0
        while above:
            expected.add((key, above, steps))
            above, steps = parents[above], steps + 1

    query = select(pair.group_id, pair.ancestor_id, pair.distance)
    assert {tuple(row) for row in await connection.execute(query)} == expected


async def test_something_can_be_had_today(connection, imported):
    now = (await connection.execute(select(func.max(models.ScoreBand.worked_out_at)))).scalar_one()
    reward, offer = models.Reward, models.CampaignProduct
    priced = select(func.count()).where(reward.points_cost > 0, reward.valid_from <= now, reward.valid_to > now)
    offers = select(func.count()).where(offer.valid_from <= now, offer.valid_to > now)

    assert (await connection.execute(priced)).scalar_one() >= 5
    assert (await connection.execute(offers)).scalar_one() > 100


async def test_every_reference_is_there(connection, imported):
    if imported[0].startswith("sqlite"):
        assert list(await connection.execute(text("PRAGMA foreign_key_check"))) == []
        assert (await connection.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"


async def test_tables_end_in_the_shape_they_had(imported):
    url, _, before = imported

    assert await dumps.shape(url) == before


async def test_a_second_run_on_another_day_changes_nothing(imported):
    url, report, _ = imported
    before = await dumps.rows(url)

    again = await import_few(url, today=TODAY.replace(year=2027))

    assert await dumps.rows(url) == before
    assert again == report


async def test_the_next_row_gets_a_key_of_its_own(imported):
    url, _, _ = imported
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        for model in (models.Tag, models.PointType):
            added = model.__table__.insert().values(code="new", name="New", state=models.State.ACTIVE)
            highest = (await connection.execute(select(func.max(model.id)))).scalar_one()
            result = await connection.execute(added)
            assert result.inserted_primary_key == (highest + 1,)
        await connection.rollback()
    await engine.dispose()


async def test_the_report_tells_what_came_and_whom_to_look_at(imported):
    url, report, _ = imported

    assert report.rows["customer"] == HOUSEHOLDS
    assert report.rows["purchase"] > 100
    assert any("merged" in note for note in report.notes)
    assert "spends most" in [one.why for one in report.customers]
    assert await demo.is_imported(url)
    assert await demo.notable_customers(url) == report.customers
