"""A ring comes back from its bytes as it was, or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.codec import _text, decode_ring, encode_ring
from gateway.keys.errors import KeyRingError
from gateway.keys.ring import Ring, begin, promote
from gateway.keys.signing import ALGORITHMS, Algorithm
from tests.keys.conftest import NOON, PLAN

Entry = dict[str, Any]


def _ring(algorithm: Algorithm = "EdDSA") -> Ring:
    plan = replace(PLAN, algorithm=algorithm)
    return promote(
        begin(plan, NOON), plan, NOON + timedelta(microseconds=1), force=True
    )


RAW = encode_ring(_ring())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_ring_comes_back_as_it_was(algorithm: Algorithm) -> None:
    """Each state and each time of it, to the microsecond."""
    ring = _ring(algorithm)

    back = decode_ring(encode_ring(ring))

    for before, after in zip(ring.keys, back.keys, strict=True):
        assert after.jwk == before.jwk
        assert (
            replace(after, public_key=before.public_key, private_key=before.private_key)
            == before
        )
        assert (after.private_key is None) == (before.private_key is None)
    assert back.active.private_key is not None
    assert back.active.private_key.public_key() == ring.active.public_key


def test_a_retired_key_is_written_without_its_private_half() -> None:
    """Three keys, two of which can sign."""
    entries = json.loads(RAW)["keys"]

    assert ["private" in entry for entry in entries] == [True, True, False]


def _private(key: Any) -> str:
    return _text(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


BREAKAGES: dict[str, Callable[[list[Entry]], object]] = {
    "another kid": lambda keys: keys[0].update(kid=keys[1]["kid"]),
    "another algorithm": lambda keys: keys[0].update(algorithm="ES256"),
    "another curve": lambda keys: keys[0].update(
        private=_private(ec.generate_private_key(ec.SECP384R1()))
    ),
    "a key that cannot sign": lambda keys: keys[0].update(
        private=_private(x25519.X25519PrivateKey.generate())
    ),
    "an active key without its private half": lambda keys: keys.__setitem__(
        0, keys.pop(2) | {"state": "active"}
    ),
    "no base64": lambda keys: keys[0].update(private="!"),
    "no key": lambda keys: keys[0].update(private="AAAA"),
    "an unknown state": lambda keys: keys[0].update(state="lost"),
    "no state": lambda keys: keys[0].pop("state"),
    "no time": lambda keys: keys[0].update(published_at="noon"),
    "a number as time": lambda keys: keys[0].update(published_at=5),
    "a retired key without end": lambda keys: keys[2].update(expires_at=None),
    "no key at all": lambda keys: keys.clear(),
    "a text for a key": lambda keys: keys.append("x"),  # type: ignore[arg-type]  # on purpose
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_ring_that_contradicts_itself_is_refused(breakage: str) -> None:
    """What was sealed may still be wrong: an older or newer program wrote it."""
    document = json.loads(RAW)
    BREAKAGES[breakage](document["keys"])

    with pytest.raises(KeyRingError):
        decode_ring(json.dumps(document).encode())


def test_a_ring_of_a_later_format_says_so() -> None:
    """A program that was rolled back must not guess."""
    document = json.loads(RAW) | {"format": 2}

    with pytest.raises(KeyRingError, match="unknown format 2"):
        decode_ring(json.dumps(document).encode())


@given(raw=st.binary(max_size=200))
def test_bytes_that_are_no_ring_are_refused(raw: bytes) -> None:
    """Whatever comes in, only the declared error comes out."""
    with pytest.raises(KeyRingError):
        decode_ring(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["format", "keys", "kid", "state"]), inner)
    ),
    max_leaves=8,
)


@given(document=JSON, keys=JSON)
def test_json_that_is_no_ring_is_refused(document: Any, keys: Any) -> None:
    """Of any shape, also inside the right frame."""
    for candidate in (
        document,
        {"format": 1, "keys": keys},
        {"format": 1, "keys": [keys]},
    ):
        with pytest.raises(KeyRingError):
            decode_ring(json.dumps(candidate).encode())


def test_json_nested_without_end_is_refused() -> None:
    """The parser gives up with an error of its own, which is not ours to leak."""
    with pytest.raises(KeyRingError):
        decode_ring(b"[" * 100_000)
