"""What logs call somebody."""

import pytest

from gateway.telemetry.pseudonyms import Pseudonyms, value_hasher

ANA = "us-east-1:11111111-2222-3333-4444-555555555555"
SAM = "us-east-1:11111111-2222-3333-4444-666666666666"


def test_the_same_identity_has_the_same_name_and_another_has_another() -> None:
    """Lines about one identity can be joined, also after a restart."""
    before, after = Pseudonyms(secret=b"k" * 32), Pseudonyms(secret=b"k" * 32)

    assert before.of(ANA) == after.of(ANA) != before.of(SAM)
    assert "1111" not in before.of(ANA)
    assert len(before.of(ANA)) == 32


def test_another_installation_has_other_names() -> None:
    """The names are worth nothing without the key."""
    assert Pseudonyms(secret=b"k" * 32).of(ANA) != Pseudonyms(secret=b"l" * 32).of(ANA)


def test_nobody_stays_nobody() -> None:
    """A request that failed early has no identity."""
    assert Pseudonyms(secret=b"k" * 32).of("") == ""


def test_ids_can_be_written_as_they_are() -> None:
    """For those who may."""
    assert Pseudonyms(secret=b"k" * 32, hashed=False).of(ANA) == ANA


def test_a_secret_has_at_least_sixteen_bytes() -> None:
    """The last that is refused and the first that is not."""
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(secret=b"k" * 15)
    Pseudonyms(secret=b"k" * 16)
    with pytest.raises(ValueError, match="16 bytes"):
        value_hasher(b"k" * 15)
    value_hasher(b"k" * 16)


def test_values_are_hashed_under_a_key_of_their_own() -> None:
    """The same value is the same hash, and an identity's name is no hash of its id."""
    ours, theirs = value_hasher(b"k" * 32), value_hasher(b"l" * 32)

    assert ours(b"a") == value_hasher(b"k" * 32)(b"a") != ours(b"b")
    assert ours(b"a") != theirs(b"a")
    assert ours(ANA.encode()) != Pseudonyms(secret=b"k" * 32).of(ANA)
    assert len(ours(b"a")) == 32


def test_a_lone_surrogate_has_a_name_too() -> None:
    """Whatever an identity is called, its request is logged."""
    assert len(Pseudonyms(secret=b"k" * 32).of("\ud800")) == 32
