import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers import normalise

same_each_time = settings(derandomize=True, database=None, deadline=None)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Čapek", "capek"),
        ("ČAPEK", "capek"),
        ("Žluťoučký kůň", "zlutoucky kun"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("Ñandú", "nandu"),
        ("ﬁnance", "finance"),
        ("Ωμέγα", "ωμεγα"),
        ("", ""),
    ],
)
def test_folding_takes_case_and_accents_off(written: str, folded: str) -> None:
    assert normalise.fold(written) == folded


@same_each_time
@given(st.text(max_size=20))
def test_what_is_folded_stays_as_it_is(written: str) -> None:
    assert normalise.fold(normalise.fold(written)) == normalise.fold(written)


@same_each_time
@given(st.text(st.characters(max_codepoint=0x24F), max_size=20))
def test_composed_and_decomposed_letters_fold_alike(written: str) -> None:
    assert normalise.fold(unicodedata.normalize("NFD", written)) == normalise.fold(
        unicodedata.normalize("NFC", written)
    )


def test_words_are_folded_and_without_punctuation() -> None:
    assert normalise.words("O'Neill-Šťastná, Ph.D. (82 %)") == ["o", "neill", "stastna", "ph", "d", "82"]
    assert normalise.words(" _-_ ") == []


def test_email_addresses_are_compared_trimmed_and_without_case() -> None:
    assert normalise.email_key("  Jana.Nova@Example.COM ") == "jana.nova@example.com"
    assert normalise.email_key("čáp@example.com") == normalise.email_key("C\u030cA\u0301P@example.com")
    assert normalise.email_key("čáp@example.com") != normalise.email_key("cap@example.com")


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+420 601 234 567", None, "+420601234567"),
        ("601 234 567", "CZ", "+420601234567"),
        ("00420601234567", "CZ", "+420601234567"),
        ("(202) 555-0143", "US", "+12025550143"),
    ],
)
def test_phone_numbers_get_one_form(written: str, region: str | None, number: str) -> None:
    assert normalise.e164(written, region) == number


@pytest.mark.parametrize(
    ("written", "region"), [("601 234 567", None), ("call me", "CZ"), ("+420 12", None), ("", "CZ"), ("+999", None)]
)
def test_what_is_no_phone_number_is_refused(written: str, region: str | None) -> None:
    with pytest.raises(ValueError, match="not a"):
        normalise.e164(written, region)


def test_a_customer_is_found_by_names_address_phone_and_cards() -> None:
    terms = normalise.customer_terms(("Jana", None, "Nová-Čapková"), "Jana@Example.com", "+420601234567", ["99AB01"])

    assert terms == {
        *("jana", "nova", "capkova"),
        *("jana@example.com", "example", "com"),
        *("420601234567", "601234567", "tel:420601234567", "tel:601234567"),
        "99ab01",
    }


@pytest.mark.parametrize(
    ("phone", "forms"),
    [
        ("+15135550100", {"15135550100", "5135550100"}),
        ("+442079460018", {"442079460018", "02079460018", "2079460018"}),
        ("+390612345678", {"390612345678", "0612345678"}),
        ("+000", {"000"}),
    ],
)
def test_a_phone_number_is_known_with_its_countrys_prefix_and_as_it_is_dialled_there(
    phone: str, forms: set[str]
) -> None:
    assert normalise.phone_forms(phone) == forms


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+1 513 555 0100", "+15135550100"),
        ("001 513 555 0100", "+15135550100"),
        ("(513) 555-0100", "5135550100"),
        (" 020 7946 0018 ", "02079460018"),
    ],
)
def test_a_phone_number_is_looked_up_whether_it_names_its_country_or_not(written: str, key: str) -> None:
    assert normalise.phone_key(written) == key


@pytest.mark.parametrize("written", ["12345", "call me", "", "+420 12", "5135550100x"])
def test_what_is_no_phone_number_is_not_looked_up(written: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        normalise.phone_key(written)


def test_a_customer_without_anything_is_found_by_nothing() -> None:
    assert normalise.customer_terms((None,), None, None, ()) == set()


def test_a_product_is_found_by_its_name_and_codes() -> None:
    assert normalise.product_terms("Máslo 82 %", ["M-82", "8594001"]) == {"maslo", "82", "m", "m-82", "8594001"}
    assert normalise.product_terms("Máslo", [], {"de": {"name": "Süße Butter"}}) == {"maslo", "susse", "butter"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Jana NOVÁ", ["jana", "nova"]),
        ("Jana@Example.com", ["jana@example.com"]),
        ("+420 601-234-567", ["420601234567"]),
        ("601 234 567 Jana", ["601", "234", "567", "jana"]),
        ("601/234567", ["601234567"]),
        ("B12", ["b12"]),
        ("  ", []),
    ],
)
def test_a_search_is_split_into_words_that_all_must_be_found(query: str, words: list[str]) -> None:
    assert normalise.search_words(query) == words


@same_each_time
@given(first=st.text(max_size=10), last=st.text(max_size=10))
def test_every_word_of_a_name_finds_its_customer(first: str, last: str) -> None:
    terms = normalise.customer_terms((first, last), None, None, ())

    assert set(normalise.words(f"{first} {last}")) <= terms
