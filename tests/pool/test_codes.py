"""Codes that are sent, typed, and good once."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.pool.codes import (
    LIFETIMES,
    MAX_TRIES,
    Codes,
    KeptCode,
    Outcome,
    Purpose,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA = "us-east-1_Ab3dEfGh9/ana"
CODES = Codes(secret=b"s" * 32)


def other(code: str) -> str:
    """Return a code that is another one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


@pytest.mark.parametrize("purpose", Purpose)
def test_a_code_is_good_once_for_its_purpose(purpose: Purpose) -> None:
    """And for its owner; with blanks around it, as it comes out of a message."""
    code, kept = CODES.make(purpose, ANA, now=NOON)

    assert len(code) == 6
    assert code.isdigit()
    assert CODES.check(kept, purpose, ANA, f" {code} ", NOON) == (Outcome.RIGHT, None)
    for elsewhere in set(Purpose) - {purpose}:
        outcome, _ = CODES.check(kept, elsewhere, ANA, code, NOON)
        assert outcome is Outcome.WRONG
    outcome, _ = CODES.check(kept, purpose, f"{ANA}x", code, NOON)
    assert outcome is Outcome.WRONG


def test_a_code_that_is_missed_too_often_is_gone() -> None:
    """The right one does not help any more."""
    code, first = CODES.make(Purpose.SIGN_UP, ANA, now=NOON)
    kept: KeptCode | None = first
    for tries in range(1, MAX_TRIES):
        outcome, kept = CODES.check(kept, Purpose.SIGN_UP, ANA, other(code), NOON)
        assert outcome is Outcome.WRONG
        assert kept is not None
        assert kept.tries == tries

    assert CODES.check(kept, Purpose.SIGN_UP, ANA, other(code), NOON) == (
        Outcome.WRONG,
        None,
    )


def test_a_code_ends_with_its_time() -> None:
    """The last moment is good, the first after it is not."""
    code, kept = CODES.make(Purpose.FORGOT_PASSWORD, ANA, now=NOON)
    end = NOON + LIFETIMES[Purpose.FORGOT_PASSWORD]

    last, _ = CODES.check(
        kept, Purpose.FORGOT_PASSWORD, ANA, code, end - timedelta(seconds=1)
    )
    assert last is Outcome.RIGHT
    assert CODES.check(kept, Purpose.FORGOT_PASSWORD, ANA, code, end) == (
        Outcome.EXPIRED,
        None,
    )


def test_without_a_code_every_code_has_expired() -> None:
    """Nobody learns whether one was sent."""
    assert CODES.check(None, Purpose.SIGN_UP, ANA, "123456", NOON) == (
        Outcome.EXPIRED,
        None,
    )


def test_what_is_kept_tells_nothing_without_the_secret() -> None:
    """A million digests are computed in a second; a keyed one is not."""
    code, kept = CODES.make(Purpose.SIGN_UP, ANA, now=NOON)

    elsewhere = Codes(secret=b"t" * 32)

    assert elsewhere.check(kept, Purpose.SIGN_UP, ANA, code, NOON)[0] is Outcome.WRONG
    assert len(kept.digest) == 32


def test_parts_cannot_be_shifted_between_each_other() -> None:
    """`ana` + `1234567` is not `ana1` + `234567`."""
    _, kept = CODES.make(Purpose.SIGN_UP, "ana1", now=NOON)
    shifted = CODES._digest(Purpose.SIGN_UP, "ana", "1000000")

    assert CODES._digest(Purpose.SIGN_UP, "ana1", "000000") != shifted
    assert kept.expires_at == NOON + timedelta(hours=24)


@pytest.mark.parametrize("typed", ["", "x", "\ud800", "1" * 10_000, "\0"])
def test_whatever_is_typed_is_a_wrong_code(typed: str) -> None:
    """And no crash."""
    _, kept = CODES.make(Purpose.SIGN_UP, ANA, now=NOON)

    assert CODES.check(kept, Purpose.SIGN_UP, ANA, typed, NOON)[0] is Outcome.WRONG


def test_a_first_factor_has_more_digits() -> None:
    """It stands alone."""
    code, _ = CODES.make(Purpose.SIGN_IN, ANA, now=NOON, digits=8)

    assert len(code) == 8
