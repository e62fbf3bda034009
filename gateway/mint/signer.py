"""Signs tokens, and checks each one as its receiver will, before anybody sees it.

The check uses the public key from the *published* set: a token by a key that nobody can
look up does not leave, nor does one that a fault of memory or of a library has spoilt.

References: RFC 7515 section 5 (signing, validating), RFC 8725 section 3.1.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

from jwt.algorithms import Algorithm as JwtAlgorithm
from jwt.algorithms import get_default_algorithms
from jwt.exceptions import PyJWTError

from gateway.keys.signing import ALGORITHMS, PublicKey, SigningKey
from gateway.model.errors import MintError

# A token travels in a header. Servers refuse headers of 8 to 16 KiB, and say less clearly
# why than we can.
MAX_TOKEN_BYTES = 16 * 1024

# Keys and types are few; of each, the header is written once.
_MAX_HEADS: Final = 1024

# Infinity and NaN are no JSON, whatever Python's writer thinks by default; and UTF-8 is up
# to three times as short as its escapes.
_WRITER: Final = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, ensure_ascii=False
)


class Keys(Protocol):
    """The gateway's own keys."""

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        """Return the algorithm and the key of a published `kid`."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token in compact form, and the key that signed it."""

    token: str = field(repr=False)
    key_id: str


class Signer:
    """Signs with the key ring's keys, with each key's own algorithm and no other."""

    def __init__(self, *, keys: Keys) -> None:
        self.keys = keys
        # Nothing but these can be signed or checked here, `none` and HMAC least of all.
        known = get_default_algorithms()
        self._algorithms: dict[str, JwtAlgorithm] = {
            name: known[name] for name in ALGORITHMS
        }

    def sign(
        self,
        claims: Mapping[str, Any],
        *,
        typ: str | None,
        key: SigningKey | None = None,
    ) -> SignedToken:
        """Return the claims as a token that has been checked.

        Args:
            claims: The payload; JSON values only.
            typ: `typ` of the header, which says what the token is for; `None` where the
                receivers know none, and a claim says so.
            key: The key to sign with; the ring's signing key by default.

        Raises:
            MintError: The claims are no JSON or too long, or the token does not verify.
        """
        key = key or self.keys.signing_key()
        payload = _encode(claims)
        try:
            algorithm = self._algorithms[key.algorithm]
            signed = b".".join([_head(key.kid, key.algorithm, typ), _segment(payload)])
            signature = algorithm.sign(signed, algorithm.prepare_key(key.private_key))
            token = b".".join([signed, _segment(signature)])
            self._check(token, payload, _headers(key.kid, key.algorithm, typ))
        except (PyJWTError, KeyError, TypeError, ValueError) as error:
            # An algorithm that is none of ours, a key of another kind, or a segment that
            # is no base64: nothing that was made here, so nothing that may leave.
            raise MintError(f"key {key.kid}: {type(error).__name__}") from error
        if len(token) > MAX_TOKEN_BYTES:
            raise MintError(f"a token of {len(token)} bytes fits no header")
        return SignedToken(token.decode("ascii"), key.kid)

    def _check(self, token: bytes, payload: bytes, headers: dict[str, str]) -> None:
        """Refuse a token that its receiver would refuse, or read otherwise.

        Segment by segment, with the algorithm itself: `PyJWS.decode` looks at each
        character of a token that may come from anywhere, and takes as long for that as
        for the signature. This one comes from here.
        """
        published = self.keys.public_key(headers["kid"])
        if published is None:
            raise MintError(f"key {headers['kid']} signs and is not published")
        signed, _, signature = token.rpartition(b".")
        header, _, body = signed.partition(b".")
        if _decode(body) != payload or json.loads(_decode(header)) != headers:
            raise MintError("the token does not say what was signed")
        name, public_key = published
        algorithm = self._algorithms[name]
        if name != headers["alg"] or not algorithm.verify(
            signed, algorithm.prepare_key(public_key), _decode(signature)
        ):
            raise MintError(f"the token does not verify with key {headers['kid']}")


def _headers(kid: str, algorithm: str, typ: str | None) -> dict[str, str]:
    headers = {"alg": algorithm, "kid": kid}
    return headers if typ is None else {**headers, "typ": typ}


@lru_cache(_MAX_HEADS)
def _head(kid: str, algorithm: str, typ: str | None) -> bytes:
    return _segment(_WRITER.encode(_headers(kid, algorithm, typ)).encode("utf-8"))


def _segment(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decode(segment: bytes) -> bytes:
    return base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def _encode(claims: Mapping[str, Any]) -> bytes:
    try:
        return _WRITER.encode(claims).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        # Also half of a surrogate pair, which no encoding has.
        raise MintError(f"the claims are no JSON: {type(error).__name__}") from error
