"""Sign-in at providers without OpenID Connect, over real sockets.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.app.federation import build_parties
from gateway.authentication.key_sources import KeySources
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import Attempt, ProvenLogin, RelyingParty
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
)
from tests.config.files import Folder
from tests.peers.stand_ins.github import CLIENT_ID, Github
from tests.peers.stand_ins.wire import HTML, TROUBLE, Reply, StandIn, served

pytestmark = pytest.mark.peer

ATTEMPT = Attempt(
    state="the-state",
    nonce="the-nonce",
    verifier="the-verifier-the-verifier-the-verifier-123",
    redirect_uri="http://127.0.0.1:9499/oauth2/idpresponse",
)
NETWORK = """
network.allow_plain_http = true
network.allow_private_addresses = ["127.0.0.0/8"]
network.timeout = "500ms"
"""


def _clock() -> datetime:
    return datetime.now(UTC)


def party_of(root: Path, text: str) -> RelyingParty:
    """Return the one party of a folder with one more provider."""
    folder = Folder(root)
    folder.environ["SECRET"] = "secret"
    folder.write("providers/social.toml", text + NETWORK)
    sources = KeySources(clock=_clock)
    built = build_parties(folder.load(), clock=_clock, key_sources=sources)
    (party,) = built.values()
    return party


def sign_in(party: RelyingParty) -> ProvenLogin:
    """Go there and back as a browser does."""
    departure = party.begin(ATTEMPT)
    with httpx.Client(trust_env=False, timeout=20) as browser:
        back = httpx.URL(browser.get(departure.url).headers["location"])
    assert str(back).startswith(ATTEMPT.redirect_uri)
    return party.finish(ATTEMPT, dict(back.params))


@pytest.fixture
def github() -> Github:
    return Github()


@pytest.fixture
def at_github(github: Github, tmp_path: Path) -> Iterator[RelyingParty]:
    with served(github) as address:
        yield party_of(
            tmp_path,
            f"""
kind = "github"
id = "github"
owner = "team@example.com"
client.id = "{CLIENT_ID}"
client.secret = {{ env = "SECRET" }}
url = "{address}"
api_url = "{address}"
""",
        )


def test_somebody_signs_in_with_github(at_github: RelyingParty) -> None:
    proven = sign_in(at_github)

    assert proven.claims.subject == "583231"
    assert proven.claims.claims["email"] == "octocat@octo.example"


HOSTILE = {
    **{name: TROUBLE[name] for name in TROUBLE if name != "an empty list"},
    "less than announced": Reply(200, b'{"id": 1}', missing=10),
    "a page, packed": Reply(200, b"x", {**HTML.headers, "content-encoding": "gzip"}),
}


@pytest.mark.parametrize("path", ["/login/oauth/access_token", "/user", "/user/emails"])
@pytest.mark.parametrize("trouble", sorted(HOSTILE))
def test_hostile_answers_let_nobody_in(
    github: Github, at_github: RelyingParty, path: str, trouble: str
) -> None:
    """Nothing is retried, nothing weaker is tried instead, and nothing hangs."""
    github.faults[path] = HOSTILE[trouble]

    with pytest.raises(
        (
            BadAnswerError,
            ProviderUnavailableError,
            ProviderSaysNoError,
            CredentialError,
        )
    ):
        sign_in(at_github)
    assert github.count(path) == 1


def test_a_provider_that_is_down_says_so(tmp_path: Path) -> None:
    with served(StandIn()) as address:
        pass
    party = party_of(
        tmp_path,
        f"""
kind = "github"
id = "github"
owner = "team@example.com"
client.id = "{CLIENT_ID}"
client.secret = {{ env = "SECRET" }}
url = "{address}"
api_url = "{address}"
""",
    )

    with pytest.raises(ProviderUnavailableError):
        party.finish(ATTEMPT, {"state": ATTEMPT.state, "code": "x"})
