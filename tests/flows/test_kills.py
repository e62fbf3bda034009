"""A gateway that is killed at any moment loses nobody, and doubles nobody.

A child process signs people up, confirms them, changes their passwords and exchanges their
refresh tokens, and writes down what it is about to do and what it was told. It is killed at
a moment that nothing has chosen. What it was told holds; what it was about to do was done
wholly or not at all.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.model.client import Client, Rotation
from gateway.model.user import User, UserStatus
from gateway.pool.people.directory import Directory
from gateway.pool.people.own_passwords import OwnPasswords
from gateway.pool.pool import Pool
from gateway.pool.sign_in.values import Context
from gateway.pool.sign_up import SignUp, SignUps
from gateway.storage.pools.tables import POOL_USER
from tests.databases import Place, place, server
from tests.oauth.house import POOL_ID, OAuthHouse
from tests.pool.house import PASSWORD

pytestmark = [pytest.mark.long]

__all__ = ["place", "server"]

KILLS = 25
NEXT = "Another horse 2!"
HERE = Context(address="192.0.2.1")
WAIT = timedelta(seconds=30)


@dataclass
class Life:
    """What is known of one person from outside.

    Attributes:
        done: What the child was told has been done.
        begun: What it had begun at last.
        token: The refresh token that it was given first.
    """

    done: list[str] = field(default_factory=list)
    begun: str = ""
    token: str = ""


@pytest.mark.parametrize("seed", range(4))
def test_what_was_said_holds_whenever_the_gateway_is_killed(
    place: Place, tmp_path: Path, seed: int
) -> None:
    """Both databases, from sign-up to the third refresh token."""
    chance = random.Random(seed)  # noqa: S311 - when to kill, not what to hide
    client_id = _open(place)

    for number in range(KILLS):
        journal = tmp_path / f"{number}.jsonl"
        journal.touch()
        _run_and_kill(place, client_id, journal, f"p{number}", chance)
        _check(place, client_id, _lives(journal))


def _open(place: Place) -> str:
    database = place.open(busy_timeout=WAIT)
    house = OAuthHouse(database)
    # Without a grace, what was replaced is good for nothing from that moment on.
    client = house.app(house.open(), rotation=Rotation(grace=timedelta(0)))
    database.close()
    return client.id


def _run_and_kill(
    place: Place, client_id: str, journal: Path, prefix: str, chance: random.Random
) -> None:
    child = multiprocessing.get_context("fork").Process(
        target=_live, args=(place, client_id, journal, prefix), daemon=True
    )
    child.start()
    lines = chance.randrange(1, 25)
    end = time.monotonic() + WAIT.total_seconds()
    while journal.read_bytes().count(b"\n") < lines:
        assert child.is_alive(), "the child ended by itself"
        assert time.monotonic() < end, "the child does nothing"
        time.sleep(0.001)
    # An operation or two more, and somewhere within the next.
    time.sleep(chance.random() / 15)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert child.exitcode == -signal.SIGKILL


def _live(place: Place, client_id: str, journal: Path, prefix: str) -> None:
    """Let one person after the other go all the way."""
    house = OAuthHouse(place.open(busy_timeout=WAIT))
    pool, client = house.pools.get(POOL_ID), house.clients.get(client_id)
    out = os.open(journal, os.O_WRONLY | os.O_APPEND)

    def note(name: str, what: str, **more: str) -> None:
        os.write(out, json.dumps({"name": name, "what": what, **more}).encode() + b"\n")

    for number in range(10_000):
        name = f"{prefix}-{number}"
        for what, token in _steps(house, pool, client, name):
            note(name, what, token=token)


def _steps(
    house: OAuthHouse, pool: Pool, client: Client, name: str
) -> Iterator[tuple[str, str]]:
    sign_ups = SignUps(tools=house.tools)
    passwords = OwnPasswords(tools=house.tools)

    yield "sign_up?", ""
    email = {"email": f"{name}@example.com"}
    user = sign_ups.sign_up(pool, SignUp(name, PASSWORD, email)).user
    yield "sign_up", ""
    yield "confirm?", ""
    user = sign_ups.confirm(pool, name, house.mailbox.code)
    yield "confirm", ""
    yield "password?", ""
    passwords.change(pool, client, user, (PASSWORD, NEXT), HERE)
    yield "password", ""
    token = house.tokens(client, user).refresh_token
    assert token is not None
    yield "token", token
    for _ in range(3):
        yield "refresh?", ""
        token = house.refresh(client, token).refresh_token
        assert token is not None
        yield "refresh", token


def _lives(journal: Path) -> Mapping[str, Life]:
    lives: dict[str, Life] = {}
    for line in journal.read_text().splitlines():
        noted = json.loads(line)
        life = lives.setdefault(noted["name"], Life())
        if noted["what"].endswith("?"):
            life.begun = noted["what"][:-1]
            continue
        life.begun = ""
        life.done.append(noted["what"])
        if noted["what"] == "token":
            life.token = noted["token"]
    return lives


def _check(place: Place, client_id: str, lives: Mapping[str, Life]) -> None:
    database = place.open(busy_timeout=WAIT)
    house = OAuthHouse(database)
    pool, client = house.pools.get(POOL_ID), house.clients.get(client_id)
    for name, life in lives.items():
        found = _people(house, name)
        # Nobody is lost who was told to be there, and nobody is there twice.
        assert len(found) == 1 or (not found and life.done == []), name
        for user in found:
            _check_person(house, pool, user, life)
            _check_tokens(house, client, life)
    database.close()


def _people(house: OAuthHouse, name: str) -> list[User]:
    count = house.read(
        lambda connection: connection.execute(
            select(func.count()).where(POOL_USER.c.username == name)
        ).scalar_one()
    )
    directory = Directory(database=house.database, cursors=house.cursors)
    found = directory.find(house.pools.get(POOL_ID), name)
    assert count == (found is not None), name
    return [] if found is None else [found]


def _check_person(house: OAuthHouse, pool: Pool, user: User, life: Life) -> None:
    is_confirmed = user.status is UserStatus.CONFIRMED
    assert is_confirmed == ("confirm" in life.done) or life.begun == "confirm"
    assert is_confirmed == (user.attributes.get("email_verified") == "true")
    kept = house.secrets(user).password_hash
    matching = [
        word for word in (PASSWORD, NEXT) if house.passwords.verify(kept, word).matches
    ]
    assert len(matching) == 1
    if life.begun != "password":
        assert matching == [NEXT if "password" in life.done else PASSWORD]
    assert pool.id == user.pool_id


def _is_active(house: OAuthHouse, client: Client, token: str) -> bool:
    found = house.read(
        lambda each: house.oauth.refresh_tokens.find_active(each, client, token)
    )
    return found is not None


def _check_tokens(house: OAuthHouse, client: Client, life: Life) -> None:
    """Of all tokens that the first one can have led to, one is good, and the last."""
    if not life.token:
        return
    chain = [life.token]
    for _ in range(4):
        chain.append(house.oauth.refresh_tokens._successor(chain[-1]))
    later = replace(client, rotation=Rotation(grace=timedelta(microseconds=-1)))
    good = [
        number for number, token in enumerate(chain) if _is_active(house, later, token)
    ]
    refreshed = life.done.count("refresh")
    expected = [[refreshed]]
    if life.begun == "refresh":
        expected.append([refreshed + 1])
    assert good in expected
