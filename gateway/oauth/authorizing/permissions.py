"""What a person lets clients do, for the person to see and to take back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User
from gateway.oauth.authorizing.request import Clients
from gateway.storage.database import Database
from gateway.storage.pools.consents import Consents
from gateway.storage.pools.origins import Origins


@dataclass(frozen=True, slots=True)
class Permission:
    """What somebody has consented to.

    Attributes:
        client: The client.
        scopes: What it may ask for without asking the person again.
        granted_at: When the person last said so.
    """

    client: Client
    scopes: tuple[str, ...]
    granted_at: datetime


class Permissions:
    """Lists consents and takes them back. Blocks; call it in a thread."""

    def __init__(
        self, *, database: Database, clients: Clients, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock

    def list(self, user: User) -> Sequence[Permission]:
        """Return what somebody has consented to, in the order of clients.

        Raises:
            StorageError: Nobody knows.
        """
        with self._database.reading() as connection:
            kept = Consents(connection).list(user.pool_id, user.sub)
        found = [(self._clients.find(each.client_id), each) for each in kept]
        return [
            Permission(client, each.scopes, each.granted_at)
            for client, each in found
            if client is not None
        ]

    def withdraw(self, user: User, client_id: str) -> bool:
        """Take a consent back, and all tokens that came of it.

        Returns:
            Whether there was anything to take back.

        Raises:
            StorageError: Nothing was taken back.
        """
        now = self._clock()

        def work(connection: Connection) -> bool:
            consents, origins = Consents(connection), Origins(connection)
            had = consents.remove(user.pool_id, user.sub, client_id)
            revoked = origins.revoke_of(user.pool_id, user.sub, client_id, now)
            return had or revoked > 0

        return self._database.write(work)
