"""Recovery codes as they are kept, on each database."""

from gateway.storage.database import Database
from gateway.storage.pools.recovery_codes import StoredRecoveryCodes
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import OTHERS, PEOPLE, add, add_pools, person

ANA, BOB = person(1), person(2)


def test_a_code_is_there_until_it_is_used(database: Database) -> None:
    """Of its person alone; new ones take the place of all."""
    add_pools(database)
    with database.writing() as connection:
        for user in (ANA, BOB, person(1, pool_id=OTHERS)):
            add(connection, user)
        kept = StoredRecoveryCodes(connection)
        kept.replace(PEOPLE, ANA.sub, [b"1", b"2", b"3"])
        kept.replace(PEOPLE, BOB.sub, [b"1"])

        assert not kept.use(OTHERS, ANA.sub, b"1")
        assert not kept.use(PEOPLE, BOB.sub, b"2")
        assert kept.use(PEOPLE, ANA.sub, b"1")
        assert not kept.use(PEOPLE, ANA.sub, b"1")
        assert (kept.count(PEOPLE, ANA.sub), kept.count(PEOPLE, BOB.sub)) == (2, 1)

        kept.replace(PEOPLE, ANA.sub, [b"4"])
        assert not kept.use(PEOPLE, ANA.sub, b"2")
        assert kept.count(PEOPLE, ANA.sub) == 1
        kept.replace(PEOPLE, ANA.sub, [])
        assert kept.count(PEOPLE, ANA.sub) == 0

        Users(connection).remove(PEOPLE, BOB.sub)
        assert kept.count(PEOPLE, BOB.sub) == 0
