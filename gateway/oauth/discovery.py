"""What a pool's authorization server tells of itself. What it advertises works, and no more.

References: OpenID Connect Discovery section 3; RFC 8414 section 2; RFC 9126 section 5; RFC
9207 section 3; RFC 9449 section 5.1; OpenID Connect RP-Initiated Logout section 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.oauth.authorizing.request import CODE, FRAGMENT, PROMPTS, QUERY, S256
from gateway.oauth.clients import assertions, proofs
from gateway.oauth.issuing.claims import SCOPE_CLAIMS


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the authorization server is; an empty path is not offered.

    Attributes:
        public_url: Where the gateway is reached, without a slash at the end.
    """

    public_url: str
    authorization: str = "/oauth2/authorize"
    token: str = "/oauth2/token"  # noqa: S105 - a path

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"{self.public_url}{path}"


def metadata(
    issuer: str, endpoints: Endpoints, *, grant_types: Sequence[str]
) -> dict[str, Any]:
    """Return the discovery document of a pool.

    Args:
        issuer: `iss` of its tokens.
        endpoints: Where everything is.
        grant_types: What the token endpoint takes of clients.
    """
    return {
        "issuer": issuer,
        "authorization_endpoint": endpoints.address(endpoints.authorization),
        "token_endpoint": endpoints.address(endpoints.token),
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": [CODE],
        "response_modes_supported": [QUERY, FRAGMENT],
        "grant_types_supported": sorted(grant_types),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", *sorted(SCOPE_CLAIMS)],
        "claims_supported": sorted(_claims()),
        "token_endpoint_auth_methods_supported": [
            *("none", "client_secret_basic", "client_secret_post", "private_key_jwt"),
        ],
        "token_endpoint_auth_signing_alg_values_supported": sorted(
            assertions.ALGORITHMS
        ),
        "dpop_signing_alg_values_supported": sorted(proofs.ALGORITHMS),
        "code_challenge_methods_supported": [S256],
        "prompt_values_supported": sorted(PROMPTS),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _claims() -> set[str]:
    shown = {name for names in SCOPE_CLAIMS.values() for name in names}
    return shown | {"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"}
