"""The key ring as bytes: JSON, before it is sealed.

Private keys travel as PKCS #8, public ones as SubjectPublicKeyInfo, both DER in base64.
The seal around the bytes keeps them whole; what is checked here is that they say
something that a ring can be.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from gateway.keys.errors import KeyRingError
from gateway.keys.ring import KeyState, Ring, RingKey
from gateway.keys.signing import (
    Algorithm,
    PrivateKey,
    PublicKey,
    find_algorithm,
    public_jwk,
)

_FORMAT = 1
_PRIVATE_KEYS = get_args(PrivateKey)


def encode_ring(ring: Ring) -> bytes:
    """Return the ring as bytes. They hold private keys in clear: seal them."""
    document = {"format": _FORMAT, "keys": [_encode_key(key) for key in ring.keys]}
    return json.dumps(document, separators=(",", ":")).encode()


def decode_ring(raw: bytes) -> Ring:
    """Return the ring that `encode_ring` wrote.

    Raises:
        KeyRingError: The bytes describe no ring, or one of another format.
    """
    try:
        document = json.loads(raw)
        if document["format"] != _FORMAT:
            raise KeyRingError(f"a key ring of unknown format {document['format']!r}")
        return Ring(tuple(_decode_key(entry) for entry in document["keys"]))
    except (
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        UnsupportedAlgorithm,
    ) as error:
        raise KeyRingError("the key ring is misshapen") from error


def _encode_key(key: RingKey) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "published_at": key.published_at.isoformat(),
        "activated_at": _encode_time(key.activated_at),
        "retired_at": _encode_time(key.retired_at),
        "expires_at": _encode_time(key.expires_at),
    }
    if key.private_key is None:
        entry["public"] = _text(
            key.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    else:
        entry["private"] = _text(
            key.private_key.private_bytes(
                Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
            )
        )
    return entry


def _decode_key(entry: dict[str, Any]) -> RingKey:
    private, public, algorithm = _decode_pair(entry)
    state = KeyState(entry["state"])
    jwk = public_jwk(public, algorithm)
    if jwk["kid"] != entry["kid"] or algorithm != entry["algorithm"]:
        raise KeyRingError(f"key {entry['kid']!r} of the ring is not what it says")
    if private is None and state is not KeyState.RETIRED:
        raise KeyRingError(f"key {entry['kid']!r} of the ring lacks its private half")
    expires_at = _decode_time(entry["expires_at"])
    if state is KeyState.RETIRED and expires_at is None:
        raise KeyRingError(f"retired key {entry['kid']!r} of the ring has no end")
    return RingKey(
        algorithm=algorithm,
        state=state,
        public_key=public,
        jwk=jwk,
        private_key=private,
        published_at=_time(entry["published_at"]),
        activated_at=_decode_time(entry["activated_at"]),
        retired_at=_decode_time(entry["retired_at"]),
        expires_at=expires_at,
    )


def _decode_pair(
    entry: dict[str, Any],
) -> tuple[PrivateKey | None, PublicKey, Algorithm]:
    private: Any = None
    public: Any
    if "private" in entry:
        # A twentieth of a second for each RSA key would prove its primes once more. The
        # seal proves that they are those that were made here.
        private = load_der_private_key(
            base64.b64decode(entry["private"]),
            None,
            unsafe_skip_rsa_key_validation=True,
        )
        public = private.public_key() if isinstance(private, _PRIVATE_KEYS) else None
    else:
        public = load_der_public_key(base64.b64decode(entry["public"]))
    algorithm = find_algorithm(public)
    if algorithm is None:
        raise KeyRingError("a key of the ring is of no kind that is used here")
    return private, public, algorithm


def _encode_time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _decode_time(text: str | None) -> datetime | None:
    return None if text is None else _time(text)


def _time(text: str) -> datetime:
    # A naive time would take the machine's zone here.
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
