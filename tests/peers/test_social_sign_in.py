"""Sign-in at providers without OpenID Connect, over real sockets.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from tests.peers.stand_ins import amazon, declared, facebook, github, twitter
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
    parties = build_parties(
        folder.load(), clock=_clock, key_sources=KeySources(clock=_clock)
    )
    return parties["social"]


def sign_in(party: RelyingParty) -> ProvenLogin:
    """Go there and back as a browser does."""
    departure = party.begin(ATTEMPT)
    attempt = replace(ATTEMPT, kept=departure.kept)
    with httpx.Client(trust_env=False, timeout=20) as browser:
        back = httpx.URL(browser.get(departure.url).headers["location"])
    assert str(back).startswith(ATTEMPT.redirect_uri)
    return party.finish(attempt, dict(back.params))


@dataclass(frozen=True)
class Kind:
    """A kind, and what is at the other end.

    Attributes:
        stand_in: Plays the provider.
        client_id: Of our app there.
        more: Of the provider's file; `{address}` is where the stand-in is.
        asked: The paths that are asked after the browser has come back.
        subject: Whoever signs in there.
    """

    stand_in: type[StandIn]
    client_id: str
    more: str
    asked: tuple[str, ...]
    subject: str

    def text(self, name: str, address: str) -> str:
        """Return the provider's file."""
        return f"""
kind = "{name.partition(" ")[0]}"
id = "social"
owner = "team@example.com"
client.id = "{self.client_id}"
client.secret = {{ env = "SECRET" }}
{self.more.replace("{address}", address)}
"""


BOTH = 'url = "{address}"\napi_url = "{address}"\n'
KINDS = {
    "amazon": Kind(
        amazon.Amazon,
        amazon.CLIENT_ID,
        BOTH,
        ("/auth/o2/token", "/auth/o2/tokeninfo"),
        amazon.ALICE["user_id"],
    ),
    "facebook": Kind(
        facebook.Facebook,
        facebook.APP_ID,
        'url = "{address}"\ngraph_url = "{address}"\n'
        f'limited_jwks_url = "{{address}}{facebook.KEYS}"\n',
        tuple(
            f"{facebook.GRAPH}{path}"
            for path in ("/oauth/access_token", "/debug_token", "/me")
        ),
        facebook.ALICE["id"],
    ),
    "github": Kind(
        github.Github,
        github.CLIENT_ID,
        BOTH,
        ("/login/oauth/access_token", "/user", "/user/emails"),
        "583231",
    ),
    "oauth2": Kind(
        declared.Declared,
        declared.CLIENT_ID,
        """
authorize_url = "{address}/authorize"
token_url = "{address}/token"
userinfo_url = "{address}/me"
claims_in = "user"
subject_claim = "id"
audience_proof = "introspection"
introspection_url = "{address}/introspect"
""",
        ("/token", "/introspect", "/me"),
        "42",
    ),
    "twitter": Kind(
        twitter.Twitter,
        twitter.CLIENT_ID,
        BOTH,
        ("/2/oauth2/token", "/2/users/me"),
        twitter.ALICE["id_str"],
    ),
    "twitter by OAuth 1.0a": Kind(
        twitter.Twitter,
        twitter.CLIENT_ID,
        f'{BOTH}protocol = "oauth1"\n',
        ("/oauth/access_token", "/1.1/account/verify_credentials.json"),
        twitter.ALICE["id_str"],
    ),
}
HOSTILE = {
    **{name: TROUBLE[name] for name in TROUBLE if name != "an empty list"},
    "less than announced": Reply(200, b'{"id": 1}', missing=10),
    "a page, packed": Reply(200, b"x", {**HTML.headers, "content-encoding": "gzip"}),
}


@pytest.fixture
def at(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[StandIn, RelyingParty, Kind]]:
    """Return a provider, what we are to it, and what it is."""
    kind = KINDS[request.param]
    stand_in = kind.stand_in()
    with served(stand_in) as address:
        if isinstance(stand_in, twitter.Twitter):
            stand_in.host = address
        yield stand_in, party_of(tmp_path, kind.text(request.param, address)), kind


@pytest.mark.parametrize("at", sorted(KINDS), indirect=True)
def test_somebody_signs_in(at: tuple[StandIn, RelyingParty, Kind]) -> None:
    _, party, kind = at

    proven = sign_in(party)

    assert proven.claims.subject == kind.subject
    assert proven.claims.claims["sub"] == kind.subject


@pytest.mark.parametrize("trouble", sorted(HOSTILE))
@pytest.mark.parametrize("at", sorted(KINDS), indirect=True)
def test_hostile_answers_let_nobody_in(
    at: tuple[StandIn, RelyingParty, Kind], trouble: str
) -> None:
    """Nothing is retried, nothing weaker is tried instead, and nothing hangs."""
    stand_in, party, kind = at

    for number, path in enumerate(kind.asked):
        stand_in.faults = {path: HOSTILE[trouble]}
        with pytest.raises(
            (
                BadAnswerError,
                ProviderUnavailableError,
                ProviderSaysNoError,
                CredentialError,
            )
        ):
            sign_in(party)
        assert stand_in.count(path) == 1
        assert all(stand_in.count(later) == 0 for later in kind.asked[number + 1 :])


def test_a_provider_that_is_down_says_so(tmp_path: Path) -> None:
    with served(StandIn()) as address:
        pass
    party = party_of(tmp_path, KINDS["github"].text("github", address))

    with pytest.raises(ProviderUnavailableError):
        party.finish(ATTEMPT, {"state": ATTEMPT.state, "code": "x"})
