"""Who of the pool somebody of a provider is.

A provider's own name for somebody comes first: whoever has come like that before is known.
Whether an address may lead to somebody is decided in `gateway.federation.linking`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from gateway.federation.linking.rules import Outcome, SaidAddress, decide
from gateway.federation.linking.search import find_candidates
from gateway.federation.providers import LoginProvider
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


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody who is here already, and comes like that from now on."""

    user: User


@dataclass(frozen=True, slots=True)
class NeedsProof:
    """Somebody who says they are here already, and has to sign in here to show it."""

    user: User


Placed = Known | Newcomer | Linked | NeedsProof


def place(
    connection: Connection, pool: Pool, provider: LoginProvider, mapped: MappedClaims
) -> Placed:
    """Return who somebody is.

    Args:
        connection: Of the caller's transaction.
        pool: Whose person.
        provider: Where they have signed in.
        mapped: What it says.
    """
    login = FederatedLogins(connection).find(pool.id, provider.id, mapped.subject)
    user = None if login is None else Users(connection).find(pool.id, login.sub)
    if user is not None:
        return Known(user)
    link = provider.settings.link
    if link.policy in {"never", "admin"}:
        return Newcomer()
    said = SaidAddress(mapped.email, mapped.email_verified)
    verdict = decide(link, said, find_candidates(connection, pool, mapped.email))
    match verdict.outcome, verdict.user:
        case Outcome.LINK, User() as found:
            return Linked(found)
        case Outcome.PROVE, User() as found:
            return NeedsProof(found)
        case _:
            return Newcomer()
