"""What a client says of bodies: of the one that it sends, and of the ones that it takes."""

from __future__ import annotations

from functools import lru_cache

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
HTML = "text/html"


@lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    """Whether a body of this type is JSON in UTF-8."""
    kind, _, parameters = content_type.lower().partition(";")
    return kind.strip() == JSON and ("charset" not in parameters or "utf-8" in parameters)


@lru_cache(maxsize=256)
def preferred_type(accept: str) -> str:
    """The media type that a client likes best; JSON where it takes anything, or nothing that is made here."""
    best, most = JSON, 0.0
    for place, piece in enumerate(accept[:1024].lower().split(",")):
        name, *parameters = (part.strip() for part in piece.split(";"))
        if name in (JSON, GRAPHQL, HTML):
            quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
            # Of two that are liked equally the first named is meant.
            weight = _number(quality) - place / 1024
            if weight > most:
                best, most = name, weight
    return best


def _number(text: str) -> float:
    try:
        return min(float(text), 1.0)
    except ValueError:
        return 0.0
