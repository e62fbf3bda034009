"""The documents of a pool, below its issuer: discovery and keys.

A pool that there is not is a 404, and not an empty set of keys.

References: OpenID Connect Discovery section 4; RFC 8414 section 3; RFC 7517 section 5.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.endpoints.cached_document import cached_document
from gateway.endpoints.oauth.cors import shared
from gateway.model.errors import RouteError
from gateway.pool.pool import Pool

# A next key is published for days before it signs.
MAX_AGE = timedelta(minutes=15)


class Pools(Protocol):
    """Knows which pools there are."""

    def find(self, pool_id: str) -> Pool | None:
        """Return a pool."""


class PublicKeys(Protocol):
    """The public keys of pools."""

    def public_jwks(self, pool_id: str) -> Mapping[str, Any]:
        """Return them as a JWK Set. Called in a thread."""


def routes(
    *,
    pools: Pools,
    keys: PublicKeys,
    describe: Callable[[str], Mapping[str, Any]],
) -> Sequence[BaseRoute]:
    """Return the documents' routes.

    Args:
        pools: Which there are.
        keys: What their tokens are verified with.
        describe: Returns the discovery document for the id of a pool.
    """

    def known(request: Request) -> str:
        pool_id: str = request.path_params["pool_id"]
        if pools.find(pool_id) is None:
            raise RouteError(f"there is no pool {pool_id[:80]!r}")
        return pool_id

    def jwks(request: Request) -> Mapping[str, Any]:
        return keys.public_jwks(known(request))

    def discovery(request: Request) -> Mapping[str, Any]:
        return describe(known(request))

    return [
        Route("/{pool_id}/.well-known/jwks.json", _serve(jwks)),
        Route("/{pool_id}/.well-known/openid-configuration", _serve(discovery)),
        # Where RFC 8414 section 3.1 looks for it.
        Route("/.well-known/oauth-authorization-server/{pool_id}", _serve(discovery)),
    ]


def _serve(
    read: Callable[[Request], Mapping[str, Any]],
) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        content = await anyio.to_thread.run_sync(read, request)
        return shared(cached_document(request, content, MAX_AGE))

    return endpoint
