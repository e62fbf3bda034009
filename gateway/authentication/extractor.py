"""Finds the credential in a request, without judging it.

Stands on the path of every request, so the ordinary case is one pass over the headers
and one match.

References: RFC 9110 section 11.6.2 (`Authorization`); RFC 6750 section 2.1 (bearer
tokens; those in a query or a form are not read).
"""

import re
from collections.abc import Sequence

from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    ConflictingCredentialsError,
    MalformedCredentialError,
    OversizedCredentialError,
)

_NAME = b"authorization"

# "Bearer", any case, one or more spaces, b64token; white space around a field's value is
# no part of it (RFC 9110 section 5.5).
_BEARER = re.compile(rb"[ \t]*(?i:bearer) +([A-Za-z0-9\-._~+/]+=*)[ \t]*")

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
            MalformedCredentialError: It is no bearer token.
        """
        presented: bytes | None = None
        for name, value in raw_headers:
            if len(name) == len(_NAME) and name.lower() == _NAME:
                if presented is not None:
                    raise ConflictingCredentialsError("two Authorization headers")
                presented = value
        if presented is None:
            return None
        return self._parse(presented)

    def _parse(self, value: bytes) -> Credential:
        if len(value) > self._max_value_bytes:
            raise OversizedCredentialError(f"an Authorization of {len(value)} bytes")
        match = _BEARER.fullmatch(value)
        if match is None:
            raise MalformedCredentialError("the Authorization is no bearer token")
        token = match[1]
        if len(token) > self._max_token_bytes:
            raise OversizedCredentialError(f"a token of {len(token)} bytes")
        return Credential(Scheme.BEARER, token.decode("ascii"))
