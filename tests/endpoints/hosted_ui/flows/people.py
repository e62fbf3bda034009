"""Somebody with a password."""

from dataclasses import replace

from gateway.model.user import User
from gateway.pool.names import search_of
from gateway.pool.pool import Pool
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import PASSWORD, House


def person(house: House, pool: Pool, **changes: object) -> User:
    user = house.person(pool, "ana")
    give_password(house, pool, user)
    changed = replace(user, **changes)  # type: ignore[arg-type]
    with house.database.writing() as connection:
        search = search_of(changed, pool.settings.sign_in)
        Users(connection).change(changed, search=search)
    return changed


def give_password(house: House, pool: Pool, user: User) -> None:
    made = house.credentials.make(
        pool, user, PASSWORD, before=UserSecrets(), now=house.now
    )
    with house.database.writing() as connection:
        AllSecrets(connection).keep(pool.id, user.sub, made)
