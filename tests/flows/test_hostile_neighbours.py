"""What is one pool's or client's is worth nothing at another; and no log tells secrets."""

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.model.errors import StorageError
from tests.flows.hostile.castle import (
    OTHER_POOL_ID,
    PASSWORD,
    Castle,
    asked_back,
    furnish,
)
from tests.flows.hostile.plans import BASIC
from tests.flows.hostile.wire import Answer, Ask, Pair, cookie, pairs_of
from tests.flows.house import House
from tests.telemetry.fakes import MemorySink

pytestmark = pytest.mark.flow

BROWSER = "a-browser-of-forty-three-characters-or-more"
NOBODY = cookie(browser=BROWSER)
ANA = {"username": "ana", "password": PASSWORD, "first": "PASSWORD"}
ZOE = {"username": "zoe", "password": PASSWORD, "attribute-email": "zoe@example.com"}


@pytest.fixture
async def castle(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Castle]:
    told = MemorySink()
    monkeypatch.setattr("gateway.app.tools.StreamSink", lambda _: told)
    furnish(house.folder)
    async with house.open():
        yield Castle(house, house.front(), told)


async def typed(
    castle: Castle, path: str, fields: Mapping[str, str], *, who: Pair = NOBODY
) -> Answer:
    """Fill in the first form of one of the app's pages, and send it."""
    (form, *_) = await castle.forms(path, {"client_id": "app", "again": "1"}, who)
    values = dict(form.form) | dict(pairs_of(fields))
    return await castle.send(replace(form, form=tuple(values.items())))


async def test_a_sign_in_at_one_pool_is_none_at_another(castle: Castle) -> None:
    """Neither at the authorization server nor in the account."""
    session = castle.session(castle.person())
    who = cookie(session=session, browser=BROWSER)

    asked = Ask("/oauth2/authorize", query=pairs_of(castle.query("other")))
    answer = await castle.send(asked.having(who))
    assert answer.one("location").startswith("/login?")
    silent = pairs_of(castle.query("other", prompt="none"))
    answer = await castle.send(replace(asked, query=silent).having(who))
    assert asked_back(answer)["error"] == "login_required"
    account = Ask("/account", query=pairs_of({"client_id": "other"}))
    answer = await castle.send(account.having(who))
    assert answer.one("location").startswith("/login?")


@pytest.mark.parametrize("thief", ["other", "careful"])
async def test_codes_and_tokens_of_one_client_are_none_of_another(
    castle: Castle, thief: str
) -> None:
    """Of the same pool or not; and the try takes nothing from the owner."""
    session = castle.session(castle.person())
    code = await castle.code(session)
    assert (await castle.exchange(code, thief)).status == 400
    tokens = json.loads((await castle.exchange(code)).text)
    stolen = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await castle.token(client_id=thief, **stolen)).status == 400
    revoked = {"token": tokens["refresh_token"], "client_id": thief}
    ask = Ask("/oauth2/revoke", "POST", form=pairs_of(revoked))
    assert (await castle.send(ask)).status == 400

    assert (await castle.token(client_id="app", **stolen)).status == 200


async def test_a_step_of_a_sign_in_is_good_for_its_client_and_browser(
    castle: Castle,
) -> None:
    """Carried to another client, another pool, another browser, it opens nothing."""
    castle.person()
    castle.person(pool_id=OTHER_POOL_ID)
    asked = await typed(castle, "/login", {"username": "ana", "first": "EMAIL_OTP"})
    step = re.findall(r"step=([^&]*)", asked.one("location"))[0].encode()
    right = Ask(
        "/login",
        query=((b"client_id", b"app"), (b"step", step)),
        headers=(NOBODY,),
    )
    assert (await castle.send(right)).status == 200

    other = replace(right, headers=(cookie(browser="x" * 43),))
    assert (await castle.send(other)).status == 400
    for path in ("/confirm", "/confirmForgotPassword"):
        assert (await castle.send(replace(right, path=path))).status == 400
    for client_id in (b"other", b"careful"):
        query = ((b"client_id", client_id), (b"step", step))
        page = await castle.send(replace(right, query=query))
        (token,) = set(re.findall(r'name="csrf" value="([^"]*)"', page.text))
        form = pairs_of({"csrf": token, "choice": "EMAIL_OTP"})
        answer = await castle.send(
            replace(right, method="POST", query=query, form=form)
        )
        assert (answer.status, answer.one("location")) == (400, ""), str(answer)
    # It is still good where it belongs.
    assert (await castle.send(right)).status == 200


async def test_each_sign_in_has_a_session_of_its_own(castle: Castle) -> None:
    """Whatever the browser came with; and the one before is over."""
    before = castle.session(castle.person())
    castle.person("bob")
    who = cookie(session=before, browser=BROWSER)
    answer = await typed(castle, "/login", {**ANA, "username": "bob"}, who=who)

    made = [each for each in answer.all("set-cookie") if "gateway-session" in each]
    assert len(made) == 1
    handle = made[0].split(";")[0].partition("=")[2]
    sessions = castle.house.tools.oauth.sessions
    assert handle != before
    assert sessions.find(before) is None
    found = sessions.find(handle)
    assert found is not None
    assert found.user.username == "bob"


@contextmanager
def broken(castle: Castle, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the database take nothing more, as one whose disk is full."""

    def refuse(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(castle.house.tools.database, "write", refuse)
        yield


async def test_a_database_that_is_gone_is_a_page_and_leaves_nothing_behind(
    castle: Castle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody half signed up; and the same form is taken once it is back."""
    with broken(castle, monkeypatch):
        answer = await typed(castle, "/signup", ZOE)
        assert answer.status == 503, str(answer)
        assert answer.one("retry-after")
        assert PASSWORD not in answer.text
        code = await castle.token(
            grant_type="refresh_token", client_id="app", refresh_token="x" * 43
        )
        assert code.status == 503
        assert json.loads(code.text)["error"] == "temporarily_unavailable"

    answer = await typed(castle, "/signup", ZOE)
    assert answer.status == 303, str(answer)
    assert answer.one("location").startswith("/confirm?")


async def test_no_log_tells_a_secret(castle: Castle) -> None:
    """At the level that tells most: a sign-up, a sign-in, codes and tokens."""
    signed_up = await typed(castle, "/signup", ZOE)
    wrong = await typed(castle, "/login", {**ANA, "password": "Wrong-4711!"})
    castle.person()
    asked = await typed(castle, "/login", ANA)
    (made,) = [each for each in asked.all("set-cookie") if "gateway-session" in each]
    handle = made.split(";")[0].partition("=")[2]
    code = await castle.code(handle)
    tokens = json.loads((await castle.exchange(code)).text)
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = json.loads((await castle.token(client_id="app", **again)).text)
    replayed = await castle.exchange(code)
    assert (wrong.status, replayed.status) == (400, 400)
    assert (await castle.exchange("x" * 43, "service", BASIC)).status == 400
    messages = castle.house.tools.pools.outbox_reader.page(
        to="zoe@example.com", state=None, cursor=None
    ).messages
    sent = [each.worded.code for each in messages if each.worded]
    step = signed_up.one("location").partition("step=")[2]

    for writer in castle.house.tools.logs.writers.values():
        writer.flush()
    told = castle.told.data.decode()
    for log in ("access", "decisions"):
        told += (castle.house.folder / f"state/{log}.jsonl").read_text()
    assert "a token was refused" in told
    secrets = [PASSWORD, "Wrong-4711!", handle, code, step, BROWSER]
    secrets += [*tokens.values(), *fresh.values(), *filter(None, sent)]
    secrets = [each for each in map(str, secrets) if len(each) > 5]
    assert len(secrets) >= 12
    assert [each for each in set(secrets) - {"Bearer"} if each in told] == []
