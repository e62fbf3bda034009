"""Proofs that a client holds a key, at the endpoints of the authorization server.

As at the proxy (`gateway.authentication.proofs`), but for two things: what was shown is
remembered in the database, for all gateways; and what is wrong is told by OAuth's own errors.

Reference: RFC 9449 sections 5 and 8.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from gateway.authentication.proofs import (
    ALGORITHMS,
    LEEWAY,
    NONCE_LIFETIME,
    TYPE,
    DpopProofs,
)
from gateway.model.errors import InvalidDpopError, UseNonceError
from gateway.oauth.errors import InvalidProofError, ProofNonceError
from gateway.storage.database import Database
from gateway.storage.digests import digest_of
from gateway.storage.pools.replays import Replays

_PURPOSE: Final = "dpop proof"

__all__ = ["ALGORITHMS", "LEEWAY", "NONCE_LIFETIME", "TYPE", "ProofChecks"]


class ProofChecks:
    """Checks proofs. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, secret: bytes, clock: Callable[[], datetime]
    ) -> None:
        """Check with a key.

        Args:
            database: Remembers what was presented.
            secret: 32 random bytes, the same for all gateways of a database.
            clock: The time, aware UTC.
        """
        self._database = database
        self._proofs = DpopProofs(secret=secret, first=self._is_first, clock=clock)

    def nonce(self) -> str:
        """Return the nonce of now."""
        return self._proofs.nonce()

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
            InvalidProofError: There is not one proof, or it proves nothing.
            ProofNonceError: It has no nonce of ours that is good.
            StorageError: Nobody knows whether it was presented before.
        """
        try:
            return self._proofs.check(
                proofs, method=method, uri=uri, access_token=access_token
            )
        except UseNonceError as error:
            raise ProofNonceError(error.detail, nonce=error.nonce) from error
        except InvalidDpopError as error:
            raise InvalidProofError(error.detail) from error

    def _is_first(self, name: str, until: datetime) -> bool:
        digest = digest_of(name, purpose=_PURPOSE)
        return self._database.write(
            lambda connection: Replays(connection).is_first(digest, until=until)
        )
