"""Where the values of records belong."""

from typing import Any

import pytest

from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.record import Record
from gateway.policy.replaying.shapes import _REMEMBERED, ROOTS, Shapes
from tests.policy.files import ALLOW_ALL, access, engine
from tests.policy.replaying.recorder import record_of

EMPTY = record_of(access(), engine(ALLOW_ALL))


def record(
    *reads: str, absent: tuple[str, ...] = (), dropped: tuple[str, ...] = ()
) -> Record:
    """A record with these paths."""
    return EMPTY._replace(reads=dict.fromkeys(reads, 1), absent=absent, dropped=dropped)


def test_records_with_the_same_paths_have_one_shape() -> None:
    """It is found once."""
    shapes = Shapes()

    assert shapes.of(record("now")) is shapes.of(record("now"))
    assert shapes.of(record("now")) is not shapes.of(record("identity.email"))
    assert shapes.of(record(absent=("claims.a",))) is not shapes.of(
        record(dropped=("claims.a",))
    )


def test_not_all_shapes_are_kept() -> None:
    """A log that somebody made up may have one for each line."""
    shapes = Shapes()
    first = shapes.of(record("now"))

    for number in range(_REMEMBERED):
        shapes.of(record(f"claims.a{number}"))

    assert shapes.of(record("now")) is not first


def test_maps_are_made_for_what_stands_in_them() -> None:
    """Each once, after the one that holds it."""
    shape = Shapes().of(
        record(
            "identity.email",
            "claims.a.b",
            "claims.a.c.d",
            "request.headers.x-a",
            absent=("claims.a.e", "route.params.id"),
        )
    )

    roots = len(ROOTS)
    claims = ROOTS.index("claims")
    assert shape.maps == [
        (("claims", "a"), claims, "a"),
        (("claims", "a", "c"), roots, "c"),
        (("request", "headers"), ROOTS.index("request"), "headers"),
        (("route", "params"), ROOTS.index("route"), "params"),
    ]
    assert [(slot.map, slot.name) for slot in shape.slots] == [
        (ROOTS.index("identity"), "email"),
        (roots, "b"),
        (roots + 1, "d"),
        (roots + 2, "x-a"),
    ]
    assert dict(shape.absent) == {roots: {"e"}, roots + 3: {"id"}}


def test_what_a_value_above_tells_is_not_put_beside_it() -> None:
    """No gateway writes both; the shorter path knows it all."""
    shape = Shapes().of(
        record("claims", "claims.a.b", "now", absent=("claims.c", "claims.d.e"))
    )

    assert not shape.maps
    assert not shape.absent
    assert [(slot.map, slot.name) for slot in shape.slots] == [
        (ROOTS.index("claims"), ""),
        (-1, ""),
        (-1, ""),
    ]


def test_a_key_that_was_recorded_is_not_absent() -> None:
    """Whatever else the line says."""
    assert not Shapes().of(record("claims.a", absent=("claims.a",))).absent


@pytest.mark.parametrize(
    ("dropped", "hidden"),
    [
        ("claims.a", True),
        ("claims.a.b", True),
        ("claims.a.b.c", True),
        ("claims", True),
        ("claims.b", False),
        ("request", False),
        ("now", False),
    ],
)
def test_what_was_dropped_matters_beside_what_was_recorded(
    dropped: str, *, hidden: bool
) -> None:
    """The rest is unknown anyway."""
    shape = Shapes().of(record("claims.a.b", dropped=(dropped,)))

    assert bool(shape.hidden) is hidden


@pytest.mark.parametrize(
    "parts",
    [
        {"reads": {"identity": 1}},
        {"reads": {"request": 1}},
        {"reads": {"identity.nobody": 1}},
        {"absent": ("identity.email",)},
        {"absent": ("now",)},
        {"dropped": ("nothing",)},
    ],
)
def test_paths_that_no_gateway_writes_are_refused(parts: dict[str, Any]) -> None:
    """A record as a whole has no form; a field is always there."""
    with pytest.raises(MalformedRecordError):
        Shapes().of(EMPTY._replace(**parts))
