from __future__ import annotations

import pytest

from models.rules.token_format import TokenKind, hint, kind_of, token_text

SECRET = bytes(range(32))


def test_a_token_tells_its_kind_and_ends_with_a_checksum():
    installed = token_text(TokenKind.INSTALLATION, SECRET)
    enterprise = token_text(TokenKind.ENTERPRISE, SECRET)

    assert installed.startswith("crm_app_")
    assert enterprise.startswith("crm_ent_")
    assert len(installed) == len(enterprise) == 8 + 43 + 6
    assert installed[8:51] == enterprise[8:51]
    assert (kind_of(installed), kind_of(enterprise)) == (TokenKind.INSTALLATION, TokenKind.ENTERPRISE)


@pytest.mark.parametrize("secret", [bytes(32), bytes([255] * 32)])
def test_every_secret_has_the_same_length(secret):
    made = token_text(TokenKind.INSTALLATION, secret)

    assert len(made) == 57
    assert kind_of(made) is TokenKind.INSTALLATION


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.replace("crm_app_", "crm_ent_"),
        lambda token: token[:20] + ("0" if token[20] != "0" else "1") + token[21:],
        lambda token: token[:20] + "é" + token[21:],
        lambda _: "",
        lambda _: "crm_app_",
        lambda _: "eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_what_is_mistyped_or_made_up_is_no_token(spoil):
    token = token_text(TokenKind.INSTALLATION, SECRET)

    assert kind_of(spoil(token)) is None


def test_a_hint_shows_the_kind_and_four_characters():
    token = token_text(TokenKind.ENTERPRISE, SECRET)

    assert hint(token) == token[:12]
