"""A key is published before it signs, signs once in its life, and stays until its end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.errors import KeyRingError, UnpublishedKeyError
from gateway.keys.ring import (
    KeyState,
    Ring,
    RotationPlan,
    advance,
    begin,
    promote,
)
from tests.keys.conftest import NOON, PLAN

SECOND = timedelta(seconds=1)
# Ed25519 keys are the quickest to make.
QUICK = replace(PLAN, algorithm="EdDSA")


def _active(ring: Ring) -> str:
    return ring.active.kid


def _next(ring: Ring) -> str:
    assert ring.next is not None
    return ring.next.kid


def test_the_first_ring_has_a_key_that_signs_and_one_that_waits() -> None:
    """Both are published from the first moment."""
    ring = begin(PLAN, NOON)

    assert [key.state for key in ring.keys] == [KeyState.ACTIVE, KeyState.NEXT]
    assert ring.active.activated_at == NOON
    assert all(key.published_at == NOON for key in ring.keys)
    assert _active(ring) != _next(ring)


def test_promotion_moves_each_key_one_step() -> None:
    """Next signs, active retires until its last token is gone, another one waits."""
    before = begin(PLAN, NOON)
    later = NOON + PLAN.publish_before

    after = promote(before, PLAN, later, force=False)

    assert _active(after) == _next(before)
    assert after.active.activated_at == later
    assert after.active.published_at == NOON
    assert _next(after) not in {_active(before), _next(before)}
    (retired,) = after.retired
    assert retired.kid == _active(before)
    assert retired.retired_at == later
    assert retired.expires_at == later + PLAN.retain_after


def test_a_retired_key_can_no_longer_sign() -> None:
    """What is not there cannot be stolen from a backup."""
    ring = promote(begin(PLAN, NOON), PLAN, NOON + timedelta(days=1), force=False)

    assert ring.retired[0].private_key is None


def test_a_key_signs_once_published_long_enough_and_not_a_second_before() -> None:
    """Else a verifier with a cached JWKS meets a key that it has never seen."""
    ring = begin(PLAN, NOON)

    with pytest.raises(UnpublishedKeyError, match="cached JWKS"):
        promote(ring, PLAN, NOON + PLAN.publish_before - SECOND, force=False)
    signing = promote(ring, PLAN, NOON + PLAN.publish_before, force=False)
    assert _active(signing) == _next(ring)


def test_force_promotes_a_key_at_once() -> None:
    """For the day on which the active key has leaked."""
    ring = begin(PLAN, NOON)

    assert _active(promote(ring, PLAN, NOON, force=True)) == _next(ring)


@pytest.mark.parametrize("force", [False, True])
def test_without_a_next_key_there_is_nothing_to_promote(*, force: bool) -> None:
    """Not even by force: a key that was never in the file must not sign."""
    ring = Ring((begin(PLAN, NOON).active,))

    with pytest.raises(UnpublishedKeyError, match="no next key"):
        promote(ring, PLAN, NOON, force=force)


def test_nothing_is_due_until_the_active_key_is_old_enough() -> None:
    """The pair around `rotate_every`."""
    ring = begin(PLAN, NOON)

    assert advance(ring, PLAN, NOON + PLAN.rotate_every - SECOND) is ring
    rotated = advance(ring, PLAN, NOON + PLAN.rotate_every)
    assert _active(rotated) == _next(ring)


def test_an_old_key_signs_on_until_the_next_one_is_published_long_enough() -> None:
    """`rotate_every` never overrules `publish_before`."""
    plan = replace(PLAN, rotate_every=timedelta(hours=1))
    ring = begin(plan, NOON)

    assert advance(ring, plan, NOON + PLAN.publish_before - SECOND) is ring
    assert advance(ring, plan, NOON + PLAN.publish_before) is not ring


def test_a_retired_key_stays_until_its_end_and_not_longer() -> None:
    """Tokens that it signed verify until the last of them has expired."""
    rotated = promote(begin(PLAN, NOON), PLAN, NOON, force=True)

    assert advance(rotated, PLAN, NOON + PLAN.retain_after - SECOND) is rotated
    assert advance(rotated, PLAN, NOON + PLAN.retain_after).retired == ()


def test_a_retired_key_keeps_the_end_that_it_was_given() -> None:
    """Its tokens were made under the old settings, so the new ones cannot shorten it."""
    rotated = promote(begin(PLAN, NOON), PLAN, NOON, force=True)
    shorter = replace(PLAN, retain_after=timedelta(0))

    assert advance(rotated, shorter, NOON + SECOND) is rotated


def test_another_algorithm_begins_with_a_new_next_key() -> None:
    """The old next key never signed, so nobody misses it."""
    ring = begin(PLAN, NOON)

    changed = advance(ring, QUICK, NOON + SECOND)

    assert changed.next is not None
    assert changed.next.algorithm == "EdDSA"
    assert changed.next.published_at == NOON + SECOND
    assert _active(changed) == _active(ring)


def test_another_algorithm_signs_as_soon_as_its_key_may() -> None:
    """Whoever changes the setting does not want to wait for a month."""
    changed = advance(begin(PLAN, NOON), QUICK, NOON)

    assert advance(changed, QUICK, NOON + PLAN.publish_before - SECOND) is changed
    signing = advance(changed, QUICK, NOON + PLAN.publish_before)
    assert signing.active.algorithm == "EdDSA"


def test_a_missing_next_key_is_made() -> None:
    """A ring that can never rotate is a ring that will not, one day."""
    ring = begin(PLAN, NOON)

    repaired = advance(Ring((ring.active,)), PLAN, NOON + SECOND)

    assert repaired.next is not None
    assert repaired.next.published_at == NOON + SECOND


def test_a_clock_that_went_back_promotes_nothing() -> None:
    """An age below zero is no age."""
    ring = begin(PLAN, NOON)

    assert advance(ring, PLAN, NOON - timedelta(days=365)) is ring


def test_a_ring_without_exactly_one_active_key_is_none() -> None:
    """Neither none nor two."""
    ring = begin(PLAN, NOON)
    assert ring.next is not None
    second = replace(ring.next, state=KeyState.ACTIVE)

    with pytest.raises(KeyRingError, match="one active key"):
        Ring((ring.next,))
    with pytest.raises(KeyRingError, match="one active key"):
        Ring((ring.active, second))


def test_a_ring_with_two_next_keys_is_none() -> None:
    """It would not say which one comes."""
    first, second = begin(PLAN, NOON), begin(PLAN, NOON)

    with pytest.raises(KeyRingError, match="at most one next"):
        Ring((first.active, *(ring.next for ring in (first, second) if ring.next)))


def test_a_ring_that_holds_a_key_twice_is_none() -> None:
    """A retired key must not come back."""
    ring = begin(PLAN, NOON)
    again = replace(ring.active, state=KeyState.RETIRED)

    with pytest.raises(KeyRingError, match="twice"):
        Ring((ring.active, again))


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 100_000), st.booleans(), st.booleans()), max_size=12
    )
)
def test_no_key_ever_signs_that_was_not_published_before(
    steps: list[tuple[int, bool, bool]],
) -> None:
    """Whatever the order of ticks, rotations and the passing of time."""
    plan = RotationPlan(
        "EdDSA", timedelta(hours=8), timedelta(hours=3), timedelta(hours=2)
    )
    ring, now = begin(plan, NOON), NOON
    last_signed = {_active(ring): now}
    for seconds, rotate, force in steps:
        published = {key.kid for key in ring.keys}
        since = {key.kid: key.published_at for key in ring.keys}
        now += timedelta(seconds=seconds)
        signing = _active(ring)
        last_signed[signing] = now
        try:
            ring = (
                promote(ring, plan, now, force=force)
                if rotate
                else advance(ring, plan, now)
            )
        except UnpublishedKeyError:
            assert not force
        assert _active(ring) in published
        if not (rotate and force) and _active(ring) != signing:
            assert now - since[_active(ring)] >= plan.publish_before
        for kid, at in last_signed.items():
            if now < at + plan.retain_after:
                assert kid in {key.kid for key in ring.keys}
