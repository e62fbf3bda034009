"""Opaque tokens of each provider for tokens of the gateway, over real sockets.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations

import httpx
import pytest

from tests.peers.running_gateway import Choices, RunningGateway, Site, serving
from tests.peers.stand_ins import amazon, declared, facebook, github, twitter
from tests.peers.stand_ins.wire import TROUBLE, StandIn, served
from tests.peers.test_social_sign_in import KINDS, NETWORK

pytestmark = pytest.mark.peer

_UPSTREAM = 9
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
EXCHANGES = """
[tokens.profiles.app]
ttl = "10m"
[[exchanges]]
id = "app"
"""
POLICY = """
[policy]
id = "exchanges"
owner = "team@example.com"
[[rule]]
id = "known"
effect = "allow"
routes = ["app"]
for = ["authenticated"]
when = "identity.subject == identity.attributes.known"
"""


@dataclass(frozen=True)
class Tokens:
    """Tokens that a provider knows.

    Attributes:
        kind: In `KINDS`.
        ours: Of our own app.
        foreign: Of another one.
        asked: Where the first question about a token goes.
    """

    kind: str
    ours: str
    foreign: str
    asked: str


TOKENS = {
    "amazon": Tokens(
        "amazon", amazon.TOKEN, amazon.FOREIGN_TOKEN, "/auth/o2/tokeninfo"
    ),
    "facebook": Tokens(
        "facebook",
        facebook.TOKEN,
        facebook.FOREIGN_TOKEN,
        f"{facebook.GRAPH}/debug_token",
    ),
    "github": Tokens(
        "github",
        github.TOKEN,
        github.FOREIGN_TOKEN,
        f"/applications/{github.CLIENT_ID}/token",
    ),
    "oauth2": Tokens("oauth2", declared.TOKEN, declared.FOREIGN_TOKEN, "/introspect"),
    "twitter": Tokens(
        "twitter by OAuth 1.0a",
        ";".join(twitter.PAIR),
        ";".join(twitter.FOREIGN_PAIR),
        "/1.1/account/verify_credentials.json",
    ),
}


@dataclass(frozen=True)
class World:
    """A gateway and its providers."""

    gateway: RunningGateway
    stand_ins: Mapping[str, StandIn]

    def exchange(self, name: str, token: str) -> httpx.Response:
        """Show a token of a provider, by the type that is declared for it."""
        form = {
            "grant_type": GRANT,
            "subject_token": token,
            "subject_token_type": f"urn:federation-gateway:token-type:{name}",
        }
        with self.gateway.caller() as caller:
            return caller.post("/oauth2/token", data=form)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("exchange")
    stand_ins: dict[str, StandIn] = {}
    files: dict[str, str] = {}
    with ExitStack() as stack:
        for name, tokens in TOKENS.items():
            kind = KINDS[tokens.kind]
            stand_in = stand_ins[name] = kind.stand_in()
            address = stack.enter_context(served(stand_in))
            if isinstance(stand_in, twitter.Twitter):
                stand_in.host = address
            text = kind.text(tokens.kind, address)
            text = text.replace('id = "social"', f'id = "my-{name}"', 1)
            files[name] = (
                text.replace('{ env = "SECRET" }', '{ file = "secret" }')
                + 'accept.flows = ["exchange"]\n'
                + f"map.attributes.known = \"'{kind.subject}'\"\n"
                + NETWORK
            )
        site = Site(folder, upstream=_UPSTREAM, choices=Choices(providers=files))
        site.write("secret", "secret")
        site.write("policies/exchanges.toml", POLICY)
        config = (folder / "config.toml").read_text()
        site.write("config.toml", config + EXCHANGES)
        yield World(stack.enter_context(serving(site)), stand_ins)


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_a_token_of_our_app_becomes_one_of_the_gateway(world: World, name: str) -> None:
    """Of which the rules know whose it is; and it opens a route."""
    answer = world.exchange(name, TOKENS[name].ours)

    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    feed = world.gateway.get("/v1/feed", token)
    # The rule lets it pass, and nobody listens behind.
    assert feed.status_code == 502, feed.text
    assert world.exchange(name, TOKENS[name].ours).json()["access_token"] != token


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_a_token_of_another_app_is_refused(world: World, name: str) -> None:
    """The confused deputy: the provider would say whose it is."""
    answer = world.exchange(name, TOKENS[name].foreign)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_request", "invalid_grant"}
    assert "access_token" not in answer.json()


@pytest.mark.parametrize(("name", "other"), sorted(permutations(TOKENS, 2)))
def test_a_token_of_another_provider_is_refused(
    world: World, name: str, other: str
) -> None:
    """Whatever it is said to be."""
    answer = world.exchange(name, TOKENS[other].ours)

    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("trouble", sorted(TROUBLE))
@pytest.mark.parametrize("name", sorted(TOKENS))
def test_trouble_is_never_a_way_in(world: World, name: str, trouble: str) -> None:
    """Nor a fault of ours: 502 and 503 say whose it is."""
    stand_in = world.stand_ins[name]
    stand_in.faults[TOKENS[name].asked] = TROUBLE[trouble]
    try:
        answer = world.exchange(name, TOKENS[name].ours)
    finally:
        stand_in.faults.clear()

    assert answer.status_code in {400, 502, 503}, answer.text
    assert "access_token" not in answer.json()


def test_an_id_token_of_limited_login_becomes_one_too(world: World) -> None:
    """Under the same type: it is one of Facebook's."""
    stand_in = world.stand_ins["facebook"]
    assert isinstance(stand_in, facebook.Facebook)
    now = datetime.now(UTC)

    good = world.exchange("facebook", stand_in.id_token(now))
    foreign = world.exchange("facebook", stand_in.id_token(now, aud="999"))

    assert good.status_code == 200, good.text
    assert foreign.status_code == 400
