"""What was handed out is recognised by its digest, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.digests import (
    DIGEST_BYTES,
    MAX_CHARACTERS,
    digest_of,
    is_digest_of,
    new_value,
)


def test_no_value_comes_twice_and_all_are_plain() -> None:
    """They stand in URLs and in headers."""
    values = {new_value() for _ in range(1000)}

    assert len(values) == 1000
    assert all(value.replace("-", "").replace("_", "").isalnum() for value in values)
    assert min(map(len, values)) >= 43


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_value_is_recognised_for_its_purpose(value: str, purpose: str) -> None:
    """Whatever a caller sends; what was moved from one side to the other is not."""
    digest = digest_of(value, purpose=purpose)

    assert len(digest) == DIGEST_BYTES
    assert is_digest_of(digest, value, purpose=purpose)
    assert not is_digest_of(digest, value + "x", purpose=purpose)
    assert not is_digest_of(digest, value, purpose=purpose + "x")
    assert not is_digest_of(digest, "x" + value, purpose=purpose[:-1])


def test_a_surrogate_is_no_reason_to_fail() -> None:
    """JSON can name half of a pair."""
    assert digest_of("\ud800", purpose="session") != digest_of("?", purpose="session")


def test_an_endless_value_is_refused() -> None:
    """The pair around the bound."""
    digest_of("x" * MAX_CHARACTERS, purpose="session")
    with pytest.raises(ValueError, match="8193"):
        digest_of("x" * (MAX_CHARACTERS + 1), purpose="session")
