"""Logout tokens."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.logout_token import (
    EVENT,
    MAX_AGE,
    LogoutNotice,
    LogoutTokenVerifier,
)
from gateway.config.providers.oidc import OidcProvider
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from tests.authentication.issuer import ISSUER, NOON, id_claims, keys_of, token

AT = int(NOON.timestamp())
SKEW = timedelta(seconds=30)
PROVIDER = OidcProvider.model_validate(
    {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "client": {"id": "web"},
        "accept": {"flows": ("login",)},
    }
)


def logout_token(*, typ: str | None = "logout+jwt", **changes: Any) -> str:
    claims = {"aud": "web", "jti": "1", "sid": "s-1", "events": {EVENT: {}}}
    return token(id_claims(**claims | changes), typ=typ)


def verify(text: str) -> LogoutNotice:
    verifier = LogoutTokenVerifier(PROVIDER, keys=keys_of("ES256"), skew=SKEW)
    return verifier.verify(text, now=NOON)


@pytest.mark.parametrize(
    ("changes", "subject", "session_id"),
    [
        ({}, "alice", "s-1"),
        ({"sid": None}, "alice", ""),
        ({"sub": None}, "", "s-1"),
        ({"exp": None}, "alice", "s-1"),
        ({"typ": None}, "alice", "s-1"),
        ({"typ": "JWT"}, "alice", "s-1"),
    ],
    ids=range(6),
)
def test_a_good_token_says_who_has_signed_out(
    changes: dict[str, Any], subject: str, session_id: str
) -> None:
    """A person, one session, or one session of a person."""
    notice = verify(logout_token(**changes))

    assert (notice.provider, notice.token_id) == ("corp", "1")
    assert (notice.subject, notice.session_id) == (subject, session_id)
    assert notice.expires_at >= NOON + MAX_AGE


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"typ": "at+jwt"}, WrongTokenTypeError),
        ({"events": None}, WrongTokenTypeError),
        ({"events": {}}, WrongTokenTypeError),
        ({"events": [EVENT]}, WrongTokenTypeError),
        ({"events": {EVENT: "yes"}}, WrongTokenTypeError),
        ({"nonce": "n"}, WrongTokenTypeError),
        ({"iss": "https://evil.example"}, UntrustedIssuerError),
        ({"aud": "another"}, WrongAudienceError),
        ({"aud": None}, CredentialError),
        ({"iat": AT - 400}, ExpiredCredentialError),
        ({"iat": None}, MalformedCredentialError),
        ({"exp": AT - 31}, ExpiredCredentialError),
        ({"exp": AT + 90_000}, CredentialError),
        ({"jti": None}, MalformedCredentialError),
        ({"jti": 1}, MalformedCredentialError),
        ({"sub": None, "sid": None}, MalformedCredentialError),
        ({"sid": 1}, MalformedCredentialError),
        ({"sid": "x" * 1025}, MalformedCredentialError),
        ({"sub": ""}, MalformedCredentialError),
    ],
    ids=range(19),
)
def test_what_is_no_good_logout_token_ends_nothing(
    changes: dict[str, Any], error: type[CredentialError]
) -> None:
    """An ID token least of all: it says that somebody has come."""
    with pytest.raises(error):
        verify(logout_token(**changes))


def test_a_provider_without_a_client_logs_nobody_out() -> None:
    """There is nobody for whom the token could be."""
    provider = PROVIDER.model_copy(update={"client": None})
    verifier = LogoutTokenVerifier(provider, keys=keys_of("ES256"), skew=SKEW)

    with pytest.raises(CredentialError):
        verifier.verify(logout_token(), now=NOON)
