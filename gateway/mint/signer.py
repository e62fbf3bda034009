"""Signs tokens, and checks each one as its receiver will, before anybody sees it.

The check uses the public key from the *published* set: a token by a key that nobody can
look up does not leave, nor does one that a fault of memory or of a library has spoilt.

References: RFC 7515 section 5 (signing, validating), RFC 8725 section 3.1.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from gateway.keys.signing import ALGORITHMS, PublicKey, SigningKey
from gateway.model.errors import MintError

# A token travels in a header. Servers refuse headers of 8 to 16 KiB, and say less clearly
# why than we can.
MAX_TOKEN_BYTES = 16 * 1024


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
        self._jws = PyJWS(algorithms=list(ALGORITHMS))

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
        headers = {"kid": key.kid, "alg": key.algorithm}
        if typ is not None:
            headers["typ"] = typ
        try:
            token = self._jws.encode(
                payload, key.private_key, key.algorithm, {"typ": typ, **headers}
            )
            self._check(token, payload, headers)
        except (PyJWTError, NotImplementedError, TypeError, ValueError) as error:
            # An algorithm that is none of ours, a key of another kind, or a segment that
            # is no base64: nothing that was made here, so nothing that may leave.
            raise MintError(f"key {key.kid}: {type(error).__name__}") from error
        if len(token) > MAX_TOKEN_BYTES:
            raise MintError(f"a token of {len(token)} bytes fits no header")
        return SignedToken(token, key.kid)

    def _check(self, token: str, payload: bytes, headers: dict[str, str]) -> None:
        """Refuse a token that its receiver would refuse, or read otherwise.

        Segment by segment, with the algorithm itself: `PyJWS.decode` looks at each
        character of a token that may come from anywhere, and takes as long for that as
        for the signature. This one comes from here.
        """
        published = self.keys.public_key(headers["kid"])
        if published is None:
            raise MintError(f"key {headers['kid']} signs and is not published")
        signed, _, signature = token.rpartition(".")
        header, _, body = signed.partition(".")
        if _decode(body) != payload or json.loads(_decode(header)) != headers:
            raise MintError("the token does not say what was signed")
        name, public_key = published
        algorithm = self._jws.get_algorithm_by_name(name)
        if name != headers["alg"] or not algorithm.verify(
            signed.encode("ascii"),
            algorithm.prepare_key(public_key),
            _decode(signature),
        ):
            raise MintError(f"the token does not verify with key {headers['kid']}")


def _decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _encode(claims: Mapping[str, Any]) -> bytes:
    try:
        # Infinity and NaN are no JSON, whatever Python's writer thinks by default; and
        # UTF-8 is up to three times as short as its escapes.
        text = json.dumps(
            claims, separators=(",", ":"), allow_nan=False, ensure_ascii=False
        )
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        # Also half of a surrogate pair, which no encoding has.
        raise MintError(f"the claims are no JSON: {type(error).__name__}") from error
