"""Proofs that whoever shows a token holds a key: DPoP.

A proof is made for one request: its method, its address, the access token that goes with it.
It holds a nonce of ours, so that none could have been made in advance, and it is good once.
The nonce is derived from the time with a key of ours: nothing is kept for whoever asks for one.
What was shown before is for others to remember (`First`).

Reference: RFC 9449 sections 4.3, 7.1, 8, 9 and 11.1.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.verification_key import (
    UnusableKeyError,
    VerificationKey,
    load_key,
)
from gateway.model.errors import CredentialError, InvalidDpopError, UseNonceError

ALGORITHMS: Final = ("ES256", "EdDSA", "PS256", "RS256")
TYPE: Final = "dpop+jwt"

# A nonce is good until the next one but one.
NONCE_LIFETIME: Final = timedelta(minutes=5)
# How far a client's clock may be off. The nonce says what time it is by ours.
LEEWAY: Final = timedelta(minutes=5)

_MAX_BYTES: Final = 8192
_MAX_ID: Final = 256
# RFC 7638 section 3.2.
_THUMBPRINT_MEMBERS: Final = ("crv", "e", "kty", "n", "x", "y")

# Whether something is seen for the first time, to be remembered until a moment.
First = Callable[[str, datetime], bool]


class DpopProofs:
    """Checks proofs. Waits for nothing but what `first` waits for."""

    def __init__(
        self,
        *,
        secret: bytes,
        first: First,
        clock: Callable[[], datetime],
        leeway: timedelta = LEEWAY,
    ) -> None:
        """Check with a key.

        Args:
            secret: 32 random bytes, the same for all gateways of a database.
            first: Remembers what was shown.
            clock: The time, aware UTC.
            leeway: How far a client's clock may be off.
        """
        self._secret = secret
        self._first = first
        self._clock = clock
        self._leeway = leeway

    def nonce(self) -> str:
        """Return the nonce of now."""
        return self._nonce(self._bucket())

    def check(
        self,
        proofs: Sequence[str],
        *,
        method: str,
        uri: str,
        access_token: str | None = None,
    ) -> str:
        """Return the thumbprint of the key that a proof was made with.

        Args:
            proofs: The values of the header `DPoP`.
            method: Of the request.
            uri: The address of the request, without query and fragment.
            access_token: That goes with it, if one does.

        Raises:
            InvalidDpopError: There is not one proof, or it proves nothing.
            UseNonceError: It has no nonce of ours that is good.
            UnavailableError: Nobody knows whether it was shown before.
        """
        if len(proofs) != 1:
            raise InvalidDpopError(f"{len(proofs)} proofs")
        token, thumbprint = _read(proofs[0])
        claims = token.unverified_claims
        if claims.get("htm") != method or claims.get("htu") != uri:
            raise InvalidDpopError("a proof for another request")
        if access_token is not None and claims.get("ath") != _hash(access_token):
            raise InvalidDpopError("a proof for another access token")
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not 0 < len(token_id) <= _MAX_ID:
            raise InvalidDpopError("a proof without jti")
        self._check_time(claims)
        # Neither the nonce nor `iat` is good for longer.
        until = self._clock() + 2 * self._leeway
        if not self._first(f"{thumbprint} {token_id}", until):
            raise InvalidDpopError("a proof was presented again")
        return thumbprint

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        made_at = claims.get("iat")
        if isinstance(made_at, bool) or not isinstance(made_at, int | float):
            raise InvalidDpopError("a proof without iat")
        if not abs(self._clock().timestamp() - made_at) <= self._leeway.total_seconds():
            raise InvalidDpopError("a proof of another time")
        nonce = claims.get("nonce")
        now = self._bucket()
        if not isinstance(nonce, str) or not any(
            hmac.compare_digest(
                nonce.encode("utf-8", "surrogatepass"), self._nonce(bucket).encode()
            )
            for bucket in (now, now - 1)
        ):
            raise UseNonceError("no nonce that is good", nonce=self._nonce(now))

    def _bucket(self) -> int:
        return int(self._clock().timestamp() // NONCE_LIFETIME.total_seconds())

    def _nonce(self, bucket: int) -> str:
        made = hmac.new(self._secret, f"dpop nonce {bucket}".encode(), hashlib.sha256)
        return _encode(made.digest())


def _read(proof: str) -> tuple[UnverifiedToken, str]:
    """Return a proof that was made with the key it holds, and the key's thumbprint."""
    try:
        token = parse_compact(proof, max_bytes=_MAX_BYTES, may_bring_key=True)
        if token.type != TYPE or token.algorithm not in ALGORITHMS:
            raise InvalidDpopError(f"typ={token.type[:20]!r} alg={token.algorithm!r}")
        jwk = token.unverified_key
        key: VerificationKey = load_key(jwk, (token.algorithm,))
    except (CredentialError, UnusableKeyError) as error:
        raise InvalidDpopError(f"the proof: {error}") from error
    if not key.verifies(token.signature, token.signing_input):
        raise InvalidDpopError("not made with the key that it holds")
    return token, _thumbprint(jwk)


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    required = {name: jwk[name] for name in _THUMBPRINT_MEMBERS if name in jwk}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    return _encode(hashlib.sha256(canonical.encode()).digest())


def _hash(access_token: str) -> str:
    return _encode(hashlib.sha256(access_token.encode()).digest())


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
