"""Values as people write them: what can be read in one way only is read, and nothing is guessed."""

from dataclasses import replace

import pytest

from resolvers.files.format import local_values
from resolvers.files.format.conventions import Conventions, declared

CZECH = declared("cs_CZ")
GERMAN = declared("de-DE")
AMERICAN = declared("en_US")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("59.90", "59.90"),
        ("59,90", "59.90"),
        ("-10,5", "-10.5"),
        ("\u221210", "-10"),
        ("+5", "5"),
        ("1\u00a0234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("59,90 Kč", "59.90"),
        ("€ 5.00", "5.00"),
        ("0,250", "0.250"),
        ("12,5 %", "12.5"),
        ("1,23,456", "1,23,456"),
        ("12-5", "12-5"),
        ("milk", "milk"),
    ],
)
def test_a_number_is_read_by_its_marks(written: str, number: str) -> None:
    assert local_values.number(written, Conventions(delimiter=";")) == number


@pytest.mark.parametrize(
    ("written", "conventions", "delimiter", "number"),
    [
        ("1,234", Conventions(), ";", "1.234"),
        ("1.234", Conventions(), ",", "1.234"),
        ("1.234", Conventions(), "", "1.234"),
        ("1.234", GERMAN, ";", "1234"),
        ("1.234", GERMAN, ",", "1.234"),
        ("1,234", GERMAN, ",", "1.234"),
        ("1,234", AMERICAN, ",", "1234"),
        ("1,234", CZECH, "\t", "1.234"),
    ],
)
def test_a_thousand_or_a_fraction_is_told_by_the_locale_or_what_parts_cells(
    written: str, conventions: Conventions, delimiter: str, number: str
) -> None:
    assert local_values.number(written, replace(conventions, delimiter=delimiter)) == number


@pytest.mark.parametrize(
    ("written", "conventions", "delimiter"),
    [("1.234", Conventions(), ";"), ("1,234", Conventions(), ","), ("1.234", CZECH, ";"), ("1,234", Conventions(), "")],
)
def test_a_number_of_two_meanings_is_refused(written: str, conventions: Conventions, delimiter: str) -> None:
    with pytest.raises(ValueError, match="may be a thousand or a fraction: say by a locale"):
        local_values.number(written, replace(conventions, delimiter=delimiter))


@pytest.mark.parametrize(
    ("written", "conventions", "day"),
    [
        ("2026-05-01", Conventions(), "2026-05-01"),
        ("2026/5/1", Conventions(), "2026-05-01"),
        ("01.05.2026", Conventions(), "2026-05-01"),
        ("1. 5. 2026", AMERICAN, "2026-05-01"),
        ("1/5/2026", declared("en_GB"), "2026-05-01"),
        ("5/1/2026", AMERICAN, "2026-05-01"),
        ("1-5-2026", declared("nl_NL"), "2026-05-01"),
        ("yesterday", CZECH, "yesterday"),
        ("1.5.26", CZECH, "1.5.26"),
    ],
)
def test_a_day_is_read_in_its_order(written: str, conventions: Conventions, day: str) -> None:
    assert local_values.day(written, conventions) == day


def test_a_day_whose_order_nobody_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="may have the day or the month first: say by a locale which"):
        local_values.day("01/05/2026", Conventions())


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"),
        ("2026-05-01T12:00:00", "2026-05-01T12:00:00+02:00"),
        ("2026-05-01 12:00:00.250", "2026-05-01T12:00:00.250000+02:00"),
        ("2026-05-01 12:00:00 +0100", "2026-05-01T12:00:00+0100"),
        ("2026-05-01 12:00:00 UTC", "2026-05-01T12:00:00+00:00"),
        ("1.11.2026 14:00", "2026-11-01T14:00:00+01:00"),
        ("1.11.2026, 2:05 p.m.", "2026-11-01T14:05:00+01:00"),
        ("1.11.2026", "2026-11-01T00:00:00+01:00"),
        ("1.11.2026 25:00", "1.11.2026 25:00"),
        ("noon", "noon"),
    ],
)
def test_a_clock_without_an_offset_is_meant_in_the_zone(written: str, moment: str) -> None:
    assert local_values.moment(written, CZECH) == moment


def test_of_what_ends_a_day_alone_is_the_last_one() -> None:
    assert local_values.moment("31.12.2026", CZECH, ends=True) == "2027-01-01T00:00:00+01:00"
    assert local_values.moment("31.12.2026 18:00", CZECH, ends=True) == "2026-12-31T18:00:00+01:00"


def test_a_clock_without_an_offset_or_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an offset, as in 2024-05-15T12:00:00\\+02:00, or a time zone"):
        local_values.moment("2026-05-01 12:00", Conventions())


@pytest.mark.parametrize(
    ("written", "answer"), [("Ano", True), ("NE", False), ("ja", True), ("0", False), ("PRAVDA", True), ("?", "?")]
)
def test_a_yes_or_no_is_understood(written: str, answer: object) -> None:
    assert local_values.yes_no(written, CZECH) == answer


@pytest.mark.parametrize(
    ("mark", "conventions", "code"),
    [
        ("czk", Conventions(), "CZK"),
        ("KČ", Conventions(), "CZK"),
        ("€", Conventions(), "EUR"),
        ("zł", Conventions(), "PLN"),
        ("kr", declared("sv_SE"), "SEK"),
        ("$", AMERICAN, "USD"),
    ],
)
def test_a_currency_goes_by_its_code_or_symbol(mark: str, conventions: Conventions, code: str) -> None:
    assert conventions.currency_of(mark) == code


@pytest.mark.parametrize(
    ("mark", "reason"), [("kr", "may be any of DKK, NOK, SEK"), ("KCS", "must be a currency code")]
)
def test_a_symbol_of_several_currencies_or_of_none_is_refused(mark: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Conventions().currency_of(mark)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"locale": "klingon"}, "klingon is no locale"),
        ({"country": "XX"}, "XX is no country code"),
        ({"currency": "KCS"}, "KCS is no currency code"),
        ({"zone": "Prague"}, "Prague is no time zone"),
    ],
)
def test_what_nobody_knows_cannot_be_declared(given: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        declared(**given)


def test_a_country_of_several_zones_leaves_the_zone_open() -> None:
    assert (AMERICAN.currency, AMERICAN.zone) == ("USD", None)
    assert (GERMAN.currency, GERMAN.zone) == ("EUR", "Europe/Berlin")
    assert declared("cs").country is None
