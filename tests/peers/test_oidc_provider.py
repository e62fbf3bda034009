"""Tokens of a certified provider that nobody here wrote, by way of its own endpoints."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.authentication.errors import UnknownKeyError
from gateway.authentication.key_sources import KeySources
from gateway.authentication.provider_verifiers import OwnSettings, build_verifiers
from gateway.authentication.verification_key import PublicKey
from gateway.authentication.verifier import Verifier
from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.providers.oidc import OidcProvider
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.tokens import TokensSettings
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ProviderUnavailableError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from tests.authentication.issuer import flip, token
from tests.peers.oidc_peer import CLIENTS, OidcPeer
from tests.peers.processes import Programs

pytestmark = pytest.mark.peer

AUDIENCE = "urn:gateway"
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/jwks"
TEN_MEGABYTES = 10 * 1024 * 1024


class NoKeys:
    """The gateway has signed nothing yet."""

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        return None


class NoBearers:
    """There is no pool."""

    def find_key(
        self, pool_id: str, kid: str
    ) -> tuple[TokenType, str, PublicKey] | None:
        return None

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}


class Side:
    """The gateway's side: a verifier for one provider, and a clock that can be moved."""

    def __init__(self, document: Document, issuer: str, **changes: Any) -> None:
        self.ahead = timedelta()
        self.sources = KeySources(clock=self.clock)
        settings: dict[str, Any] = {
            "kind": "oidc",
            "id": "corp",
            "issuer": issuer,
            "algorithms": ("RS256", "PS256", "ES256", "Ed25519"),
            "audiences": (AUDIENCE,),
            "client": {"id": CLIENTS["RS256"].id},
            "accept": {"tokens": ("at+jwt", "id_token")},
            "network": {
                "allow_plain_http": True,
                "allow_private_addresses": (ip_network("127.0.0.0/8"),),
                "timeout": timedelta(seconds=1),
            },
        }
        provider = OidcProvider.model_validate(settings | changes)
        self.verifier = Verifier(
            providers=build_verifiers(
                [ProviderFile(document, (), provider)],
                sources=self.sources,
                own_keys=NoKeys(),
                bearers=NoBearers(),
                own=OwnSettings(
                    TokensSettings(issuer="https://gw.example"), GuestSettings()
                ),
            ),
            clock=self.clock,
            max_token_bytes=8192,
        )

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **length: float) -> None:
        self.ahead += timedelta(**length)

    def verify(self, text: str) -> VerifiedClaims:
        return self.verifier.verify(Credential(Scheme.BEARER, text))


@pytest.fixture(scope="module")
def start(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], OidcPeer]:
    # Tokens that outlive the stale window, so that only the keys can be too old.
    config = tmp_path_factory.mktemp("oidc") / "config.json"
    config.write_text(json.dumps({"ttl": {"IdToken": 30 * 86400}}))

    def start() -> OidcPeer:
        script = "oidc/oidc_provider.mjs"
        return OidcPeer(programs.node("oidc_provider", script, "--config", str(config)))

    return start


@pytest.fixture(scope="module")
def running(start: Callable[[], OidcPeer]) -> OidcPeer:
    return start()


@pytest.fixture
def peer(running: OidcPeer) -> Iterator[OidcPeer]:
    running.reset()
    yield running
    running.reset()


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "corp.toml"
    path.write_text('id = "corp"\n')
    return Document.read(path, "providers/corp.toml")


@pytest.fixture
def side(peer: OidcPeer, document: Document) -> Side:
    return Side(document, peer.issuer)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519"])
def test_id_tokens_of_every_algorithm_verify(
    peer: OidcPeer, document: Document, algorithm: str
) -> None:
    """Ed25519 by its new name; the header has no `typ`."""
    client = CLIENTS[algorithm]
    side = Side(document, peer.issuer, client={"id": client.id})

    verified = side.verify(peer.sign_in(client)["id_token"])

    assert verified.provider == "corp"
    assert verified.issuer == peer.issuer
    assert verified.subject == "alice"
    assert verified.token_type is TokenType.ID_TOKEN
    assert verified.claims["email"] == "alice@example.test"
    assert verified.claims["aud"] == client.id


def test_access_tokens_for_this_gateway_verify(peer: OidcPeer, side: Side) -> None:
    """RFC 9068, of a person and of a program."""
    tokens = peer.sign_in(CLIENTS["RS256"], resource=AUDIENCE)

    person = side.verify(tokens["access_token"])
    machine = side.verify(peer.machine_token(AUDIENCE))

    assert (person.subject, person.token_type) == ("alice", TokenType.ACCESS_TOKEN)
    assert machine.subject == machine.claims["client_id"] == "machine"


def test_many_tokens_cause_one_look_at_the_keys(peer: OidcPeer, side: Side) -> None:
    for number in range(5):
        tokens = peer.sign_in(CLIENTS["RS256"], name=f"user-{number}")
        assert side.verify(tokens["id_token"]).subject == f"user-{number}"

    assert (peer.asked(DISCOVERY), peer.asked(JWKS)) == (1, 1)


def test_a_flipped_bit_is_refused(peer: OidcPeer, side: Side) -> None:
    """Anywhere in the token, and the whole token still verifies afterwards."""
    text = peer.sign_in(CLIENTS["RS256"])["id_token"]

    for place in range(0, len(text), 7):
        if text[place] != ".":
            with pytest.raises(CredentialError):
                side.verify(flip(text, place, place % 6))
    assert side.verify(text).subject == "alice"


def test_a_token_for_another_client_is_refused(peer: OidcPeer, side: Side) -> None:
    with pytest.raises(WrongAudienceError):
        side.verify(peer.sign_in(CLIENTS["ES256"])["id_token"])
    with pytest.raises(WrongAudienceError):
        side.verify(peer.machine_token("urn:another"))


def test_an_opaque_access_token_is_refused(peer: OidcPeer, side: Side) -> None:
    """Nothing in it says whom it was made for."""
    with pytest.raises(CredentialError):
        side.verify(peer.sign_in(CLIENTS["RS256"])["access_token"])


def test_an_access_token_is_no_id_token_and_the_other_way_round(
    peer: OidcPeer, document: Document
) -> None:
    tokens = peer.sign_in(CLIENTS["RS256"], resource=AUDIENCE)

    for accepted, refused in (("at+jwt", "id_token"), ("id_token", "access_token")):
        side = Side(document, peer.issuer, accept={"tokens": (accepted,)})
        with pytest.raises(CredentialError):
            side.verify(tokens[refused])


def test_keys_that_change_while_the_old_ones_stay_are_followed(
    peer: OidcPeer, side: Side
) -> None:
    before = peer.sign_in(CLIENTS["RS256"])["id_token"]
    side.verify(before)
    peer.rotate(keep_old=True)
    after = peer.sign_in(CLIENTS["RS256"])["id_token"]

    side.advance(seconds=30)

    assert side.verify(after).subject == side.verify(before).subject == "alice"
    assert peer.asked(JWKS) == 2


def test_keys_that_were_dropped_are_refused_after_the_refresh(
    peer: OidcPeer, side: Side
) -> None:
    before = peer.sign_in(CLIENTS["RS256"])["id_token"]
    side.verify(before)
    peer.rotate(keep_old=False)
    after = peer.sign_in(CLIENTS["RS256"])["id_token"]

    side.advance(minutes=15)

    assert side.verify(after).subject == "alice"
    with pytest.raises(UnknownKeyError):
        side.verify(before)


def test_made_up_keys_cause_one_fetch(peer: OidcPeer, side: Side) -> None:
    side.verify(peer.sign_in(CLIENTS["RS256"])["id_token"])
    side.advance(seconds=30)

    for number in range(300):
        with pytest.raises(UnknownKeyError):
            side.verify(token({"iss": peer.issuer}, kid=f"random-{number}"))

    assert peer.asked(JWKS) == 2


FAULTS: dict[str, dict[str, Any]] = {
    "503": {"path": JWKS, "status": 503},
    "slow": {"path": JWKS, "status": 0, "delay_ms": 2500},
    "garbage": {"path": JWKS, "status": 200, "body": "<html>please wait</html>"},
    "10 MB": {"path": JWKS, "status": 200, "body": " " * TEN_MEGABYTES},
    "redirect": {"path": JWKS, "status": 302},
    "empty": {"path": JWKS, "status": 200, "body": '{"keys":[]}'},
    "another issuer": {
        "path": DISCOVERY,
        "status": 200,
        "body": '{"issuer":"https://evil.example","jwks_uri":"https://evil.example/"}',
    },
    "keys elsewhere": {
        "path": DISCOVERY,
        "status": 200,
        "body": '{"issuer":"ISSUER","jwks_uri":"http://169.254.169.254/latest"}',
    },
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_broken_answer_is_an_outage_that_cached_keys_bridge(
    peer: OidcPeer, side: Side, document: Document, fault: dict[str, Any]
) -> None:
    """503 for whoever has no keys; nothing at all for whoever has."""
    text = peer.sign_in(CLIENTS["RS256"])["id_token"]
    side.verify(text)
    body = fault.get("body", "").replace("ISSUER", peer.issuer)
    peer.fault(**fault | {"times": 2, "body": body})

    side.advance(hours=23)
    assert side.verify(text).subject == "alice"
    assert side.sources.status()[0].failures == 1
    without_keys = Side(document, peer.issuer)
    with pytest.raises(ProviderUnavailableError):
        without_keys.verify(text)

    without_keys.advance(seconds=2)
    assert without_keys.verify(text).subject == "alice"


def test_a_provider_that_went_away_is_bridged_for_the_stale_window(
    start: Callable[[], OidcPeer], document: Document
) -> None:
    """And a bad token is still a bad token."""
    peer = start()
    side = Side(document, peer.issuer)
    text = peer.sign_in(CLIENTS["RS256"])["id_token"]
    side.verify(text)
    assert peer.program.stop() == 0

    side.advance(hours=23, minutes=59)
    assert side.verify(text).subject == "alice"
    with pytest.raises(CredentialError):
        side.verify(flip(text, 200, 3))

    side.advance(minutes=1)
    with pytest.raises(ProviderUnavailableError):
        side.verify(text)
    with pytest.raises(UntrustedIssuerError):
        side.verify(token({"iss": "https://other.example"}))


def test_a_token_ends_when_it_says(peer: OidcPeer, side: Side) -> None:
    text = peer.sign_in(CLIENTS["RS256"])["id_token"]

    side.advance(days=30, seconds=31)

    with pytest.raises(ExpiredCredentialError):
        side.verify(text)
