"""How long a document's words may be: looked at as they stand, before anything is made of them."""

from __future__ import annotations

from graphql import DocumentNode, Token, TokenKind

LONGEST_NAME = 128
LONGEST_NUMBER = 64
"""Python itself makes no integer of more than 4,300 digits, and takes long over somewhat fewer."""


def longest_excess(document: DocumentNode) -> str | None:
    """What is too long in a document; none when nothing is."""
    token: Token | None = document.loc.start_token if document.loc else None
    while token is not None:
        length = token.end - token.start
        if token.kind is TokenKind.NAME:
            if length > LONGEST_NAME:
                return f"A name has more than {LONGEST_NAME} characters."
        elif token.kind in (TokenKind.INT, TokenKind.FLOAT) and length > LONGEST_NUMBER:
            return f"A number has more than {LONGEST_NUMBER} digits."
        token = token.next
    return None
