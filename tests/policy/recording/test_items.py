"""How the value of each path gets into the record."""

import json
from typing import Any

import pytest

from gateway.cel.paths import parse_path
from gateway.cel.values import equal
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector
from gateway.policy.recording.lookup import getter
from gateway.policy.recording.sheet import MAX_VALUE
from gateway.policy.recording.values import decode, digest_of, encode
from tests.policy.files import FEED, access, engine, rule
from tests.policy.recording.collecting import (
    ASKED,
    CLAIMS,
    DENIED,
    JWS,
    NOTHING,
    collected,
    hasher,
    reading,
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identity.email", "ana@example.com"),
        ("identity.email_verified", False),
        ("identity.kind", "authenticated"),
        ("identity.groups", ["a", "b"]),
        ("identity.attributes", {"team": "blue"}),
        ("identity.attributes.team", "blue"),
        ("now", {"$time": "2026-05-04T12:00:00Z"}),
        ("identity.created", {"$time": "1970-01-01T00:00:00Z"}),
        ("request.content_length", 0),
        ("request.headers['x-tenant']", ["acme"]),
        ("request.query.channel", ["public", "vip"]),
        ("request.query", {"channel": ["public", "vip"]}),
        ("route.params.order_id", "u1-7"),
        ("route.tags", ["pii"]),
        ("claims.t", "text"),
        ("claims.f", 1.5),
        ("claims.n", None),
        ("claims.l", ["a", 1]),
        ("claims.m.x", {"y": 1}),
        ("claims.m.x.y", 1),
        ("claims", CLAIMS),
    ],
)
def test_a_value_is_recorded_under_its_path(path: str, value: Any) -> None:
    """As the codec writes it."""
    reads, absent, dropped = collected(reading(path), ASKED)

    assert list(reads.values()) == [value]
    assert (absent, dropped) == ([], [])
    (name,) = reads
    assert equal(decode(value), getter(parse_path(name))(ASKED).value)


def test_what_is_not_there_is_absent() -> None:
    """The shortest part of the path; what two paths lack is told once."""
    policies = reading("claims.x.y", "claims.x.z", "claims.y", "request.query.nothing")

    reads, absent, dropped = collected(policies, ASKED)

    assert sorted(absent) == ["claims.x", "claims.y", "request.query.nothing"]
    assert (reads, dropped) == ({}, [])


def test_a_path_through_what_is_no_map_ends_there() -> None:
    """Whoever decides anew gets the same error."""
    assert collected(reading("claims.t.x.y"), ASKED)[0] == {"claims.t": "text"}


def test_plans_share_what_they_read_alike() -> None:
    """Each has its own set of paths."""
    policies = engine(
        rule("a", "claims.t == 'x'", routes=["*-read"])
        + rule("b", "claims.t == 'x' || claims.b", routes=["*-feed"])
    )

    assert collected(policies, access(claims=CLAIMS))[0] == {"claims.t": "text"}
    assert collected(policies, access(to=FEED, claims=CLAIMS))[0] == {
        "claims.b": True,
        "claims.t": "text",
    }


def test_what_is_to_be_hashed_is_hashed_leaf_by_leaf() -> None:
    """Also inside of what is read as a whole."""
    choices = Choices(
        hashed=(("identity", "email"), ("identity", "groups"), ("claims", "m"))
    )
    policies = reading("identity.email", "identity.groups", "claims", "claims.t.x")

    reads, _, dropped = collected(policies, ASKED, choices)

    assert reads["identity.email"] == {"$hash": digest_of("ana@example.com", hasher)}
    assert reads["identity.groups"] == [
        {"$hash": digest_of("a", hasher)},
        {"$hash": digest_of("b", hasher)},
    ]
    assert reads["claims"]["m"] == encode(CLAIMS["m"], hasher)
    assert reads["claims"]["t"] == "text"
    assert dropped == []


@pytest.mark.parametrize(
    "value",
    [
        *("x", "\u00e4\n", "", True, 1, 1.0, None, [], ["a", "\u00e4"], ("a",)),
        *(["a", 1], [["a"]], ["a"] * 60, {"a": "b"}, {"$a": ["b"]}, [None]),
    ],
)
def test_hashes_are_those_of_the_codec(value: Any) -> None:
    """However they are come by."""
    choices = Choices(hashed=(("claims",),))

    reads, _, _ = collected(reading("claims.v"), access(claims={"v": value}), choices)

    assert reads == {"claims.v": encode(value, hasher)}


@pytest.mark.parametrize("value", ["x" * 5000, ["x"] * 300])
def test_what_is_hashed_has_an_end_as_well(value: Any) -> None:
    """Of the value, and of what is written of it."""
    choices = Choices(hashed=(("claims",),))
    asked = access(claims={"v": value})

    assert collected(reading("claims.v"), asked, choices) == ({}, [], ["claims.v"])


def test_a_value_that_ends_early_is_hashed_like_what_was_asked_for() -> None:
    """The setting names the path that a policy reads."""
    choices = Choices(hashed=(("claims", "t", "x"),), dropped=(("claims", "b", "x"),))

    reads, _, dropped = collected(reading("claims.t.x", "claims.b.x"), ASKED, choices)

    assert reads == {"claims.t": {"$hash": digest_of("text", hasher)}}
    assert dropped == ["claims.b.x"]


def test_hashing_goes_on_inside_what_is_looked_into() -> None:
    """A part that is dropped does not spare the rest."""
    choices = Choices(hashed=(("claims",),), dropped=(("claims", "m", "x", "y"),))
    asked = access(claims={"m": {"x": {"y": 1, "z": 2}}, "t": "text"})

    reads, _, dropped = collected(reading("claims"), asked, choices)

    assert reads == {
        "claims": {
            "m": {"x": {"z": {"$hash": digest_of(2, hasher)}}},
            "t": {"$hash": digest_of("text", hasher)},
        }
    }
    assert dropped == ["claims.m.x.y"]


def test_a_map_that_is_no_map_is_treated_as_a_whole() -> None:
    """A claim may be anything."""
    choices = Choices(hashed=(("claims", "t", "x"),), dropped=(("claims", "l", "x"),))

    reads, _, dropped = collected(reading("claims.t", "claims.l"), ASKED, choices)

    assert reads == {"claims.t": "text", "claims.l": ["a", 1]}
    assert dropped == []


PHONES = Choices(hashed=(("claims", "phones", "number"),))
CALLED = access(
    claims={
        "sub": "u1",
        "phones": [{"number": "555-0100", "kind": "home"}],
        "plain": ["a"],
    }
)


@pytest.mark.parametrize(
    ("path", "reads", "dropped"),
    [
        ("claims", {"claims": {"sub": "u1", "plain": ["a"]}}, ["claims.phones"]),
        ("claims.phones", {}, ["claims.phones"]),
        ("claims.phones.kind", {}, ["claims.phones.kind"]),
        ("claims.plain.kind", {"claims.plain": ["a"]}, []),
    ],
)
def test_what_a_setting_names_is_not_told_from_inside_a_list(
    path: str, reads: Any, dropped: list[str]
) -> None:
    """No path leads into a list, and the setting means what is in it all the same."""
    assert collected(reading(path), CALLED, PHONES) == (reads, [], dropped)


@pytest.mark.parametrize(
    ("path", "dropped"),
    [
        ("request.headers.cookie", ["request.headers.cookie"]),
        ("request.headers.absent_token", ["request.headers.absent_token"]),
        ("request.headers", ["request.headers.cookie"]),
        ("request.query.access_token", ["request.query.access_token"]),
        ("request.query", ["request.query.code"]),
        ("request.query.hint", ["request.query.hint"]),
        ("claims.inner", ["claims.inner"]),
    ],
)
def test_credentials_are_named_and_never_written(path: str, dropped: list[str]) -> None:
    """Whatever the configuration says: here it says nothing."""
    asked = access(
        headers=[(b"cookie", b"sid=hunter2"), (b"accept", b"*/*")],
        target=f"/v1/orders/u1-7?code=hunter2&hint={JWS}".encode(),
        claims={"inner": f"x {JWS}"},
    )
    policies = engine(rule("a", f"dyn({path}) == 1"))
    evidence = Collector(engine=policies, choices=NOTHING, hasher=hasher).collect(
        asked, DENIED
    )

    assert "hunter2" not in evidence.reads
    assert JWS not in evidence.reads
    found = json.loads(evidence.dropped)
    assert set(dropped) <= set(found)


def test_what_is_dropped_from_a_map_is_told_if_it_was_there() -> None:
    """What is neither written nor named was not there: loops can be replayed."""
    choices = Choices(dropped=(("request", "headers", "x-secretive"),))
    policies = reading("request.headers")
    plain = access(headers=[(b"accept", b"*/*")])
    full = access(headers=[(b"accept", b"*/*"), (b"x-secretive", b"1")])

    assert collected(policies, plain, choices) == (
        {"request.headers": {"accept": ["*/*"]}},
        [],
        [],
    )
    assert collected(policies, full, choices) == (
        {"request.headers": {"accept": ["*/*"]}},
        [],
        ["request.headers.x-secretive"],
    )


def test_a_whole_record_has_no_form() -> None:
    """It is named, and nothing is guessed."""
    assert collected(engine(rule("a", "identity == identity")), ASKED) == (
        {},
        [],
        ["identity"],
    )


@pytest.mark.parametrize(
    "value",
    [
        "x" * (MAX_VALUE - 1),
        ["x"] * 2000,
        ["x" * 1000] * 5,
        {"k" * 5000: 1},
        {f"k{n}": n for n in range(1000)},
        [[[["deep"] * 10] * 10] * 10] * 10,
    ],
)
def test_a_value_that_is_too_long_is_named(value: Any) -> None:
    """So that a line stays short."""
    asked = access(claims={"v": value, "w": 1})

    assert collected(reading("claims.v", "claims.w"), asked) == (
        {"claims.w": 1},
        [],
        ["claims.v"],
    )


def test_the_longest_value_that_fits_is_written() -> None:
    """Quotes included."""
    text = "x" * (MAX_VALUE - 2)

    assert collected(reading("claims.v"), access(claims={"v": text}))[0] == {
        "claims.v": text
    }


@pytest.mark.parametrize("key", ["k" * 129, 7])
def test_a_name_that_nobody_could_set_is_not_told(key: Any) -> None:
    """Whoever asked chose it, and it might say what it likes."""
    choices = Choices(dropped=(("claims", "b"),))
    asked = access(claims={key: 1, "a": 2})

    assert collected(reading("claims"), asked, choices) == ({}, [], ["claims"])
    asked = access(claims={"k" * 128: 1})
    assert collected(reading("claims"), asked, choices)[0] == {"claims": {"k" * 128: 1}}
