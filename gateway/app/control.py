"""The control plane and the admin listener of one snapshot."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address

from starlette.routing import BaseRoute
from starlette.types import Scope

from gateway.app.loading import Loaded
from gateway.app.oauth_endpoints import oauth_routes
from gateway.app.reasons import build_reasons
from gateway.app.status import Status
from gateway.app.tools import Tools
from gateway.authentication.verifier import Verifier
from gateway.config.providers.guest import GuestProvider
from gateway.endpoints import saml, well_known
from gateway.endpoints.admin import (
    explain,
    health,
    outbox,
    sign_in_reasons,
    status,
)
from gateway.endpoints.admin.hosts import HostCheck
from gateway.endpoints.frame import Frame
from gateway.endpoints.oauth import back_channel, token
from gateway.endpoints.proxy.origin import OriginFinder
from gateway.federation.back_channel import BackChannel
from gateway.mint.guest import GuestMint
from gateway.oauth.exchanging.exchanges import TokenExchanges
from gateway.oauth.grants.guest import GuestGrant
from gateway.oauth.server import Grant, TokenServer
from gateway.storage.identities import IdentityStore


def build_control(
    loaded: Loaded,
    *,
    tools: Tools,
    verifier: Verifier,
    origins: OriginFinder,
    exchange: TokenExchanges | None,
) -> Frame:
    """Return the control plane: token endpoint, keys, discovery."""
    settings = loaded.configuration.settings
    logger = tools.logs.logger
    server = TokenServer(
        grants=_grants(loaded, tools=tools, verifier=verifier),
        clients=tools.oauth.grants,
        exchange=exchange,
    )

    def client_ip(scope: Scope) -> str:
        return origins.find(_peer(scope), scope["scheme"], scope["headers"]).ip

    return _frame(
        [
            *token.routes(server=server, logger=logger),
            *oauth_routes(
                tools.oauth,
                pools=tools.pools.pools,
                logger=logger,
                show_error=tools.pages.show_error,
                show_signed_out=tools.pages.show_signed_out,
                find_way_out=tools.pages.find_way_out,
            ),
            *saml.routes(_saml_metadata(tools)),
            *back_channel.routes(hear=_back_channel(tools).hear, logger=logger),
            *tools.pages.routes,
            *well_known.routes(
                keys=tools.keyring,
                issuer=settings.tokens.issuer,
                public_url=settings.server.public_url.text.rstrip("/"),
                grant_types=server.grant_types,
                publish_before=settings.keys.publish_before,
            ),
        ],
        tools=tools,
        client_ip=client_ip,
    )


def _saml_metadata(tools: Tools) -> Callable[[str], bytes | None]:
    def find(provider_id: str) -> bytes | None:
        for each in tools.federation.providers.now.all:
            if each.id == provider_id:
                found = getattr(each.party, "metadata", None)
                return found if isinstance(found, bytes) else None
        return None

    return find


def _back_channel(tools: Tools) -> BackChannel:
    return BackChannel(
        database=tools.database,
        providers=tools.federation.providers,
        sessions=tools.federation.sessions,
        clock=tools.clock,
    )


def build_admin(
    loaded: Loaded, *, tools: Tools, state: Status, explainer: explain.Explainer
) -> Frame:
    """Return the admin listener's application: health, status, explanations, pages for operators."""
    host = loaded.configuration.settings.server.admin_listen.host
    names = () if _is_address(host) else (host,)
    return _frame(
        [
            *health.routes(readiness=state),
            *status.routes(source=state),
            *explain.routes(explainer=explainer),
            *outbox.routes(source=tools.pools.outbox_reader),
            *sign_in_reasons.routes(source=build_reasons(loaded, tools)),
        ],
        tools=tools,
        client_ip=_peer,
        check=HostCheck(names=names),
    )


def _frame(
    routes: Sequence[BaseRoute],
    *,
    tools: Tools,
    client_ip: Callable[[Scope], str],
    check: Callable[[Scope], None] | None = None,
) -> Frame:
    return Frame(
        routes=routes,
        client_ip=client_ip,
        access_log=tools.logs.access,
        logger=tools.logs.logger,
        ids=tools.ids,
        clock=tools.clock,
        check=check,
    )


def _grants(loaded: Loaded, *, tools: Tools, verifier: Verifier) -> Sequence[Grant]:
    """Return what the token endpoint offers: guests, where there may be any."""
    settings = loaded.configuration.settings
    guests = [
        file.settings
        for file in loaded.configuration.providers
        if isinstance(file.settings, GuestProvider)
    ]
    if not settings.guest.enabled or not guests:
        return ()
    return [
        GuestGrant(
            identities=IdentityStore(database=tools.database),
            verifier=verifier,
            mint=GuestMint(
                keys=tools.keyring,
                issuer=settings.tokens.issuer,
                lifetime=settings.guest.id_ttl,
            ),
            limit=tools.guest_limit(settings.guest.rate.per_ip),
            provider=guests[0].id,
            region=settings.server.region,
            clock=tools.clock,
        )
    ]


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
