"""The hosted pages, built once at the start; a reload changes none of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.app.factors import FactorServices
from gateway.app.oauth import OAuthServices
from gateway.app.people import PeopleServices
from gateway.app.pools import PoolServices
from gateway.endpoints.hosted_ui.account.routes import AccountServices
from gateway.endpoints.hosted_ui.assets import Assets
from gateway.endpoints.hosted_ui.carried import Carrier
from gateway.endpoints.hosted_ui.cookies import Cookies
from gateway.endpoints.hosted_ui.flows.way_out import WaysOut
from gateway.endpoints.hosted_ui.guard import FormGuard
from gateway.endpoints.hosted_ui.headers import PageHeaders
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.rendering import Renderer
from gateway.endpoints.hosted_ui.routes import PageServices, routes
from gateway.endpoints.hosted_ui.site import Limit, Site
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.endpoints.hosted_ui.visit import strangers
from gateway.federation.sign_ins import FederatedSignIns
from gateway.keys.seal import Seal, StoreKey
from gateway.model.errors import GatewayError
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.oauth.authorizing.permissions import Permissions
from gateway.telemetry.logs import Logger


class HostedPages:
    """The pages of all pools.

    Attributes:
        routes: Where they are.
    """

    def __init__(
        self,
        *,
        pools: PoolServices,
        oauth: OAuthServices,
        federation: FederatedSignIns,
        store_key: StoreKey,
        clock: Callable[[], datetime],
        logger: Logger,
    ) -> None:
        """Build them.

        Args:
            pools: What can be done with people.
            oauth: The authorization server.
            federation: Signs people in through providers.
            store_key: Seals what pages hand to each other.
            clock: The time.
            logger: Told why a page was refused.
        """
        self._pools = pools
        is_secure = oauth.endpoints.public_url.startswith("https:")
        assets = Assets()
        self._site = _site(
            store_key,
            assets=assets,
            is_secure=is_secure,
            find_place=self._find_place,
            beginnings=oauth.beginnings,
            clock=clock,
        )
        self._ways_out = WaysOut(
            site=self._site,
            sessions=federation.sessions,
            single_logout=federation.single_logout,
            public_url=oauth.endpoints.public_url,
        )
        self.routes: Final[Sequence[BaseRoute]] = routes(
            site=self._site,
            assets=assets,
            services=PageServices(
                sign_ups=pools.sign_ups,
                sign_ins=pools.sign_ins,
                federation=federation,
                ways_out=self._ways_out,
                recovery=pools.recovery,
                sessions=oauth.sessions,
                authorizations=oauth.authorizations,
                devices=oauth.devices,
                account=account_services(
                    pools.people, pools.factors, oauth.permissions
                ),
                clock=clock,
            ),
            logger=logger,
        )

    def show_error(self, request: Request, error: GatewayError) -> Response:
        """Return the page that tells a person what is wrong with an application's link."""
        return self._site.failure(strangers(request.scope), error, is_sent=True)

    def show_signed_out(self, request: Request) -> Response:
        """Return the page for whoever has signed out and goes nowhere."""
        return self._site.renderer.page(
            strangers(request.scope), None, "told.html", key="signed_out", onward=""
        )

    def find_way_out(
        self, request: Request, session: BrowserSession, onward: str
    ) -> Response | None:
        """Return how somebody signs out too where they came from; `None` for nowhere."""
        address = request.client.host if request.client else ""
        visit = replace(strangers(request.scope), address=address)
        return self._ways_out.leave(visit, None, session, onward)

    def _find_place(self, client_id: str) -> Place | None:
        client = self._pools.clients.find(client_id)
        pool = None if client is None else self._pools.pools.find(client.pool_id)
        return None if client is None or pool is None else Place(pool, client)


def account_services(
    people: PeopleServices, factors: FactorServices, permissions: Permissions
) -> AccountServices:
    """Return what the account calls, of what there is about people."""
    return AccountServices(
        own_attributes=people.own_attributes,
        own_passwords=people.own_passwords,
        totp=factors.totp,
        preferences=factors.preferences,
        recovery_codes=factors.recovery_codes,
        own_passkeys=factors.own_passkeys,
        ceremonies=factors.passkeys,
        devices=factors.devices,
        groups=people.groups,
        standings=people.standings,
        permissions=permissions,
    )


def _site(
    store_key: StoreKey,
    *,
    assets: Assets,
    is_secure: bool,
    find_place: Callable[[str], Place | None],
    beginnings: Limit,
    clock: Callable[[], datetime],
) -> Site:
    cookies = Cookies(secure=is_secure)
    guard = FormGuard(secret=store_key.derive("page forms, version 1"), cookies=cookies)
    return Site(
        renderer=Renderer(
            catalogues=Catalogues.load(),
            assets=assets,
            cookies=cookies,
            guard=guard,
            headers=PageHeaders(secure=is_secure),
        ),
        cookies=cookies,
        guard=guard,
        carrier=Carrier(sealer=Seal(key=store_key), clock=clock),
        find_place=find_place,
        beginnings=beginnings,
        clock=clock,
    )
