"""Who asks: the viewer of a request, by the token that it shows as `Authorization: Bearer …`.

Without a token the viewer is anonymous, unless the gateway is explicitly open. A token that isn't accepted is answered
with 401: whoever shows one means to be somebody.
"""

from __future__ import annotations

from typing import Protocol

from models.base import utc_now
from models.scope import ViewerKind
from resolvers.access.last_seen import LastSeen
from resolvers.access.lookup import KnownToken, TokenLookup
from resolvers.access.token_secret import hash_if_token
from resolvers.errors import BadId, Unavailable
from resolvers.ids import key_of
from resolvers.request_codes import RequestCode
from resolvers.storage.context import Viewer
from server.http.graphql_http import Refused, Request

OPEN = KnownToken(Viewer())
ANONYMOUS = KnownToken(Viewer(None, ViewerKind.ANONYMOUS))


class IdentityProvider(Protocol):
    """Knows the customers whom the retailer's own identity provider vouches for."""

    async def viewer(self, token: str) -> Viewer | None:
        """For whom a token stands; none where it isn't accepted."""


class Authentication:
    """Tells who asks."""

    def __init__(
        self,
        tokens: TokenLookup,
        seen: LastSeen,
        *,
        is_open: bool = False,
        provider: IdentityProvider | None = None,
    ) -> None:
        self.tokens = tokens
        self.seen = seen
        self.is_open = is_open
        self.provider = provider

    async def asking(self, request: Request) -> KnownToken:
        """Who asks, and in which language unless the request says so."""
        shown = request.header(b"authorization")
        if not shown:
            return self._unnamed(request)
        scheme, _, token = shown.partition(" ")
        if scheme.lower() != "bearer":
            raise _refused("The header Authorization must be `Bearer` and a token.")
        return await self._found(token.strip())

    def remembered(self, request: Request) -> KnownToken | None:
        """Who a token stood for when it was last looked up, for statements to see whether it still does."""
        shown = request.header(b"authorization")
        if not shown:
            return None
        scheme, _, token = shown.partition(" ")
        hashed = hash_if_token(token) if scheme == "Bearer" else None
        return None if hashed is None else self.tokens.remembered(hashed)

    async def _found(self, token: str) -> KnownToken:
        hashed = hash_if_token(token)
        if hashed is not None:
            found = await self.tokens.find(hashed)
            if found is not None:
                self.seen.note(found, utc_now())
                return found
        elif self.provider is not None and token.count(".") == 2:
            try:
                viewer = await self.provider.viewer(token)
            except Unavailable as error:
                raise Refused(503, str(error), error.code, Retry_After="1") from None
            if viewer is not None:
                return KnownToken(viewer)
        raise _refused("The token isn't accepted: it is none, or expired or revoked.")

    def _unnamed(self, request: Request) -> KnownToken:
        """Who asks without a token: in an open gateway whoever they say, for trying things out."""
        if not self.is_open:
            return ANONYMOUS
        customer = request.header(b"crm360-customer")
        if not customer:
            return OPEN
        try:
            return KnownToken(Viewer(key_of(customer, "Customer")))
        except BadId as error:
            raise Refused(400, f"The header CRM360-Customer: {error}", error.code) from None


def _refused(message: str) -> Refused:
    return Refused(401, message, RequestCode.UNAUTHENTICATED, WWW_Authenticate='Bearer error="invalid_token"')
