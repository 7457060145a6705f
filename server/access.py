"""What lets requests in, held open while the gateway runs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from models.rules.budget import Allowance
from models.scope import ViewerKind
from resolvers.access.configuration import Configuration, configure
from resolvers.access.last_seen import LastSeen
from resolvers.access.lookup import TokenLookup
from resolvers.access.passwords import HashCost
from resolvers.storage.reader import Reader
from server.courier import Courier
from server.http.authentication import Authentication
from server.http.openid import OpenIdProvider, Provider
from server.metering import Terms
from server.settings import Settings


class AccessServices:
    """Tokens, log-in, and the way of one-time codes."""

    def __init__(self, settings: Settings, reader: Reader, engine: AsyncEngine) -> None:
        cost = HashCost(settings.password_rounds, settings.password_memory, settings.password_lanes)
        configure(Configuration(cost, sends_codes=settings.code_webhook is not None))
        self.seen = LastSeen(engine)
        provider = OpenIdProvider(provider_of(settings), reader) if settings.oidc_issuer else None
        self.authentication = Authentication(
            TokenLookup(reader), self.seen, is_open=settings.open_access, provider=provider
        )
        self.courier = (
            Courier(engine, reader, settings.code_webhook, settings.code_webhook_secret)
            if settings.code_webhook
            else None
        )

    def start(self) -> None:
        """Begin; must be called from a running event loop."""
        self.seen.start()
        if self.courier is not None:
            self.courier.start()

    async def stop(self) -> None:
        """Write down what is left, and end."""
        if self.courier is not None:
            await self.courier.stop()
        await self.seen.stop()


def provider_of(settings: Settings) -> Provider:
    """The identity provider that settings name."""
    assert settings.oidc_issuer is not None
    assert settings.oidc_audience is not None
    return Provider(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        claim=settings.oidc_claim,
        customer_by=settings.oidc_customer_by,
        source=settings.oidc_source or "",
        clock_skew=settings.oidc_clock_skew,
    )


def terms_of(settings: Settings) -> dict[ViewerKind, Terms]:
    """What documents may cost, and the budgets, that settings say; open access has none of either."""
    return {
        kind: Terms(document or None, Allowance.of(budget))
        for kind, document, budget in (
            (ViewerKind.ENTERPRISE, settings.enterprise_cost, settings.enterprise_budget),
            (ViewerKind.CUSTOMER, settings.customer_cost, settings.customer_budget),
            (ViewerKind.ANONYMOUS, settings.anonymous_cost, settings.anonymous_budget),
        )
    }
