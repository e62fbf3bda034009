"""What verifiers and clients look up: the public keys, and where things are.

Advertises what works and nothing else. There is no authorization endpoint, no ID token and
no client authentication in this version, so no document says that there were.

References: RFC 7517 section 5 (JWKS), RFC 8414 section 3.2 (metadata).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.authentication.proofs import ALGORITHMS
from gateway.endpoints.cached_document import cached_document
from gateway.endpoints.oauth.token import TOKEN_PATH
from gateway.oauth.exchanging.exchanges import GRANT_TYPE

JWKS_PATH = "/.well-known/jwks.json"

# Both documents say the same: upstreams find the keys by either.
METADATA_PATHS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)

# Verifiers keep the keys for as long as this at most. A new key is published long before
# it signs, so they may.
LONGEST_MAX_AGE = timedelta(minutes=15)

_METADATA_MAX_AGE = timedelta(minutes=15)


class PublicKeys(Protocol):
    """The gateway's own public keys."""

    def public_jwks(self) -> Mapping[str, Any]:
        """Return them as a JWK Set. Called on the event loop; waits for nothing."""


def routes(
    *,
    keys: PublicKeys,
    issuer: str,
    public_url: str,
    grant_types: Sequence[str],
    publish_before: timedelta,
) -> Sequence[BaseRoute]:
    """Return the documents' routes.

    Args:
        keys: What tokens are verified with.
        issuer: `iss` of the tokens.
        public_url: Where this gateway is reached; without a slash at the end.
        grant_types: What the token endpoint takes; if nothing, it is not advertised.
        publish_before: How long a key is published before it signs. Nobody is told to
            keep the keys for longer than half of it.
    """
    max_age = min(LONGEST_MAX_AGE, publish_before / 2)
    metadata = _metadata(issuer, public_url, grant_types)

    # On the loop, so that upstreams get the keys also when all threads are taken.

    async def jwks(request: Request) -> Response:
        return cached_document(request, keys.public_jwks(), max_age)

    async def discovery(request: Request) -> Response:
        return cached_document(request, metadata, _METADATA_MAX_AGE)

    return [
        Route(JWKS_PATH, jwks),
        *(Route(path, discovery) for path in METADATA_PATHS),
    ]


def _metadata(
    issuer: str, public_url: str, grant_types: Sequence[str]
) -> Mapping[str, Any]:
    document: dict[str, Any] = {
        "issuer": issuer,
        "jwks_uri": f"{public_url}{JWKS_PATH}",
        # Required even if empty (RFC 8414 section 2): nothing has a response type yet.
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "grant_types_supported": list(grant_types),
    }
    if grant_types:
        document["token_endpoint"] = f"{public_url}{TOKEN_PATH}"
        document["token_endpoint_auth_methods_supported"] = ["none"]
    if GRANT_TYPE in grant_types:
        # What is exchanged is bound to a key on request (RFC 9449 section 5.1).
        document["dpop_signing_alg_values_supported"] = sorted(ALGORITHMS)
    return document
