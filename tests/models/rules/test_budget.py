import pytest

from models.rules.budget import SECOND, Allowance, Standing, next_lease

TEN = Allowance(100, 10)
"""A hundred points, of which ten flow back in a second."""


def test_an_allowance_is_read_as_it_is_written():
    assert Allowance.of("100000/5000") == Allowance(100_000, 5000)
    assert Allowance.of(" 0 ") is None


@pytest.mark.parametrize("text", ["", "5", "5/", "/5", "0/5", "5/0", "-1/5", "a/b", "5/1000000001"])
def test_what_is_no_allowance_is_refused(text):
    with pytest.raises(ValueError, match="must be the points of a budget"):
        Allowance.of(text)


def test_what_is_taken_flows_back():
    full_at = 1000 * SECOND + TEN.span(25)

    assert TEN.span(25) == 2_500_000_000
    assert [TEN.used(full_at, (1000 + later) * SECOND) for later in (0, 1, 2, 3)] == [25, 15, 5, 0]
    assert TEN.points(2 * SECOND) == 20


def test_spans_and_what_is_used_are_rounded_up():
    thirds = Allowance(10, 3)

    assert thirds.span(1) == 333_333_334
    assert thirds.used(1, 0) == 1


def test_one_waits_until_enough_has_flown_back():
    now = 1000 * SECOND
    empty = now + TEN.span(100)

    assert TEN.wait(30, empty, now) == 3 * SECOND
    assert TEN.wait(30, empty, now + 4 * SECOND) == 0
    assert TEN.wait(100, now - SECOND, now) == 0


def test_a_process_takes_more_the_sooner_it_comes_back():
    allowance = Allowance(1000, 10)

    assert next_lease(0, allowance, 10 * SECOND) == 20
    assert next_lease(20, allowance, 0) == 40
    assert next_lease(200, allowance, 0) == 250
    assert next_lease(80, allowance, 3 * SECOND) == 80
    assert next_lease(80, allowance, 6 * SECOND) == 40
    assert next_lease(0, Allowance(1, 1), 0) == 1


def test_a_budget_tells_what_is_taken_of_it():
    assert Standing(5, TEN, 40).used == 60
    assert Standing(5).used == 0
