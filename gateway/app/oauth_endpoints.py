"""The routes of the pools' authorization server."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from gateway.app.oauth import OAuthServices
from gateway.endpoints.oauth import authorize, logout, pool_documents, user_info
from gateway.endpoints.oauth.client_endpoint import Call, ClientEndpoint
from gateway.endpoints.oauth.client_endpoint import routes as client_routes
from gateway.model.client import ClientAuthentication
from gateway.model.errors import GatewayError
from gateway.oauth.discovery import metadata
from gateway.pool.pools import Pools
from gateway.telemetry.logs import Logger


def oauth_routes(
    oauth: OAuthServices,
    *,
    pools: Pools,
    logger: Logger,
    show_error: Callable[[Request, GatewayError], Response] = authorize.plain_error,
    show_signed_out: Callable[[Request], Response] = logout.plain_signed_out,
    find_way_out: logout.FindWayOut = logout.no_way_out,
) -> Sequence[BaseRoute]:
    """Return all routes but the token endpoint's, which is not for pools alone.

    Args:
        oauth: The services behind them.
        pools: Which pools there are.
        logger: Told why a request was refused.
        show_error: Returns the page that tells a person what is wrong.
        show_signed_out: Returns the page of somebody who has signed out.
        find_way_out: Returns how somebody signs out too where they came from.
    """
    public_url = oauth.endpoints.public_url

    def describe(pool_id: str) -> Mapping[str, Any]:
        return metadata(
            oauth.issuers.of(pool_id),
            oauth.endpoints,
            grant_types=oauth.grants.grant_types,
        )

    return [
        *authorize.routes(
            authorizations=oauth.authorizations,
            sessions=oauth.sessions,
            show_error=show_error,
            public_url=public_url,
        ),
        *client_routes(
            _client_endpoints(oauth), authenticator=oauth.authenticator, logger=logger
        ),
        *user_info.routes(user_info=oauth.user_info, logger=logger),
        *logout.routes(
            logouts=oauth.logouts,
            sessions=oauth.sessions,
            show_error=show_error,
            show_signed_out=show_signed_out,
            find_way_out=find_way_out,
            public_url=public_url,
        ),
        *pool_documents.routes(pools=pools, keys=oauth.keys, describe=describe),
    ]


def _client_endpoints(oauth: OAuthServices) -> Sequence[ClientEndpoint]:
    where = oauth.endpoints

    def revoke(call: Call) -> None:
        oauth.revocations.revoke(call.client, call.parameters)

    def introspect(call: Call) -> Mapping[str, Any]:
        return oauth.introspections.tell(call.client, call.parameters)

    def begun(call: Call) -> None:
        # A client that proves itself is a server: all its people come from one address.
        if call.client.authentication is ClientAuthentication.NONE:
            oauth.beginnings.take(call.address)

    def push(call: Call) -> Mapping[str, Any]:
        begun(call)
        thumbprint = ""
        if call.proofs:
            address = where.address(where.pushed)
            thumbprint = oauth.proofs.check(call.proofs, method="POST", uri=address)
        pushed = oauth.pushed.push(call.client, call.parameters, thumbprint=thumbprint)
        return {"request_uri": pushed.request_uri, "expires_in": pushed.expires_in}

    def begin(call: Call) -> Mapping[str, Any]:
        begun(call)
        started = oauth.devices.begin(call.client, call.parameters)
        page = where.address(where.device_page)
        return {
            "device_code": started.device_code,
            "user_code": started.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={started.user_code}",
            "expires_in": started.expires_in,
            "interval": started.interval,
        }

    return [
        ClientEndpoint(where.revocation, revoke),
        ClientEndpoint(where.introspection, introspect),
        ClientEndpoint(where.pushed, push, HTTPStatus.CREATED),
        ClientEndpoint(where.device, begin),
    ]
