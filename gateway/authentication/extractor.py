"""Finds the credential in a request, without judging it.

Stands on the path of every request, so the ordinary case is one pass over the headers
and one match.

References: RFC 9110 section 11.6.2 (`Authorization`); RFC 6750 section 2.1 (bearer
tokens; those in a query or a form are not read); RFC 9449 section 7.1 (tokens with a proof).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    ConflictingCredentialsError,
    MalformedCredentialError,
    OversizedCredentialError,
)

_NAME = b"authorization"
_PROOF = b"dpop"

# "Bearer" or "DPoP", any case, one or more spaces, b64token; white space around a field's
# value is no part of it (RFC 9110 section 5.5).
_TOKEN = re.compile(rb"[ \t]*(?i:bearer|(dpop)) +([A-Za-z0-9\-._~+/]+=*)[ \t]*")

# Of more than these nobody needs to know how many there are.
_MAX_PROOFS = 2

# Room for the scheme and for spaces beside the token itself.
_SURPLUS_BYTES = 64


class Extractor:
    """Reads what a request presents.

    Args:
        max_token_bytes: The longest token that is taken.
    """

    def __init__(self, *, max_token_bytes: int) -> None:
        self._max_token_bytes = max_token_bytes
        self._max_value_bytes = max_token_bytes + _SURPLUS_BYTES

    def extract(self, raw_headers: Sequence[tuple[bytes, bytes]]) -> Credential | None:
        """Return the credential of a request; `None` if nothing is presented.

        Args:
            raw_headers: Names in any case, values as received.

        Raises:
            ConflictingCredentialsError: There is more than one `Authorization`.
            OversizedCredentialError: The token is longer than allowed.
            MalformedCredentialError: It is neither a bearer token nor one with a proof.
        """
        presented: bytes | None = None
        for name, value in raw_headers:
            if len(name) == len(_NAME) and name.lower() == _NAME:
                if presented is not None:
                    raise ConflictingCredentialsError("two Authorization headers")
                presented = value
        if presented is None:
            return None
        credential = self._parse(presented)
        if credential.scheme is Scheme.DPOP:
            return replace(credential, proofs=_proofs(raw_headers))
        return credential

    def _parse(self, value: bytes) -> Credential:
        if len(value) > self._max_value_bytes:
            raise OversizedCredentialError(f"an Authorization of {len(value)} bytes")
        match = _TOKEN.fullmatch(value)
        if match is None:
            raise MalformedCredentialError("the Authorization is no bearer token")
        token = match[2]
        if len(token) > self._max_token_bytes:
            raise OversizedCredentialError(f"a token of {len(token)} bytes")
        scheme = Scheme.DPOP if match[1] else Scheme.BEARER
        return Credential(scheme, token.decode("ascii"))


def _proofs(raw_headers: Sequence[tuple[bytes, bytes]]) -> tuple[str, ...]:
    found = [value for name, value in raw_headers if name.lower() == _PROOF]
    return tuple(value.decode("latin-1") for value in found[:_MAX_PROOFS])
