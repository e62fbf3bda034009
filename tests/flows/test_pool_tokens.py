"""Somebody of a pool of our own: from signing up to the upstream, and out again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.model.user import User
from gateway.oauth.authorizing.authorizations import Redirect
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.pool.pool import Pool
from gateway.pool.sign_up import SignUp
from tests.flows.house import House

pytestmark = pytest.mark.flow

POOL_ID = "us-east-1_Ab3dE6gH9"
CALLBACK = "https://app.example.com/callback"
VERIFIER = "a-verifier-of-forty-three-characters-at-least"
FILE = f"""
kind = "pool"
id = "people"
owner = "team@example.com"
pool_id = "{POOL_ID}"
[[client]]
id = "app"
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
[[client]]
id = "plain"
scopes = ["openid", "email"]
redirect_uris = ["{CALLBACK}"]
profile = "oidc"
[[group]]
name = "staff"
"""
ROUTE = """
[[routes]]
id = "staff"
path = "/v1/staff"
methods = ["GET"]
upstream = "orders"
"""
POLICY = """
[policy]
id = "people"
owner = "team@example.com"
[[rule]]
id = "staff"
effect = "allow"
routes = ["staff"]
for = ["authenticated"]
when = "identity.provider == 'people' && identity.provider_kind == 'pool' && identity.email == 'ana@example.com' && 'staff' in identity.groups && identity.username == 'ana'"
[[mint]]
routes = ["staff"]
[mint.claims]
provider = "identity.provider"
"""


class Desk:
    """What people of the pool do."""

    def __init__(self, house: House, caller: httpx.AsyncClient) -> None:
        self.services = house.tools.pools
        self.oauth = house.tools.oauth
        self.house = house
        self.caller = caller

    @property
    def pool(self) -> Pool:
        return self.services.pools.get(POOL_ID)

    def sign_up(self, name: str) -> User:
        """Return somebody who works here."""
        asked = SignUp(name, "Correct horse 1!", {"email": f"{name}@example.com"})
        self.services.sign_ups.sign_up(self.pool, asked)
        people = self.services.people
        people.groups.join(self.pool, "staff", name)
        return people.standings.confirm(self.pool, name)

    async def tokens(self, user: User, client_id: str = "app") -> dict[str, Any]:
        """Return the tokens that an app gets for somebody who has signed in."""
        handle = self.oauth.sessions.create(
            user, authenticated_at=self.house.now, amr=("pwd",)
        )
        query = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        step = self.oauth.authorizations.begin(query, self.oauth.sessions.find(handle))
        assert isinstance(step, Redirect)
        (code,) = parse_qs(urlsplit(step.uri).query)["code"]
        answer = await self.caller.post(
            "/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
            },
        )
        found: dict[str, Any] = answer.json()
        return found

    async def ask(self, token: str) -> int:
        """Return what the proxy answers to a bearer."""
        answer = await self.caller.get(
            "/v1/staff", headers={"authorization": f"Bearer {token}"}
        )
        return answer.status_code


@pytest.fixture
def house(tmp_path: Any) -> House:
    house = House(tmp_path)
    (tmp_path / "providers/people.toml").write_text(FILE)
    with (tmp_path / "config.toml").open("a") as config:
        config.write(ROUTE)
    (tmp_path / "policies/people.toml").write_text(POLICY)
    return house


@pytest.mark.parametrize("client_id", ["app", "plain"])
async def test_either_token_of_the_pool_is_the_same_identity(
    house: House, client_id: str
) -> None:
    """For policies and for the upstream; with address and groups."""
    async with house.open() as caller:
        desk = Desk(house, caller)
        tokens = await desk.tokens(desk.sign_up("ana"), client_id)
        stranger = await desk.tokens(desk.sign_up("bob"), client_id)

        subjects = set()
        for name in ("access_token", "id_token"):
            assert await desk.ask(tokens[name]) == 200
            presented = house.upstream.received[-1].headers["authorization"]
            claims = house.verified(presented)
            assert claims["provider"] == "people"
            subjects.add(claims["sub"])
            assert await desk.ask(stranger[name]) == 403

    assert len(subjects) == 1


def _disable(desk: Desk) -> None:
    desk.services.people.standings.disable(desk.pool, "ana")


def _sign_out(desk: Desk) -> None:
    desk.services.people.standings.sign_out(desk.pool, "ana")


def _delete(desk: Desk) -> None:
    desk.services.people.standings.delete(desk.pool, "ana")


def _delete_pool(desk: Desk) -> None:
    pools = desk.services.pools
    pools.change(POOL_ID, lambda settings: replace(settings, is_protected=False))
    pools.delete(POOL_ID)


@pytest.mark.parametrize("end", [_disable, _sign_out, _delete, _delete_pool])
async def test_who_is_let_in_no_more_is_refused_once_that_is_heard(
    house: House, end: Callable[[Desk], None]
) -> None:
    """With tokens that were remembered; within half a second in earnest."""
    async with house.open() as caller:
        desk = Desk(house, caller)
        tokens = await desk.tokens(desk.sign_up("ana"))
        both = [tokens["access_token"], tokens["id_token"]]
        assert [await desk.ask(token) for token in both] == [200, 200]

        end(desk)
        house.tools.hearing.tick()

        assert [await desk.ask(token) for token in both] == [401, 401]
        assert [await desk.ask(token) for token in both] == [401, 401]


async def test_who_leaves_a_group_is_refused_once_that_is_heard(house: House) -> None:
    """Where the token names none; what it names it names to its end."""
    async with house.open() as caller:
        desk = Desk(house, caller)
        tokens = await desk.tokens(desk.sign_up("ana"), "plain")
        assert await desk.ask(tokens["access_token"]) == 200

        desk.services.people.groups.leave(desk.pool, "staff", "ana")
        house.tools.hearing.tick()

        assert await desk.ask(tokens["access_token"]) == 403


async def test_a_token_of_a_pool_that_is_switched_off_is_no_way_in(
    house: House,
) -> None:
    """The pool and its people are there all the same."""
    path = house.folder / "providers/people.toml"
    path.write_text(FILE.replace("[[client]]", "enabled = false\n[[client]]", 1))
    async with house.open() as caller:
        desk = Desk(house, caller)
        tokens = await desk.tokens(desk.sign_up("ana"))

        assert await desk.ask(tokens["access_token"]) == 401
