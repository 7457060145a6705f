import pytest

from models.rules.web_address import LONGEST_ADDRESS, is_web_address


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com",
        "http://example.com:8080/jana.png?size=2#face",
        "HTTPS://Example.com/ž.png",
        "https://[2001:db8::1]/a",
    ],
)
def test_addresses_of_the_web_are_taken(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/a.png",
        "//example.com/a.png",
        "https://",
        "https:///a.png",
        "ftp://example.com/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "https://jana:secret@example.com/",
        "https://example.com/a b.png",
        "https://example.com/a\nb.png",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://[::1/",
        f"https://example.com/{'a' * LONGEST_ADDRESS}",
    ],
)
def test_nothing_else_is(text: str) -> None:
    assert not is_web_address(text)
