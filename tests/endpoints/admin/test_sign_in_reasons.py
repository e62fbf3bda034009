"""`/console/sign-in`: as JSON, and as a page."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from gateway.endpoints.admin import sign_in_reasons
from gateway.endpoints.admin.sign_in_reasons import PersonReasons
from gateway.federation.profiles import Reason, Why
from gateway.federation.reasons import LoginReasons
from gateway.federation.records import Record
from gateway.model.client import Client
from gateway.model.errors import RequestError
from gateway.model.user import User, UserStatus
from gateway.storage.pools.federated_logins import Login

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
POOL = "us-east-1_Ab3dEfGh9"
ANA = User(
    pool_id=POOL,
    sub="6d7a2b1e-0000-4000-8000-000000000001",
    username="corp_<123>",
    status=UserStatus.EXTERNAL_PROVIDER,
    enabled=True,
    attributes={"email": "ana@example.com"},
    created_at=NOON,
    updated_at=NOON,
)
LOGIN = LoginReasons(
    login=Login(POOL, "corp", "<123>", ANA.sub, NOON, last_at=NOON),
    record=Record(claims={"email": "ana@example.com"}, scopes=("openid",)),
    client=Client("shop", POOL, "Shop"),
    reasons={
        "email": Reason(Why.WRITTEN, ("email",)),
        "name": Reason(Why.SCOPE_NOT_ASKED, ("name",), ("profile",)),
    },
)


@dataclass
class Source:
    """Knows one person."""

    found: PersonReasons = field(default_factory=lambda: PersonReasons(ANA, [LOGIN]))
    asked: list[tuple[str, str]] = field(default_factory=list)

    def of(self, pool: str, user: str) -> PersonReasons:
        self.asked.append((pool, user))
        if user == "nobody":
            raise LookupError("nobody in people is called <nobody>")
        return self.found


async def get(source: Source, query: str = "", accept: str = "*/*") -> httpx.Response:
    app = Starlette(routes=sign_in_reasons.routes(source=source))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8081"
    ) as client:
        headers = {"accept": accept}
        return await client.get(f"/console/sign-in{query}", headers=headers)


async def test_programs_are_told_what_the_command_tells() -> None:
    """Names of claims, and nothing that they say."""
    source = Source()

    response = await get(source, "?user=ana&pool=people")

    assert source.asked == [("people", "ana")]
    assert response.headers["cache-control"] == "no-store"
    told = response.json()
    assert (told["username"], told["has"]) == ("corp_<123>", ["email"])
    (login,) = told["logins"]
    assert login["attributes"]["name"]["why"] == "scope_not_asked"
    assert "ana@example.com" not in response.text


async def test_a_browser_gets_a_page_without_script() -> None:
    """Attribute by attribute, what to do."""
    response = await get(Source(), "?user=ana", accept="text/html,*/*")

    page = response.text
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "<h2>corp_&lt;123&gt;</h2>" in page
    assert "add profile to client.scopes" in page
    assert "<script" not in page
    assert "ana@example.com" not in page


async def test_the_page_asks_whose() -> None:
    """Before anything is read."""
    source = Source()

    response = await get(source, accept="text/html")

    assert response.status_code == 200
    assert 'name="user" value=""' in response.text
    assert source.asked == []


async def test_nobody_is_not_found() -> None:
    page = await get(Source(), "?user=nobody", accept="text/html")
    told = await get(Source(), "?user=nobody")

    assert (page.status_code, told.status_code) == (404, 404)
    assert "nobody in people is called &lt;nobody&gt;" in page.text
    assert told.json() == {"detail": "nobody in people is called <nobody>"}


async def test_who_never_came_through_a_provider_is_said_so() -> None:
    source = Source(PersonReasons(ANA, []))

    page = (await get(source, "?user=ana", accept="text/html")).text

    assert "Has never signed in through a provider." in page


async def test_a_refusal_stands_out() -> None:
    refused = replace(LOGIN, refusal="check `hd`", reasons={}, record=Record())
    source = Source(PersonReasons(ANA, [refused]))

    page = (await get(source, "?user=ana", accept="text/html")).text

    assert "Would be refused now: check `hd`" in page
    assert "Was told nothing that is kept." in page
    assert "<table>" not in page


@pytest.mark.parametrize(
    "query",
    [
        *("", "?user=", "?pool=people", "?user=a&user=b", "?who=a"),
        *("?user=a%00", "?user=a%0Ab", "?user=" + "a" * 321),
    ],
)
async def test_an_odd_question_is_refused(query: str) -> None:
    """Before anything is read."""
    source = Source()

    with pytest.raises(RequestError):
        await get(source, query)

    assert source.asked == []
