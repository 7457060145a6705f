"""Tokens of the retailer's own identity provider: OpenID Connect, checked by PyJWT.

The provider's keys are found by discovery and kept for some minutes. A key that isn't known is looked for anew, so that
keys can be rotated at any time, but not more often than every few seconds, so that made-up tokens don't become requests
to the provider. Only signatures by public keys are taken: a token is never accepted that others than the provider can
make, and none without a signature.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from models.rules.card_number import normalised
from models.scope import ViewerKind
from resolvers.customer.find import BY_EXTERNAL_ID, customer_in_use, in_use, meant_phone
from resolvers.errors import Unavailable
from resolvers.normalise import email_key
from resolvers.storage.context import RequestContext, Viewer
from resolvers.storage.reader import Reader

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "aud", "exp", "iat")
DISCOVERY = "/.well-known/openid-configuration"
KEPT_FOR = 600.0
"""After how many seconds keys are looked for again."""
USED_FOR = 3600.0
"""For how many seconds keys are used that can't be looked for again."""
PAUSE = 5.0
"""The least seconds between two looks."""
TIMEOUT = 3.0
LONGEST_CLAIM = 320
PROOFS = {"email": "email_verified", "phone": "phone_number_verified"}
"""The claims that say whether a person proved that an address or a number is theirs."""
NORMALISED: Mapping[str, Callable[[str], str]] = {
    "email": email_key,
    "card_number": normalised,
}
"""How the values are compared that are written in several ways."""
ANONYMOUS = Viewer(None, ViewerKind.ANONYMOUS)
log = logging.getLogger("crm360")


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, and how its tokens name a customer."""

    issuer: str
    audience: str
    claim: str = "sub"
    customer_by: str = "external_id"
    source: str = ""
    clock_skew: int = 30


class ProviderAway(Exception):
    """The provider can't be asked for its keys, or answers something else."""


class Keys:
    """The provider's public keys by their ids."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._found_at = self._tried_at = float("-inf")
        self._looking = asyncio.Lock()

    async def key(self, key_id: str | None) -> jwt.PyJWK | None:
        """A key; without an id the only one. None where there is no such key, `Unavailable` where that isn't known."""
        if self._clock() - self._found_at > KEPT_FOR or self._named(key_id) is None:
            await self._look(key_id)
        if self._clock() - self._found_at > USED_FOR:
            raise Unavailable("The identity provider can't be reached; try again.")
        return self._named(key_id)

    def _named(self, key_id: str | None) -> jwt.PyJWK | None:
        if key_id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(key_id)

    async def _look(self, key_id: str | None) -> None:
        async with self._looking:
            now = self._clock()
            is_fresh = now - self._found_at <= KEPT_FOR and self._named(key_id) is not None
            if is_fresh or now - self._tried_at < PAUSE:
                return
            self._tried_at = now
            try:
                self._keys, self._found_at = await self._fetch(), now
            except (httpx.HTTPError, ProviderAway, ValueError, jwt.PyJWTError) as error:
                log.warning("The identity provider's keys can't be had: %s", type(error).__name__)

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            found = await _document(client, self.issuer.rstrip("/") + DISCOVERY)
            if found.get("issuer") != self.issuer or not isinstance(found.get("jwks_uri"), str):
                raise ProviderAway
            keys = await _document(client, found["jwks_uri"])
        usable = [each for each in jwt.PyJWKSet.from_dict(dict(keys)).keys if each.public_key_use != "enc"]
        return {each.key_id or "": each for each in usable}


async def _document(client: httpx.AsyncClient, address: str) -> Mapping[str, Any]:
    answer = (await client.get(address)).raise_for_status().json()
    if not isinstance(answer, dict):
        raise ProviderAway
    return answer


class OpenIdProvider:
    """Knows the customers whom the identity provider vouches for."""

    def __init__(self, provider: Provider, reader: Reader, keys: Keys | None = None) -> None:
        self.provider = provider
        self.reader = reader
        self.keys = keys or Keys(provider.issuer)

    async def viewer(self, token: str) -> Viewer | None:
        """For whom a token stands; none where it isn't accepted. One whom the CRM doesn't know is anonymous."""
        claims = await self._claims(token)
        if claims is None:
            return None
        customer_id = await self._customer(claims)
        return ANONYMOUS if customer_id is None else Viewer(customer_id, ViewerKind.CUSTOMER)

    async def _claims(self, token: str) -> Mapping[str, Any] | None:
        try:
            head = jwt.get_unverified_header(token)
            if head.get("alg") not in ALGORITHMS:
                return None
            key = await self.keys.key(head.get("kid"))
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.provider.audience,
                issuer=self.provider.issuer,
                leeway=self.provider.clock_skew,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWTError:
            return None
        return claims

    async def _customer(self, claims: Mapping[str, Any]) -> int | None:
        """The customer whom a claim names, if there is one and their account is in use."""
        value, by = claims.get(self.provider.claim), self.provider.customer_by
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_CLAIM or "\x00" in value:
            return None
        # Whoever may type in what isn't theirs must have proved it to the provider.
        if by in PROOFS and claims.get(PROOFS[by]) is not True:
            return None
        context = RequestContext(self.reader)
        if by == "external_id":
            return in_use(await BY_EXTERNAL_ID.read(context, source=self.provider.source, sought=value))
        if by == "phone":
            return await _by_phone(context, value)
        return await customer_in_use(context, by, NORMALISED[by](value))


async def _by_phone(context: RequestContext, value: str) -> int | None:
    """Whom a number reaches. One that names no country, and lacks one in the programme, might be anybody's."""
    try:
        phone = await meant_phone(context, value)
    except ValueError:
        return None
    return await customer_in_use(context, "phone", phone) if phone.startswith("+") else None
