from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from resolvers.demo.journey import Journey
from resolvers.demo.mapping.people.people import People
from resolvers.demo.mapping.people.statuses import Spent, history
from resolvers.demo.mapping.retailer.places import CITIES
from resolvers.demo.reading.dates import Calendar
from tests.resolvers.demo.importing import HOUSEHOLDS, TODAY, source

JOINED = datetime(2024, 1, 10, 12, tzinfo=UTC)


def held(now, *spent):
    """What a customer held who spent so many dollars after so many days."""
    times = [JOINED + timedelta(days=day) for day, _ in spent]
    found = history(Spent(times, [dollars * 100 for _, dollars in spent]), JOINED, now)
    return [(record.status, record.change, (record.since - JOINED).days) for record in found]


def test_a_bill_lifts_to_the_highest_status_it_reaches():
    now = JOINED + timedelta(days=30)

    assert held(now, (1, 999), (2, 1), (3, 4000)) == [(1, "REGISTERED", 0), (2, "RISEN", 2), (4, "RISEN", 3)]


def test_a_status_is_kept_by_a_year_that_deserves_it():
    now = JOINED + timedelta(days=400)

    assert held(now, (0, 1000), (200, 1000)) == [(1, "REGISTERED", 0), (2, "RISEN", 0), (2, "KEPT", 366)]


def test_a_status_falls_to_the_one_that_the_year_deserves():
    now = JOINED + timedelta(days=400)

    assert held(now, (0, 5000), (200, 2500)) == [(1, "REGISTERED", 0), (4, "RISEN", 0), (3, "FALLEN", 366)]


def test_a_household_is_the_same_person_every_time():
    cities = CITIES[0]
    first, again = People(9).person(42, None, cities), People(9)
    again.person(7, None, cities)

    assert again.person(42, None, cities) == first


@pytest.mark.parametrize("years", [0, 9])
def test_a_person_is_as_old_as_the_source_says(years):
    people = People(years)

    ages = {2017 + years - people.person(number, {"age": "35-44"}, CITIES[0]).birthdate.year for number in range(1, 60)}

    assert ages <= set(range(35, 45))


def test_campaigns_of_type_a_send_sixteen_coupons_and_all_that_came_back():
    journey = Journey(source(HOUSEHOLDS), Calendar(464, TODAY))
    chosen = {row["campaign_id"] for row in journey.source.campaigns if row["campaign_type"] == "Type A"}
    sent, back = Counter(), Counter()
    for customer, place, redemption in journey.mailed.tolist():
        if (campaign := journey.coupons[place].campaign) in chosen:
            sent[customer, campaign, place] += 1
            back[customer, campaign, place] += redemption >= 0

    households = Counter((customer, campaign) for customer, campaign, _ in sent)
    assert set(households.values()) == {16}
    assert sum(back.values()) == sum(campaign in chosen for campaign, *_ in journey.source.redemptions)
    assert all(sent[key] == max(times, 1) for key, times in back.items())


def test_coupons_of_other_campaigns_are_sent_to_all_of_their_households():
    journey = Journey(source(HOUSEHOLDS), Calendar(0, date(2018, 1, 1)))
    campaign = next(row for row in journey.source.campaigns if row["campaign_type"] == "Type B")
    theirs = [coupon for coupon in journey.coupons if coupon.campaign == campaign["campaign_id"]]

    sent = {(c, p) for c, p, _ in journey.mailed.tolist() if journey.coupons[p].campaign == campaign["campaign_id"]}

    assert len(sent) == len(theirs) * len(journey.source.recipients[campaign["campaign_id"]])
