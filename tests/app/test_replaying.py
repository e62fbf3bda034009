"""The log of a gateway, decided anew by its own files and by others."""

import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.replaying import build_replayer
from gateway.policy.replaying.answers import Decided, Undecided, Verdict, Why
from gateway.policy.replaying.record import Record, parse_record
from tests.flows.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A gateway that has answered a request, of somebody whose groups are hashed."""
    house = House(tmp_path / "house")
    config = house.folder / "config.toml"
    sink = '"file:state/decisions.jsonl"'
    hashed = config.read_text().replace(sink, f'{sink}, hash = ["identity.groups"]')
    config.write_text(hashed)
    async with house.open() as caller:
        response = await caller.get(
            "/v1/feed", headers=house.bearer("ana", groups=["a"])
        )
        assert response.status_code == 200
        yield house


def logged(house: House) -> Record:
    """The one record."""
    (_,) = house.logged("decisions")
    record = parse_record((house.folder / "state/decisions.jsonl").read_bytes())
    assert record is not None
    return record


async def test_a_gateway_decides_its_own_log_alike(house: House) -> None:
    """Also what it has hashed, with the storage key that it has."""
    record = logged(house)

    answer = build_replayer(house.snapshot.loaded).answer(record)

    assert record.hashes
    assert answer.verdict is Verdict.SAME


async def test_other_files_decide_the_same_log(house: House, tmp_path: Path) -> None:
    """Their policies and their routes count; the key is that of the log."""
    changed = tmp_path / "changed"
    shutil.copytree(house.folder, changed)
    policy = changed / "policies/orders.toml"
    text = policy.read_text()
    policy.write_text(text.replace('roles = "roles"', "roles = \"['other']\""))
    (changed / "state/store.key").write_text(secrets.token_hex(32))
    against = load(changed / "config.toml")

    answer = build_replayer(house.snapshot.loaded, against).answer(logged(house))

    assert answer.verdict is Verdict.CLAIMS
    assert answer.claims == ("roles",)
    assert isinstance(answer.now, Decided)
    assert answer.now.claims == {"roles": ["other"]}


async def test_routes_are_followed_from_the_files_in_force(house: House) -> None:
    """What was served by another route may be this one's or nobody's."""
    present = house.snapshot.loaded
    feed = next(route for route in present.declared if route.id == "feed")
    others = tuple(route for route in present.declared if route is not feed)
    record = logged(house)

    gone = build_replayer(present, replace(present, declared=others)).answer(record)
    renamed = replace(present, declared=(*others, replace(feed, id="renamed")))
    unknown = build_replayer(present, renamed).answer(record)

    assert gone.verdict is Verdict.NARROWED
    assert unknown.now == Undecided(Why.ROUTE_UNKNOWN)
