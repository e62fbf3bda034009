"""Signing in with each kind of provider whose tokens are opaque."""

from dataclasses import dataclass
from typing import Any

import pytest

from gateway.authentication.opaque.api import Api
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.dialects import dialect_of
from gateway.federation.oauth2.party import OAuth2Party
from gateway.model.errors import CredentialError
from tests.authentication.opaque.house import NOON, settings_of, verifier_of
from tests.authentication.opaque.test_amazon import FILE as AMAZON
from tests.authentication.opaque.test_facebook import FILE as FACEBOOK
from tests.authentication.opaque.test_github import FILE as GITHUB
from tests.authentication.opaque.test_oauth2 import CODE, INTROSPECTION, TOKENINFO
from tests.authentication.opaque.test_twitter import FILE as TWITTER
from tests.federation.oauth2.test_party import ATTEMPT, browse
from tests.peers.stand_ins import amazon, declared, facebook, github, twitter
from tests.peers.stand_ins.wire import Direct, StandIn, reply


@dataclass(frozen=True)
class Kind:
    """A kind, and what is at the other end.

    Attributes:
        file: The provider's file.
        stand_in: Plays the provider.
        token_path: Of its token endpoint.
        subject: Whoever signs in there.
        foreign: A token of another app, which the provider knows.
    """

    file: str
    stand_in: type[StandIn]
    token_path: str
    subject: str
    foreign: str = ""


KINDS = {
    "amazon": Kind(
        AMAZON,
        amazon.Amazon,
        "/auth/o2/token",
        amazon.ALICE["user_id"],
        amazon.FOREIGN_TOKEN,
    ),
    "facebook": Kind(
        FACEBOOK,
        facebook.Facebook,
        f"{facebook.GRAPH}/oauth/access_token",
        facebook.ALICE["id"],
        facebook.FOREIGN_TOKEN,
    ),
    "github": Kind(
        GITHUB,
        github.Github,
        "/login/oauth/access_token",
        "583231",
        github.FOREIGN_TOKEN,
    ),
    "oauth2 by code": Kind(CODE, declared.Declared, "/token", "42"),
    "oauth2 by introspection": Kind(
        INTROSPECTION, declared.Declared, "/token", "42", declared.FOREIGN_TOKEN
    ),
    "oauth2 by tokeninfo": Kind(
        TOKENINFO, declared.Declared, "/token", "42", declared.FOREIGN_TOKEN
    ),
    "twitter": Kind(
        TWITTER, twitter.Twitter, "/2/oauth2/token", twitter.ALICE["id_str"]
    ),
}


def party_of(kind: Kind, stand_in: StandIn) -> OAuth2Party:
    settings = settings_of(kind.file)
    return OAuth2Party(
        dialect_of(settings),
        api=Api(settings.id, fetcher=Direct(stand_in)),
        verifier=verifier_of(settings, stand_in),
        clock=lambda: NOON,
    )


@pytest.mark.parametrize("name", sorted(KINDS))
def test_somebody_signs_in(name: str) -> None:
    """There, back, and known by the name that never changes."""
    kind = KINDS[name]
    stand_in = kind.stand_in()
    party = party_of(kind, stand_in)

    proven = party.finish(ATTEMPT, browse(stand_in, party.begin(ATTEMPT).url))

    assert proven.claims.subject == proven.claims.claims["sub"] == kind.subject
    assert proven.tokens is not None
    assert proven.tokens.access_token not in repr(proven)


@pytest.mark.parametrize("name", sorted(n for n, kind in KINDS.items() if kind.foreign))
def test_a_token_of_another_app_lets_nobody_in(name: str) -> None:
    """Whatever made the token endpoint answer with it."""
    kind = KINDS[name]
    stand_in = kind.stand_in()
    party = party_of(kind, stand_in)
    answer = browse(stand_in, party.begin(ATTEMPT).url)
    stand_in.faults[kind.token_path] = reply(
        {"access_token": kind.foreign, "token_type": "bearer"}
    )

    with pytest.raises(CredentialError):
        party.finish(ATTEMPT, answer)


@pytest.mark.parametrize("name", ["amazon", "facebook", "github", "twitter"])
def test_somebody_who_says_no_is_told_so(name: str) -> None:
    kind = KINDS[name]
    stand_in: Any = kind.stand_in()
    stand_in.consents = False
    party = party_of(kind, stand_in)

    with pytest.raises(ProviderSaysNoError) as caught:
        party.finish(ATTEMPT, browse(stand_in, party.begin(ATTEMPT).url))
    assert caught.value.reason == "access_denied"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("amazon", "invalid_grant"),
        ("facebook", "OAuthException:100"),
        ("github", "bad_verification_code"),
        ("twitter", "invalid_request"),
    ],
)
def test_a_code_serves_once(name: str, reason: str) -> None:
    """Each says so in its own way, and each way is heard."""
    kind = KINDS[name]
    stand_in = kind.stand_in()
    party = party_of(kind, stand_in)
    answer = browse(stand_in, party.begin(ATTEMPT).url)
    party.finish(ATTEMPT, answer)

    with pytest.raises(ProviderSaysNoError) as caught:
        party.finish(ATTEMPT, answer)
    assert caught.value.reason == reason
