"""A signed token taken apart: JWS compact serialization, read without trust.

Checks form only: three segments of canonical base64url, a header that asks for nothing
unusual, a payload that is a JSON object. Nothing in the result has been verified.

References: RFC 7515 sections 3.1, 4.1 and 7.1; RFC 7519 section 7.2; RFC 8725 section 3.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.authentication.errors import EncryptedTokenError, ForbiddenHeaderError
from gateway.authentication.json_object import JsonObjectError, parse_object
from gateway.model.errors import MalformedCredentialError, OversizedCredentialError

_COMPACT = re.compile(rb"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)

_STANDARD_ALPHABET = bytes.maketrans(b"-_", b"+/")

# What may stand last, by the length modulo 4. Surplus bits have to be zero, or several
# texts would decode to one signature; a single surplus character encodes nothing.
_LAST = {
    0: frozenset(range(256)),
    1: frozenset[int](),
    2: frozenset(b"AQgw"),
    3: frozenset(b"AEIMQUYcgkosw048"),
}

# A key comes from the issuer's published set, never from the token that it should prove
# (RFC 8725 section 3.10); no extension is understood, so `crit` cannot be met (RFC 7515
# section 4.1.11); and `b64` would change what is signed (RFC 7797).
_FORBIDDEN = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u"})

# RFC 8037's "EdDSA" and RFC 9864's "Ed25519" are one algorithm here, since Ed25519 is
# the only curve that is supported.
_SAME_ALGORITHM = {"Ed25519": "EdDSA"}

_MAX_HEADER_DEPTH = 3

# Five segments (RFC 7516 section 7.1).
_DOTS_OF_ENCRYPTED = 4


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """What a token says, before anybody has checked that the issuer said it.

    Attributes:
        algorithm: `alg`, one name for each algorithm.
        key_id: `kid`, if there is one.
        type: `typ` in lower case without "application/"; empty if there is none.
        unverified_claims: The payload.
        signing_input: The bytes that were signed.
        signature: The signature over them.
        unverified_key: `jwk` of the header, where a token may bring its key.
    """

    algorithm: str
    key_id: str | None
    type: str
    unverified_claims: Mapping[str, Any] = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    unverified_key: Any = field(default=None, repr=False)

    @property
    def unverified_issuer(self) -> str:
        """`iss`, or the empty string if there is none in text form."""
        issuer = self.unverified_claims.get("iss")
        return issuer if isinstance(issuer, str) else ""


def one_name(algorithm: str) -> str:
    """Return the name by which an algorithm is known here."""
    return _SAME_ALGORITHM.get(algorithm, algorithm)


def names_of(algorithms: Iterable[str]) -> tuple[str, ...]:
    """Return the names by which algorithms are known here, in their order."""
    return tuple(dict.fromkeys(map(one_name, algorithms)))


def parse_compact(
    text: str, *, max_bytes: int, may_bring_key: bool = False
) -> UnverifiedToken:
    """Return the parts of a token in compact serialization.

    Args:
        text: The token as it was presented.
        max_bytes: The longest token that is looked at.
        may_bring_key: Whether the header may hold the key that the token was signed with:
            of a proof that somebody has that very key, and of nothing else.

    Raises:
        OversizedCredentialError: It is longer than that.
        EncryptedTokenError: It is a JWE.
        MalformedCredentialError: It is no JWS of a JSON object.
        ForbiddenHeaderError: The header asks for what is never done.
    """
    if len(text) > max_bytes:
        raise OversizedCredentialError(f"a token of {len(text)} characters")
    # A character beyond ASCII becomes "?", which no segment may hold.
    match = _COMPACT.fullmatch(text.encode("ascii", "replace"))
    if match is None and text.count(".") == _DOTS_OF_ENCRYPTED:
        raise EncryptedTokenError("the provider encrypts its tokens: let it sign alone")
    if match is None:
        raise MalformedCredentialError("the token is not three base64url segments")
    header = _parse(match[1], "header", max_depth=_MAX_HEADER_DEPTH)
    forbidden = _FORBIDDEN.intersection(header)
    if may_bring_key:
        forbidden -= {"jwk"}
    if forbidden:
        raise ForbiddenHeaderError(f"the header has {', '.join(sorted(forbidden))}")
    return UnverifiedToken(
        algorithm=one_name(_text(header, "alg")),
        key_id=_text(header, "kid") if "kid" in header else None,
        type=_media_type(_text(header, "typ")) if "typ" in header else "",
        unverified_claims=_parse(match[2], "payload"),
        signing_input=match[0][: match.end(2)],
        signature=_decode(match[3], "signature"),
        unverified_key=header.get("jwk"),
    )


def _parse(segment: bytes, name: str, **bounds: int) -> dict[str, Any]:
    try:
        return parse_object(_decode(segment, name), **bounds)
    except JsonObjectError as error:
        raise MalformedCredentialError(f"the token's {name}: {error}") from error


def _decode(segment: bytes, name: str) -> bytes:
    """Return what a segment encodes. Its characters have been checked."""
    if segment[-1] not in _LAST[len(segment) % 4]:
        raise MalformedCredentialError(f"the token's {name} is no base64url")
    return a2b_base64(segment.translate(_STANDARD_ALPHABET) + b"==")


def _text(header: dict[str, Any], name: str) -> str:
    value = header.get(name)
    if not isinstance(value, str):
        raise MalformedCredentialError(f"the header's {name} is no text")
    return value


def _media_type(value: str) -> str:
    """Return a media type as types are compared (RFC 7515 section 4.1.9)."""
    return value.lower().removeprefix("application/")
