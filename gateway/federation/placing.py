"""Who of the pool somebody of a provider is.

Nobody is found by an address here: a provider's own name for somebody is all that counts. What
else may lead to somebody is decided in `gateway.federation.linking`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.federation.providers import LoginProvider
from gateway.federation.values import ProvenLogin
from gateway.identity.mapper import MappedClaims
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.federated_logins import FederatedLogins
from gateway.storage.pools.users import Users


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who has come like that before."""

    user: User


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom nobody here knows."""


Placed = Known | Newcomer


def place(
    connection: Connection,
    pool: Pool,
    provider: LoginProvider,
    mapped: MappedClaims,
    proven: ProvenLogin,
) -> Placed:
    """Return who somebody is.

    Args:
        connection: Of the caller's transaction.
        pool: Whose person.
        provider: Where they have signed in.
        mapped: What it says.
        proven: The same, as it was said.
    """
    del proven
    login = FederatedLogins(connection).find(pool.id, provider.id, mapped.subject)
    user = None if login is None else Users(connection).find(pool.id, login.sub)
    return Newcomer() if user is None else Known(user)
