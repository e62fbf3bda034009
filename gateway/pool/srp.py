"""Secure Remote Password as Amazon Cognito speaks it: the server's side.

A client proves that it knows the password, and the server that it knows the verifier,
without either being sent. The same arithmetic serves people (`group` is the pool's name,
`name` the internal user name) and remembered devices (`group` is the device group's key,
`name` the device's key).

Nothing is kept between the two steps here: `Challenge` holds what the second one needs, and
whoever calls seals it into the secret block.

References: RFC 2945 and RFC 5054 (the protocol); RFC 3526 section 4 (the group); RFC 5869
(HKDF). Where Cognito differs from RFC 5054, its clients do: padding, `k`, `x` and the
proof are theirs (aws-amplify, `providers/cognito/utils/srp`).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

# RFC 3526 section 4: the 3072-bit MODP group.
N: Final = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G: Final = 2

# `N` has 768 digits, and two zeros may stand before them. (`int` alone would take signs,
# blanks, underscores and digits of every script.)
_HEX: Final = re.compile(r"[0-9A-Fa-f]{1,770}")

_SALT_BYTES: Final = 16
# RFC 5054 section 3.1 asks for 256 bits at least; RFC 3526 section 8 for 420 with this
# group, at the most careful estimate. The work grows with them.
_EXPONENT_BITS: Final = 512
_KEY_BYTES: Final = 16
_INFO: Final = b"Caldera Derived Key"


class MalformedNumberError(ValueError):
    """A number of the other side is no number of the group, or zero in it."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """What is kept instead of a password.

    Whoever has it can guess passwords offline; it is stored sealed.

    Attributes:
        salt: As a number, below 2^128.
        value: `g^x mod N`.
    """

    salt: int = field(repr=False)
    value: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the server says in the first step, with what it has to remember.

    Attributes:
        public: `B`, sent to the client.
        secret: `b`, of this sign-in alone.
    """

    public: int
    secret: int = field(repr=False)


def make_verifier(group: str, name: str, password: str) -> Verifier:
    """Return the verifier of a password, with a new salt.

    Args:
        group: The part of the pool's id after `_`, or a device group's key.
        name: The internal user name, or a device's key.
        password: As typed.
    """
    salt = int.from_bytes(secrets.token_bytes(_SALT_BYTES))
    return Verifier(salt, _power_of(salt, group, name, password))


def is_password_of(verifier: Verifier, group: str, name: str, password: str) -> bool:
    """Return whether a password that was sent as it is belongs to a verifier.

    Takes as long for a wrong one.
    """
    value = _power_of(verifier.salt, group, name, password)
    return hmac.compare_digest(padded(value), padded(verifier.value))


def make_challenge(verifier: Verifier) -> Challenge:
    """Return the answer to a client that has sent its `A`."""
    secret = secrets.randbits(_EXPONENT_BITS)
    multiplier = _number(padded(N), padded(G))
    public = (multiplier * verifier.value + pow(G, secret, N)) % N
    return Challenge(public, secret)


def session_key(challenge: Challenge, verifier: Verifier, client_public: int) -> bytes:
    """Return the key that both sides share if the password was right: 16 bytes.

    Args:
        challenge: What was sent, and kept.
        verifier: Of the person or device.
        client_public: `A`, as `parse_public` has it.
    """
    scramble = _number(padded(client_public), padded(challenge.public))
    base = client_public * pow(verifier.value, scramble, N)
    shared = pow(base, challenge.secret, N)
    extracted = _hmac(padded(scramble), padded(shared))
    return _hmac(extracted, _INFO + b"\x01")[:_KEY_BYTES]


def proof(
    key: bytes, group: str, name: str, *, secret_block: bytes, timestamp: str
) -> bytes:
    """Return what the client signs with the shared key.

    Args:
        key: From `session_key`.
        group: As for the verifier.
        name: As for the verifier.
        secret_block: The decoded bytes of the block.
        timestamp: The text that the client sent, byte by byte.
    """
    said = f"{group}{name}".encode() + secret_block + timestamp.encode()
    return _hmac(key, said)


def parse_public(text: str) -> int:
    """Return `A` from its hexadecimal digits.

    Raises:
        MalformedNumberError: It is no hexadecimal number, longer than `N`, or a multiple of
            it: then everybody knows the shared key (RFC 5054 section 2.5.4).
    """
    if _HEX.fullmatch(text) is None:
        raise MalformedNumberError(
            "not hexadecimal, or longer than the group's numbers"
        )
    value = int(text, 16)
    if value % N == 0:
        raise MalformedNumberError("a multiple of N")
    return value


def padded(value: int) -> bytes:
    """Return a number's bytes, with a zero in front if its first bit is set.

    As two's complement has it, and not filled up to the length of `N` as in RFC 5054.
    """
    return value.to_bytes(value.bit_length() // 8 + 1)


def _power_of(salt: int, group: str, name: str, password: str) -> int:
    inner = hashlib.sha256(f"{group}{name}:{password}".encode()).digest()
    return pow(G, _number(padded(salt), inner), N)


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest())


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
