"""The token endpoint's table of errors."""

import json
import re

import pytest

from gateway.endpoints.oauth.errors import oauth_error, wrong_method
from gateway.model.errors import (
    ExpiredCredentialError,
    GatewayError,
    OversizedRequestError,
    RateLimitedError,
    StorageError,
)
from gateway.oauth.errors import (
    InvalidClientError,
    InvalidGuestTokenError,
    ProofNonceError,
    UnsupportedGrantTypeError,
)

# RFC 6749 section 5.2, and two of section 4.1.2.1 for what is not the client's doing; what
# OpenID Connect, RFC 7009, RFC 8628, RFC 8707 and RFC 9449 add.
CODES = {
    *("unauthorized_client", "invalid_scope", "invalid_target", "access_denied"),
    *("unsupported_token_type", "authorization_pending", "slow_down", "expired_token"),
    *("invalid_dpop_proof", "use_dpop_nonce", "unsupported_response_type"),
    *("login_required", "consent_required", "request_not_supported"),
    *("request_uri_not_supported", "registration_not_supported"),
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unsupported_grant_type",
    "temporarily_unavailable",
    "server_error",
}


def test_every_failure_has_a_code_of_the_standard(
    error_classes: list[type[GatewayError]],
) -> None:
    """Nothing else, and no detail."""
    for kind in error_classes:
        response = oauth_error(kind("kid=k1 of https://idp.internal"))
        body = json.loads(bytes(response.body))

        assert body.keys() == {"error", "error_description"}
        assert body["error"] in CODES, kind
        assert body["error_description"] == kind.public
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+", kind.public), kind
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["pragma"] == "no-cache"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OversizedRequestError(), 400, "invalid_request"),
        (UnsupportedGrantTypeError(), 400, "unsupported_grant_type"),
        (InvalidGuestTokenError(), 400, "invalid_grant"),
        (ExpiredCredentialError(), 400, "invalid_grant"),
        (InvalidClientError(), 401, "invalid_client"),
        (RateLimitedError(), 429, "temporarily_unavailable"),
        (StorageError(), 503, "temporarily_unavailable"),
        (GatewayError(), 500, "server_error"),
    ],
)
def test_families_have_their_status_and_code(
    error: GatewayError, status: int, code: str
) -> None:
    """RFC 6749 section 5.2."""
    response = oauth_error(error)

    assert response.status_code == status
    assert json.loads(bytes(response.body))["error"] == code


def test_who_has_to_wait_is_told_for_how_long() -> None:
    """Whole seconds, at least one."""
    later = oauth_error(RateLimitedError(retry_after=120))

    assert later.headers["retry-after"] == "120"
    assert oauth_error(RateLimitedError(retry_after=0)).headers["retry-after"] == "1"
    assert oauth_error(StorageError()).headers["retry-after"] == "5"
    assert "retry-after" not in oauth_error(GatewayError()).headers


def test_a_client_that_authenticates_is_challenged() -> None:
    """RFC 6749 section 5.2 demands the 401 and the header."""
    assert "www-authenticate" in oauth_error(InvalidClientError()).headers


def test_a_proof_without_a_nonce_is_told_one() -> None:
    """RFC 9449 section 8."""
    response = oauth_error(ProofNonceError(nonce="n-1"))

    assert response.status_code == 400
    assert response.headers["dpop-nonce"] == "n-1"


def test_another_method_is_refused_with_those_that_there_are() -> None:
    answer = wrong_method("GET", "POST")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(bytes(answer.body)) == {
        "error": "invalid_request",
        "error_description": "This endpoint takes GET and POST only.",
    }
