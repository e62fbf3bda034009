"""Profiles as they are found and kept, with the names that lead to them.

Works inside a transaction of somebody else's. What may be changed, and by whom, is decided
before.
"""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import UserNotFoundError
from gateway.pool.names import comparable, names_of, search_of
from gateway.pool.pool import Pool
from gateway.storage.epochs import note_change
from gateway.storage.pools.link_proofs import StoredLinkProofs
from gateway.storage.pools.users import USER_TOPIC, Name, Users, change_key


def find_person(connection: Connection, pool: Pool, name: str) -> User | None:
    """Return whom an administrator means by a name: `sub`, or what they sign in with.

    The `sub` comes first: nobody becomes somebody else by taking it for a user name.
    """
    users = Users(connection)
    sensitive = pool.settings.sign_in.case_sensitive
    form = comparable(name, case_sensitive=sensitive)
    return users.find(pool.id, form.lower()) or users.find_named(pool.id, form)


def get_person(connection: Connection, pool: Pool, name: str) -> User:
    """Return whom an administrator means by a name.

    Raises:
        UserNotFoundError: Nobody.
    """
    user = find_person(connection, pool, name)
    if user is None:
        raise UserNotFoundError("nobody of that name")
    return user


def add_profile(
    connection: Connection, pool: Pool, user: User, *, take_over: bool = False
) -> None:
    """Add a person, with the names that lead to them.

    Args:
        connection: One that may write.
        pool: The pool.
        user: The profile.
        take_over: Whether an address that somebody else has proven as well leads to this
            person from now on.

    Raises:
        DuplicateError: A name is somebody else's. (Of the transaction nothing is kept.)
    """
    settings = pool.settings.sign_in
    users = Users(connection)
    names = list(names_of(user, settings))
    if take_over:
        for name in names:
            _take_from_others(users, pool, name)
    users.add(user, names, search=search_of(user, settings))


def keep_profile(
    connection: Connection,
    pool: Pool,
    before: User,
    after: User,
    *,
    take_over: bool = False,
) -> None:
    """Keep a changed profile; the names that lead to it follow.

    If the person may do less from now on, all gateways hear of it once the transaction is
    kept.

    Args:
        connection: One that may write.
        pool: The pool.
        before: The person as this transaction has found them.
        after: As they are to be.
        take_over: Whether an address that somebody else has proven as well leads to this
            person from now on.

    Raises:
        DuplicateError: A name is somebody else's. (Of the transaction nothing is kept.)
    """
    settings = pool.settings.sign_in
    users = Users(connection)
    users.change(after, search=search_of(after, settings))
    old, new = set(names_of(before, settings)), list(names_of(after, settings))
    for name in old - set(new):
        users.remove_name(pool.id, name.name)
    for name in new:
        if name not in old:
            if take_over:
                _take_from_others(users, pool, name)
            users.add_name(after, name)
    if _may_less(before, after):
        note_user(connection, after)
    if before.attributes.get("email") != after.attributes.get("email"):
        # Whoever waits to be linked was found by the address as it was.
        StoredLinkProofs(connection).remove_of(pool.id, after.sub)


def remove_profile(connection: Connection, user: User) -> bool:
    """Remove a person with all that is theirs; return whether they were there."""
    note_user(connection, user)
    return Users(connection).remove(user.pool_id, user.sub)


def note_user(connection: Connection, user: User) -> None:
    """Tell all gateways to believe nothing that they remember of a person."""
    note_change(connection, USER_TOPIC, change_key(user.pool_id, user.sub))


def _may_less(before: User, after: User) -> bool:
    left = (
        after.status is not before.status and after.status is not UserStatus.CONFIRMED
    )
    return (
        left
        or (before.enabled and not after.enabled)
        or before.signed_out_at != after.signed_out_at
    )


def _take_from_others(users: Users, pool: Pool, name: Name) -> None:
    """Let an address that somebody else has proven before lead to them no more."""
    other = users.find_named(pool.id, name.name)
    if other is None or name.kind not in VERIFIED:
        return
    users.remove_name(pool.id, name.name)
    unproven = {VERIFIED[name.kind]: "false"}
    changed = replace(other, attributes={**other.attributes, **unproven})
    users.change(changed, search=search_of(changed, pool.settings.sign_in))
