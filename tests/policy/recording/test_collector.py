"""What a decision may have read, as its line in the log has it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.paths import is_within, parse_path
from gateway.model.access import AccessRequest
from gateway.model.decision import Decision, Reason
from gateway.model.identity import Identity, IdentityKind
from gateway.policy.recording import collector as module
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.collector import Collector, digest_of_claims
from gateway.policy.recording.sheet import MAX_RECORD
from gateway.policy.recording.values import decode
from tests.policy.files import (
    FEED,
    GUEST,
    PERSON,
    READ,
    access,
    engine,
    identity,
    mint,
    rule,
)
from tests.policy.recording.collecting import (
    DENIED,
    NOTHING,
    collected,
    hasher,
    reading,
)


def test_a_route_without_rules_reads_nothing() -> None:
    """Nor does a kind that no rule is for."""
    assert collected(engine(rule("a", for_="guest")), access()) == ({}, [], [])


def test_a_record_that_is_full_names_the_rest() -> None:
    """In the order of the paths; whatever still fits is written."""
    names = [f"v{number:02}" for number in range(20)]
    asked = access(claims=dict.fromkeys(names, "x" * 2000))

    reads, absent, dropped = collected(
        reading(*(f"claims.{name}" for name in names)), asked
    )

    assert sum(len(path) + 2002 for path in reads) <= MAX_RECORD
    assert len(reads) == MAX_RECORD // 2012
    assert len(reads) + len(dropped) == 20
    assert absent == []


def test_paths_that_lead_nowhere_take_room_as_well() -> None:
    """So many that their variable has to stand for them in the end."""
    names = [f"a{number:03}{'x' * 180}" for number in range(400)]
    texts = "".join(
        rule(f"r{n}", " || ".join(f"has(claims.{name})" for name in names[n::40]))
        for n in range(40)
    )
    policies = engine(texts)

    reads, absent, dropped = collected(policies, access())

    assert reads == {}
    assert sum(map(len, absent)) <= MAX_RECORD
    assert dropped == ["claims"]


def test_the_claims_that_were_minted_are_hashed_as_a_whole() -> None:
    """The order in which they were made does not matter."""
    policies = engine(rule("a") + mint(x="1"))
    collector = Collector(engine=policies, choices=NOTHING, hasher=hasher)

    def digest(claims: Mapping[str, Any]) -> str:
        decision = Decision(allowed=True, reason=Reason.ALLOWED, claims=claims)
        return collector.collect(access(), decision).claims

    assert digest({"a": 1, "b": ["ä"]}) == digest({"b": ["ä"], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest({"a": 1}) == digest_of_claims({"a": 1}, hasher)
    assert digest({}) == ""


def test_the_plan_of_the_audience_decides_what_is_collected() -> None:
    """A guest's decision does not read what only a member's does."""
    policies = engine(
        rule("a", "identity.email == 'x'", for_="authenticated")
        + rule("b", "request.ip == 'x'", for_="guest")
    )

    assert list(collected(policies, access(PERSON))[0]) == ["identity.email"]
    assert list(collected(policies, access(GUEST))[0]) == ["request.ip"]


NAMES: Sequence[str] = ("a", "b", "$x", "it's", "cookie", "token", "ä" * 70)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.binary(max_size=4),
        st.just("y" * 5000),
        st.just(object()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
        st.dictionaries(st.integers(), inner, max_size=2),
    ),
    max_leaves=10,
)
POLICIES = reading(
    "claims.a.b", "claims.b", "claims.c['it\\'s'].d", "claims.d", "request.headers",
    "request.query.a", "identity.groups", "identity.attributes",
)  # fmt: skip
PATHS = st.sampled_from(
    [
        ("claims",),
        ("claims", "a"),
        ("claims", "b", "$x"),
        ("claims", "d", "cookie"),
        ("request",),
        ("identity",),
        ("identity", "attributes", "a"),
    ]
)


@given(
    claims=st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES),
    attributes=st.dictionaries(st.text(), VALUES, max_size=3),
    headers=st.lists(st.tuples(st.sampled_from([b"a", b"X-Token"]), st.binary())),
    hashed=st.lists(PATHS, max_size=2),
    dropped=st.lists(PATHS, max_size=2),
)
def test_whatever_comes_the_line_is_json_and_short_and_every_path_is_told(
    claims: Mapping[str, Any],
    attributes: Mapping[str, Any],
    headers: Sequence[tuple[bytes, bytes]],
    hashed: Sequence[tuple[str, ...]],
    dropped: Sequence[tuple[str, ...]],
) -> None:
    """Nobody's claim keeps a request from being answered, or a decision from the log."""
    who: Identity = identity(attributes=attributes)
    asked = access(who, claims=claims, headers=headers)
    choices = Choices(hashed=tuple(hashed), dropped=tuple(dropped))
    collector = Collector(engine=POLICIES, choices=choices, hasher=hasher)

    evidence = collector.collect(asked, DENIED)

    assert sum(map(len, evidence)) < 40_000
    reads = json.loads(evidence.reads)
    told = [*reads, *json.loads(evidence.absent), *json.loads(evidence.dropped)]
    for value in reads.values():
        decode(value)
    known = [parse_path(each) for each in told]
    for path in POLICIES.plan_of(READ.id, IdentityKind.AUTHENTICATED).reads:
        assert any(is_within(parse_path(path), each) for each in known), path


class Eager:
    """A collector, and a request of the same subject each time."""

    def __init__(self) -> None:
        policies = reading("claims.a", "identity.name", "request.query.q")
        self.collector = Collector(engine=policies, choices=NOTHING, hasher=hasher)

    def reads(self, asked: AccessRequest) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.collector.collect(asked, DENIED).reads)
        return found

    @property
    def remembered(self) -> int:
        return len(self.collector._subjects)


def test_what_somebody_is_is_collected_once() -> None:
    """What they ask for is collected each time."""
    eager = Eager()
    one = access(claims={"a": 1}, target=b"/v1/orders/u1-7?q=1")
    two = replace(access(target=b"/v1/orders/u1-7?q=2"), subject=one.subject)

    assert eager.reads(one)["request.query.q"] == ["1"]
    assert eager.reads(two) == {
        "claims.a": 1,
        "identity.name": "",
        "request.query.q": ["2"],
    }
    assert eager.remembered == 1


def test_nobody_gets_what_another_one_is() -> None:
    """Not even if they are equal but for one claim, or have the same place in memory."""
    eager = Eager()

    for number in range(100):
        assert eager.reads(access(claims={"a": number}))["claims.a"] == number


def test_an_entry_is_believed_for_its_own_subject_alone() -> None:
    """An id of Python's is given away again; whose it was is looked at as well."""
    eager = Eager()
    ana, sam = access(claims={"a": "ana"}), access(claims={"a": "sam"})
    eager.reads(ana)
    ((key, entry),) = eager.collector._subjects.items()

    eager.collector._subjects[id(sam.subject), key[1]] = entry

    assert eager.reads(sam)["claims.a"] == "sam"


def test_another_plan_has_its_own_memory() -> None:
    """It reads something else of the same subject."""
    policies = engine(
        rule("a", "claims.a == 1", routes=["*-read"])
        + rule("b", "claims.b == 1", routes=["*-feed"])
    )
    collector = Collector(engine=policies, choices=NOTHING, hasher=hasher)
    one = access(claims={"a": 1, "b": 2})
    two = replace(access(to=FEED), subject=one.subject)

    assert json.loads(collector.collect(one, DENIED).reads) == {"claims.a": 1}
    assert json.loads(collector.collect(two, DENIED).reads) == {"claims.b": 2}


def test_who_shows_nothing_is_not_remembered() -> None:
    """There is a new one for each request."""
    eager = Eager()
    asked = access()

    eager.reads(replace(asked, subject=replace(asked.subject, anonymous=True)))

    assert eager.remembered == 0


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the number of subjects, of characters, and of claims."""
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 3)
    eager = Eager()
    held = [access(claims={"a": number}) for number in range(5)]

    for asked in held[:3]:
        eager.reads(asked)
    assert eager.remembered == 3
    eager.reads(held[3])
    assert eager.remembered == 1
    monkeypatch.setattr(module, "_MOST_CHARACTERS", 1)
    eager.reads(held[4])
    assert eager.remembered == 1

    for number in range(4):
        decision = Decision(allowed=True, reason=Reason.ALLOWED, claims={"a": number})
        eager.collector.collect(held[0], decision)
    assert len(eager.collector._digests) == 1
    decision = Decision(allowed=True, reason=Reason.ALLOWED, claims={"a": "x" * 600})
    told = eager.collector.collect(held[0], decision).claims
    assert told == digest_of_claims(decision.claims, hasher)
    assert len(eager.collector._digests) == 1


@pytest.mark.parametrize(("one", "two"), [(1, True), (1, 1.0), ("a", ["a"])])
def test_claims_that_python_takes_for_equal_have_their_own_hash(
    one: Any, two: Any
) -> None:
    """What was remembered for one is not told of the other."""
    collector = Eager().collector

    first, second = (
        collector.collect(
            access(), Decision(allowed=True, reason=Reason.ALLOWED, claims={"a": each})
        ).claims
        for each in (one, two)
    )

    assert first != second
