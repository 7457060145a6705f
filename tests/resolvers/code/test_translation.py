import pytest

from resolvers.code.translation import Texts, language_tag, localized, translated

KEPT = {"de": {"name": "Käse", "note": "Klein"}, "de-AT": {"name": "Kas"}, "zh-Hant": {"name": "乳酪"}}
OWN = {"name": "Cheese", "note": None}


@pytest.mark.parametrize(
    ("written", "tag"),
    [("de", "de"), ("DE", "de"), ("pt_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("sr-latn-rs", "sr-Latn-RS")],
)
def test_a_tag_has_one_form(written: str, tag: str) -> None:
    assert language_tag(written) == tag


@pytest.mark.parametrize(
    "written", ["", "xx", "german", "de-", "-", "en_US_POSIX_OR_ANYTHING_LONGER_THAN_TAGS_ARE", "1"]
)
def test_what_is_no_language_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a known language"):
        language_tag(written)


@pytest.mark.parametrize(
    ("wanted", "language", "name", "note"),
    [
        ("de", "de", "Käse", "Klein"),
        ("de-AT", "de-AT", "Kas", "Klein"),
        ("de-CH", "de", "Käse", "Klein"),
        ("DE_at", "de-AT", "Kas", "Klein"),
        ("fr", None, "Cheese", None),
        ("nonsense", None, "Cheese", None),
        ("", None, "Cheese", None),
    ],
)
def test_each_text_is_the_nearest_that_there_is(wanted: str, language: str | None, name: str, note: str | None) -> None:
    assert localized(KEPT, OWN, wanted) == Texts(language, {"name": name, "note": note})


def test_what_is_not_translated_is_told_in_its_own_words() -> None:
    assert localized(None, OWN, "de") == Texts(None, OWN)
    assert translated(None) == []
    assert [texts.language for texts in translated(KEPT)] == ["de", "de-AT", "zh-Hant"]
