"""App tokens say whom they stand for, whom they are for, and what they are good for."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.config.settings.tokens import JwtProfile
from gateway.keys.keyring import KeyRing
from gateway.mint.app import AppGrant, AppMint, AppToken
from gateway.model.decision import Decision, Reason
from gateway.model.errors import ExpiredCredentialError, MintError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from tests.mint.conftest import ISSUER, NOON, read

ROUTE = Route(
    id="app",
    host="*",
    path="/oauth2/token/app",
    methods=frozenset({"POST"}),
    upstream="",
    audience=ISSUER,
    profile="app",
)
SUBJECT = Subject(
    Identity(
        id="us-east-1:1",
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        acr="mfa",
    ),
    expires_at=NOON + timedelta(hours=1),
)
VIA = {"provider": "corp"}


def _mint(
    keyring: KeyRing,
    grant: AppGrant = AppGrant(),  # noqa: B008 - frozen
    *,
    subject: Subject = SUBJECT,
    claims: Mapping[str, Any] | None = None,
    route: Route = ROUTE,
    allowed: bool = True,
) -> AppToken:
    mint = AppMint(
        keys=keyring,
        issuer=ISSUER,
        profiles={"app": JwtProfile(ttl=timedelta(minutes=10))},
    )
    decision = Decision(allowed=allowed, reason=Reason.ALLOWED, claims=claims or {})
    return mint.mint(decision, subject, route, grant, now=NOON)


def test_it_says_what_was_granted(keyring: KeyRing) -> None:
    """And nothing that was not."""
    subject = replace(SUBJECT, actor={"sub": "us-east-1:2"})

    full = _mint(
        keyring, AppGrant(("a", "b"), "thumb", VIA), subject=subject, claims={"x": 1}
    )
    bare = _mint(keyring)

    said = {
        "iss": ISSUER,
        "sub": "us-east-1:1",
        "aud": ISSUER,
        "client_id": "corp",
        "acr": "mfa",
        "iat": int(NOON.timestamp()),
        "exp": int(NOON.timestamp()) + 600,
    }
    assert read(bare.token, keyring)["payload"] == said | {"jti": bare.token_id}
    assert read(full.token, keyring)["payload"] == said | {
        "jti": full.token_id,
        "x": 1,
        "scope": "a b",
        "cnf": {"jkt": "thumb"},
        "act": {"sub": "us-east-1:2"},
        "via": VIA,
    }
    assert read(full.token, keyring)["header"]["typ"] == "at+jwt"
    assert full.expires_in == 600
    assert full.token not in repr(full)


def test_it_does_not_outlive_what_was_shown(keyring: KeyRing) -> None:
    """The pair around its end."""
    soon = replace(SUBJECT, expires_at=NOON + timedelta(seconds=1))

    assert _mint(keyring, subject=soon).expires_in == 1
    with pytest.raises(ExpiredCredentialError):
        _mint(keyring, subject=replace(SUBJECT, expires_at=NOON))


@pytest.mark.parametrize(
    "change",
    [
        {"allowed": False},
        {"route": replace(ROUTE, profile="gone")},
        {"claims": {"scope": "all"}},
        {"claims": {"via": {}}},
        {"claims": {"act": {}}},
        {"claims": {"sub": "x"}},
    ],
    ids=str,
)
def test_nothing_else_is_signed(keyring: KeyRing, change: dict[str, Any]) -> None:
    """What a policy may not say, it does not say by way of a mistake either."""
    with pytest.raises(MintError):
        _mint(keyring, **change)
