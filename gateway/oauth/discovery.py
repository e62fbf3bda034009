"""What a pool's authorization server tells of itself. What it advertises works, and no more.

References: OpenID Connect Discovery section 3; RFC 8414 section 2; RFC 9126 section 5; RFC
9207 section 3; RFC 9449 section 5.1; OpenID Connect RP-Initiated Logout section 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.oauth.authorizing.request import CODE, FRAGMENT, PROMPTS, QUERY, S256
from gateway.oauth.clients import assertions, proofs
from gateway.oauth.issuing.claims import SCOPE_CLAIMS

_METHODS: Final = (
    *("none", "client_secret_basic", "client_secret_post"),
    "private_key_jwt",
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the authorization server is; each as a path.

    Attributes:
        public_url: Where the gateway is reached, without a slash at the end.
    """

    public_url: str
    authorization: str = "/oauth2/authorize"
    token: str = "/oauth2/token"  # noqa: S105 - a path
    user_info: str = "/oauth2/userInfo"
    revocation: str = "/oauth2/revoke"
    introspection: str = "/oauth2/introspect"
    pushed: str = "/oauth2/par"
    device: str = "/oauth2/device_authorization"
    device_page: str = "/device"
    end_session: str = "/oauth2/logout"

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        return f"{self.public_url}{path}"

    @property
    def for_clients(self) -> Sequence[str]:
        """The addresses at which clients prove themselves."""
        paths = (
            *(self.token, self.revocation, self.introspection),
            *(self.pushed, self.device),
        )
        return [self.address(path) for path in paths]


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
        "userinfo_endpoint": endpoints.address(endpoints.user_info),
        "revocation_endpoint": endpoints.address(endpoints.revocation),
        "introspection_endpoint": endpoints.address(endpoints.introspection),
        "pushed_authorization_request_endpoint": endpoints.address(endpoints.pushed),
        "device_authorization_endpoint": endpoints.address(endpoints.device),
        "end_session_endpoint": endpoints.address(endpoints.end_session),
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": [CODE],
        "response_modes_supported": [QUERY, FRAGMENT],
        "grant_types_supported": sorted(grant_types),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", *sorted(SCOPE_CLAIMS)],
        "claims_supported": sorted(_claims()),
        **_authentication("token_endpoint", _METHODS),
        **_authentication("revocation_endpoint", _METHODS),
        # Of clients that can keep a secret alone: anybody could ask otherwise.
        **_authentication("introspection_endpoint", _METHODS[1:]),
        "dpop_signing_alg_values_supported": sorted(proofs.ALGORITHMS),
        "code_challenge_methods_supported": [S256],
        "prompt_values_supported": sorted(PROMPTS),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _authentication(endpoint: str, methods: Sequence[str]) -> dict[str, Any]:
    return {
        f"{endpoint}_auth_methods_supported": list(methods),
        f"{endpoint}_auth_signing_alg_values_supported": sorted(assertions.ALGORITHMS),
    }


def _claims() -> set[str]:
    shown = {name for names in SCOPE_CLAIMS.values() for name in names}
    return shown | {"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"}
