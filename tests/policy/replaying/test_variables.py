"""From a record to the question that was decided."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.cel.values import Uint
from gateway.model.access import AccessRequest
from gateway.model.identity import IdentityKind
from gateway.policy.recording.values import encode
from gateway.policy.replaying.errors import MalformedRecordError, NotRecordedError
from gateway.policy.replaying.hashed import HashedValue, Hashing
from gateway.policy.replaying.record import MAX_METHOD, Record
from gateway.policy.replaying.recorded import Notes
from gateway.policy.replaying.variables import Memory
from tests.policy.files import ALLOW_ALL, NOON, READ, access, engine
from tests.policy.replaying.recorder import HASHER, record_of

EMPTY = record_of(access(), engine(ALLOW_ALL))


def recalled(record: Record, notes: Notes | None = None) -> AccessRequest:
    """The question of a record."""
    memory = Memory(Hashing(HASHER))
    return memory.recall(record, READ, notes=set() if notes is None else notes)


def record(
    reads: Mapping[str, Any] | None = None,
    absent: tuple[str, ...] = (),
    dropped: tuple[str, ...] = (),
    *,
    hashes: bool = False,
) -> Record:
    """A record with these values."""
    return EMPTY._replace(
        reads=reads or {}, absent=absent, dropped=dropped, hashes=hashes
    )


def hashed(value: Any) -> Any:
    """A value as the log has it when it is hashed."""
    return encode(value, HASHER)


def test_values_stand_where_they_were_read() -> None:
    """With the types that expressions expect."""
    question = recalled(
        record(
            {
                "claims.a.b": {"$uint": 1},
                "claims.l": [1, None],
                "identity.attributes.x": {"$map": [["$y", 1]]},
                "identity.disabled": True,
                "identity.email": "a@x.com",
                "identity.groups": ["a"],
                "now": {"$time": "2026-05-04T12:00:00Z"},
                "request.content_length": 3,
                "request.headers": {"x-a": ["b"]},
                "route.params.order_id": "7",
            }
        )
    )
    identity, request = question.subject.identity, question.request

    assert question.subject.claims["a"]["b"] == Uint(1)
    assert question.subject.claims["l"] == [1, None]
    assert identity.attributes["x"] == {"$y": 1}
    assert identity.disabled is True
    assert identity.email == "a@x.com"
    assert list(identity.groups) == ["a"]
    assert request.content_length == 3
    assert request.headers == {"x-a": ["b"]}
    assert question.route.params["order_id"] == "7"


def test_some_things_are_known_of_every_record() -> None:
    """Whatever was read, hashed or dropped."""
    names = ("identity.kind", "identity.provider", "request.id", "request.time")
    secret = {name: hashed("x") for name in names[:3]}
    secret["now"] = {"$time": "2026-05-04T12:00:00Z"}
    every = record(secret, dropped=(*names, "request.method", "now"), hashes=True)
    notes: Notes = set()

    for each in (record(), every):
        question = recalled(each, notes)
        identity, request = question.subject.identity, question.request
        assert identity.kind is IdentityKind.AUTHENTICATED
        assert identity.provider == "corp"
        assert (request.id, request.method) == ("request-1", "GET")
        assert question.now == request.time == NOON
    assert not notes


def test_a_method_that_was_cut_off_is_not_known() -> None:
    """Unless it was read."""
    cut = record()._replace(method="M" * MAX_METHOD)
    read = cut._replace(reads={"request.method": "M" * 100})

    with pytest.raises(NotRecordedError):
        _ = recalled(cut).request.method
    assert recalled(read).request.method == "M" * 100


def test_what_a_route_is_comes_from_the_configuration() -> None:
    """Its tags may be what the change is about."""
    question = recalled(record({"route.tags": ["old"], "route.params": {"a": "1"}}))

    assert question.route.tags == READ.tags
    assert question.route.id == READ.id
    assert question.route.params == {"a": "1"}


def test_what_was_not_recorded_is_missing() -> None:
    """Each by its path."""
    question = recalled(record({"claims.a.b": 1}, absent=("claims.c",)))
    claims = question.subject.claims

    for ask, path in (
        (lambda: claims["d"], ("claims", "d")),
        (lambda: claims["a"]["e"], ("claims", "a", "e")),
        (lambda: question.subject.identity.email, ("identity", "email")),
        (lambda: question.request.headers, ("request", "headers")),
        (lambda: question.route.params["x"], ("route", "params", "x")),
    ):
        with pytest.raises(NotRecordedError) as caught:
            ask()
        assert caught.value.path == path
    assert "c" not in claims


def test_claims_that_were_read_as_a_whole_are_whole() -> None:
    """What is not among them was not there."""
    claims = recalled(record({"claims": {"a": 1}})).subject.claims

    assert claims == {"a": 1}
    assert "b" not in claims


def test_hashes_are_values_that_can_be_compared() -> None:
    """Of the kind that the path has; reading them is noted."""
    notes: Notes = set()
    question = recalled(
        record(
            {
                "claims": {"a": hashed("x"), "b": {"c": [hashed(1)]}, "d": 1},
                "identity.email": hashed("a@x.com"),
                "identity.groups": [hashed("a"), hashed("b")],
                "identity.name": "ana",
            },
            hashes=True,
        ),
        notes,
    )
    identity, claims = question.subject.identity, question.subject.claims

    assert identity.name == "ana"
    assert claims["d"] == 1
    assert not notes
    assert identity.email == "a@x.com"
    assert "b" in identity.groups
    first: Any = identity.groups[0]
    assert isinstance(first, HashedValue)
    assert first.kind == "string"
    assert claims["a"] == "x"
    assert claims["b"]["c"] == [1]
    assert claims["a"].kind == ""
    assert notes == {
        ("identity", "email"),
        ("identity", "groups"),
        ("claims", "a"),
        ("claims", "b"),
    }


def test_what_was_dropped_from_a_map_is_not_taken_for_absent() -> None:
    """However deep, and whatever else is known of the map."""
    question = recalled(
        record(
            {
                "claims": {"a": {"b": 1, "x": hashed("y")}, "c": 2},
                "request.headers": {"x-a": ["b"]},
                "identity.attributes": {"n": {"m": 1}},
            },
            dropped=(
                "claims.a.z",
                "claims.d.e",
                "claims.c.f",
                "request.headers.x-b",
                "identity.attributes.n",
            ),
            hashes=True,
        )
    )
    claims, headers = question.subject.claims, question.request.headers
    attributes = question.subject.identity.attributes

    assert claims["a"]["b"] == 1
    assert claims["a"]["x"] == "y"
    assert "q" not in claims["a"]
    assert "q" not in claims
    assert headers["x-a"] == ["b"]
    assert "x-c" not in headers
    assert attributes["n"]["m"] == 1
    assert "q" not in attributes
    for ask in (
        lambda: claims["a"]["z"],
        lambda: claims["d"],
        lambda: claims["c"],
        lambda: "x-b" in headers,
        lambda: len(headers),
        lambda: attributes["n"]["o"],
    ):
        with pytest.raises(NotRecordedError):
            ask()


def test_a_variable_that_was_dropped_may_hold_more() -> None:
    """So much was dropped that its name had to do."""
    question = recalled(
        record(
            {
                "claims.a": {"b": {"c": 1}},
                "claims.l": [1],
                "request.ip": "192.0.2.1",
                "request.query": {"q": ["1"]},
            },
            dropped=("claims", "request"),
        )
    )
    claims, request = question.subject.claims, question.request

    assert claims["a"]["b"]["c"] == 1
    assert claims["l"] == [1]
    assert request.ip == "192.0.2.1"
    assert request.query["q"] == ["1"]
    for ask in (
        lambda: claims["z"],
        lambda: claims["a"]["z"],
        lambda: claims["a"]["b"]["z"],
        lambda: "r" in request.query,
    ):
        with pytest.raises(NotRecordedError):
            ask()


@pytest.mark.parametrize(
    "reads",
    [
        {"identity.email": 1},
        {"identity.groups": [1]},
        {"identity.groups": "a"},
        {"identity.disabled": "true"},
        {"identity.disabled": 1},
        {"request.query": {"q": "1"}},
        {"request.content_length": 1.5},
        {"claims": []},
        {"claims": {"$map": [[1, 2]]}},
        {"claims.a": {"$what": 1}},
        {"claims.a": {"$time": "noon"}},
        {"identity.auth_time": "2026-05-04T12:00:00Z"},
    ],
)
def test_a_value_that_its_path_cannot_have_is_refused(reads: Mapping[str, Any]) -> None:
    """What is checked at load would not be checked by anybody else."""
    with pytest.raises(MalformedRecordError):
        recalled(record(reads))


@pytest.mark.parametrize("path", ["claims", "identity.attributes", "request.headers"])
def test_a_map_is_never_a_hash(path: str) -> None:
    """It is hashed element by element, so nobody knows what to make of one."""
    with pytest.raises(MalformedRecordError):
        recalled(record({path: {"$hash": "d1"}}, hashes=True))
