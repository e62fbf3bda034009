"""Who of a pool might have an address that a provider names."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.federation.linking.rules import Candidate, split_address
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.storage.pools.groups import AllGroups
from gateway.storage.pools.users import Condition, Users

# Of those with one address. With more, which one is meant nobody knows.
_MOST: Final = 50
_MOST_GROUPS: Final = 100


def find_candidates(
    connection: Connection, pool: Pool, email: str
) -> Sequence[Candidate]:
    """Return everybody who might have an address, with their groups.

    The groups that only say by way of which provider somebody came are left out.

    Args:
        connection: One that may read.
        pool: The pool.
        email: As the provider says it.
    """
    if split_address(email) is None:
        return ()
    sensitive = pool.settings.sign_in.case_sensitive
    wanted = Condition("by_email", comparable(email, case_sensitive=sensitive))
    page = Users(connection).page(pool.id, wanted, limit=_MOST)
    if page.end is not None:
        return ()
    groups = AllGroups(connection)
    return [
        Candidate(
            user,
            frozenset(
                group.name
                for group in groups.of(pool.id, user.sub, limit=_MOST_GROUPS)
                if not group.name.startswith(f"{pool.id}_")
            ),
        )
        for user in page.users
    ]
