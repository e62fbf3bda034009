"""What the proxy asks about a pool's token that was presented to it: whose key, and whose.

Whether the token is good is judged in `gateway.authentication.pool`; here is what only the
database knows: the keys, whether the authorization and the person still stand, and who the
person is.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from gateway.keys.signing import Algorithm, PublicKey
from gateway.mint.pool_keys import KeyPurpose
from gateway.model.claims import TokenType
from gateway.oauth.issuing.person import Person, find_person
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.storage.database import Database
from gateway.storage.pools.origins import Origins

_TYPES: Final = {
    KeyPurpose.ACCESS: TokenType.ACCESS_TOKEN,
    KeyPurpose.ID: TokenType.ID_TOKEN,
}
_FLAGS: Final = frozenset({"email_verified", "phone_number_verified"})


class PublicKeys(Protocol):
    """The public keys of pools."""

    def public_key(
        self, pool_id: str, purpose: KeyPurpose, kid: str
    ) -> tuple[Algorithm, PublicKey] | None:
        """Return a published key with its only algorithm."""


class Bearers:
    """Knows the keys and the people behind tokens. Blocks; call it in a thread."""

    def __init__(self, *, database: Database, keys: PublicKeys) -> None:
        self._database = database
        self._keys = keys

    def find_key(
        self, pool_id: str, kid: str
    ) -> tuple[TokenType, str, PublicKey] | None:
        """Return what a key signs, its only algorithm, and the key.

        Raises:
            UnavailableError: The keys cannot be read.
        """
        for purpose, kind in _TYPES.items():
            found = self._keys.public_key(pool_id, purpose, kid)
            if found is not None:
                return kind, *found
        return None

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what is known of the person whom a token is about, as claims.

        So that somebody is the same, whichever token they show: an access token says
        nothing of an address, and not every token names groups.

        Args:
            pool_id: The pool.
            claims: Of a token that the pool has signed.

        Raises:
            RevokedTokenError: The authorization was taken back, or the person is not let
                in any more.
            StorageError: That cannot be found out.
        """
        with self._database.reading() as connection:
            person = find_person(connection, pool_id, claims["sub"])
            if person is None:
                raise RevokedTokenError("the person is gone or disabled")
            since = _granted_at(connection, pool_id, claims)
        signed_out = person.user.signed_out_at
        if signed_out is not None and since <= signed_out:
            raise RevokedTokenError("the person has signed out everywhere")
        return _known(person)


def _granted_at(
    connection: Connection, pool_id: str, claims: Mapping[str, Any]
) -> datetime:
    """Return since when somebody is signed in with a token."""
    origin_id = claims.get("event_id", "")
    if not origin_id and "client_id" in claims:
        origin_id = str(claims["jti"]).partition(".")[0]
    if not origin_id:
        # OpenID Connect's ID token names none; it is as old as it says.
        return datetime.fromtimestamp(claims["iat"], UTC)
    origin = Origins(connection).find(str(origin_id))
    if origin is None or origin.revoked_at is not None:
        raise RevokedTokenError("the authorization is gone or revoked")
    if (origin.pool_id, origin.sub) != (pool_id, claims["sub"]):
        raise RevokedTokenError("the authorization is somebody else's")
    return origin.created_at


def _known(person: Person) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        name: value == "true" if name in _FLAGS else value
        for name, value in person.user.attributes.items()
    }
    return {
        **attributes,
        "username": person.user.username,
        "cognito:groups": [group.name for group in person.groups],
    }
