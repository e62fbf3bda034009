"""No token leaves that its receiver could not verify, or would read otherwise."""

import base64
import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jwt.algorithms import ECAlgorithm
from typing_extensions import override

from gateway.keys.keyring import KeyRing
from gateway.keys.signing import ALGORITHMS, Algorithm, PublicKey, SigningKey, generate
from gateway.mint.signer import MAX_TOKEN_BYTES, Signer
from gateway.model.errors import MintError
from tests.mint.conftest import PLAN, open_ring, read


class Ring:
    """Keys that need not fit each other."""

    def __init__(
        self, signing: SigningKey, published: tuple[str, PublicKey] | None
    ) -> None:
        self._signing = signing
        self._published = published

    def signing_key(self) -> SigningKey:
        return self._signing

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        return self._published


def _key(algorithm: Algorithm = "ES256") -> SigningKey:
    return SigningKey("kid", algorithm, generate(algorithm))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_verifies_with_what_is_published(
    tmp_path: Path, algorithm: Algorithm
) -> None:
    """Its header names type, key and algorithm, and nothing else."""
    ring = open_ring(tmp_path / "keys", replace(PLAN, algorithm=algorithm))

    signed = Signer(keys=ring).sign({"a": "é", "n": 1}, typ="at+jwt")

    token = read(signed.token, ring)
    assert token["payload"] == {"a": "é", "n": 1}
    kid = ring.signing_key().kid
    assert token["header"] == {"alg": algorithm, "kid": kid, "typ": "at+jwt"}
    assert signed.key_id == kid


def test_a_token_shows_itself_to_nobody_by_accident(keyring: KeyRing) -> None:
    """It is as good as a password while it lives."""
    signed = Signer(keys=keyring).sign({}, typ="at+jwt")

    assert signed.token not in repr(signed)


def test_a_key_that_is_not_published_signs_nothing_that_leaves() -> None:
    """Nobody could verify it."""
    with pytest.raises(MintError, match="not published"):
        Signer(keys=Ring(_key(), None)).sign({}, typ="at+jwt")


def test_a_token_that_does_not_verify_does_not_leave() -> None:
    """A private and a public half that are no pair."""
    ring = Ring(_key(), ("ES256", _key().private_key.public_key()))

    with pytest.raises(MintError, match="does not verify"):
        Signer(keys=ring).sign({}, typ="at+jwt")


def test_a_key_is_published_for_the_algorithm_that_it_signs_with() -> None:
    """Else receivers, who go by what is published, refuse it."""
    signing = _key("ES256")

    with pytest.raises(MintError):
        Signer(keys=Ring(signing, ("RS256", signing.private_key.public_key()))).sign(
            {}, typ="at+jwt"
        )


def test_a_key_of_another_kind_than_published_is_refused() -> None:
    """Signed with Ed25519, published as ES256."""
    signing = SigningKey("kid", "ES256", generate("EdDSA"))

    with pytest.raises(MintError):
        Signer(keys=Ring(signing, ("ES256", _key().private_key.public_key()))).sign(
            {}, typ="at+jwt"
        )


def test_nothing_is_signed_without_a_signature() -> None:
    """`none` and HMAC do not exist here, whatever a key says of itself."""
    for algorithm in ("none", "HS256"):
        signing = SigningKey("kid", algorithm, generate("ES256"))  # type: ignore[arg-type]  # on purpose
        ring = Ring(signing, (algorithm, signing.private_key.public_key()))
        with pytest.raises(MintError):
            Signer(keys=ring).sign({}, typ="at+jwt")


class Faulty(ECAlgorithm):
    """An algorithm that signs something else than it was given."""

    @override
    def sign(self, msg: bytes, key: Any) -> bytes:
        return super().sign(msg + b"?", key)


def test_a_token_that_was_signed_wrongly_does_not_leave() -> None:
    """A fault of a library, or of memory."""
    signing = _key()
    signer = Signer(keys=Ring(signing, ("ES256", signing.private_key.public_key())))
    signer._algorithms["ES256"] = Faulty(ECAlgorithm.SHA256)

    with pytest.raises(MintError, match="does not verify"):
        signer.sign({}, typ="at+jwt")


HEADERS = {"alg": "ES256", "kid": "kid", "typ": "at+jwt"}


def _segment(value: Any) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({**HEADERS, "typ": "other"}, b"{}"),
        ({"alg": "ES256", "kid": "kid"}, b"{}"),
        (HEADERS, b'{"a":1}'),
        (HEADERS, b""),
    ],
)
def test_a_token_that_says_something_else_does_not_leave(
    header: dict[str, str], payload: bytes
) -> None:
    """Another payload or another header: its receiver would read what nobody meant."""
    signing = _key()
    signer = Signer(keys=Ring(signing, ("ES256", signing.private_key.public_key())))
    token = b".".join([_segment(header), _segment(payload), b""])

    with pytest.raises(MintError, match="does not say"):
        signer._check(token, b"{}", HEADERS)


@pytest.mark.parametrize(
    "value", [datetime(2026, 5, 4, tzinfo=UTC), b"bytes", math.nan, math.inf, {1, 2}]
)
def test_what_json_cannot_write_is_not_signed(keyring: KeyRing, value: Any) -> None:
    """Python would write NaN, and nobody else could read it."""
    with pytest.raises(MintError, match="no JSON"):
        Signer(keys=keyring).sign({"a": value}, typ="at+jwt")


def test_claims_without_end_are_not_signed(keyring: KeyRing) -> None:
    """The writer gives up with an error of its own."""
    nested: list[Any] = []
    nested.append(nested)

    with pytest.raises(MintError, match="no JSON"):
        Signer(keys=keyring).sign({"a": nested}, typ="at+jwt")


def test_a_token_fits_into_a_header(keyring: KeyRing) -> None:
    """The pair around the limit; an upstream would only say 431."""
    signer = Signer(keys=keyring)
    empty = len(signer.sign({"a": ""}, typ="at+jwt").token)
    # Base64 makes four characters of three.
    room = (MAX_TOKEN_BYTES - empty) * 3 // 4

    assert (
        len(signer.sign({"a": "x" * (room - 3)}, typ="at+jwt").token) <= MAX_TOKEN_BYTES
    )
    with pytest.raises(MintError, match="fits no header"):
        signer.sign({"a": "x" * (room + 3)}, typ="at+jwt")


def test_a_long_name_in_any_script_fits(keyring: KeyRing) -> None:
    """Written as UTF-8: as escapes, each of these would be twelve bytes for four."""
    name = "\N{GRINNING FACE}" * 2_000

    signed = Signer(keys=keyring).sign({"name": name}, typ="at+jwt")

    assert read(signed.token, keyring)["payload"] == {"name": name}


def test_half_a_character_is_not_signed(keyring: KeyRing) -> None:
    """No encoding has it."""
    with pytest.raises(MintError, match="no JSON"):
        Signer(keys=keyring).sign({"name": "\ud83d"}, typ="at+jwt")


def test_the_key_can_be_chosen_before(keyring: KeyRing) -> None:
    """Whoever has looked at the key already signs with that one, rotated or not."""
    before = keyring.signing_key()
    keyring.rotate(force=True)

    signed = Signer(keys=keyring).sign({}, typ="at+jwt", key=before)

    assert signed.key_id == before.kid
    assert read(signed.token, keyring)["header"]["kid"] == before.kid


def test_a_token_may_have_no_type(keyring: KeyRing) -> None:
    """Cognito's have none, and a claim says what they are."""
    token = Signer(keys=keyring).sign({"token_use": "id"}, typ=None).token

    assert "typ" not in read(token, keyring)["header"]
