"""What proves people, on each database."""

from datetime import UTC, datetime

from gateway.storage.database import Database
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVERYTHING = UserSecrets(
    password_hash="$argon2id$...",
    srp_verifier="v1.sealed",
    password_set_at=NOON,
    past_hashes=("$argon2id$two", "$argon2id$one"),
    temporary_until=NOON,
    totp_seed="v1.seed",
    totp_step=2**30,
    totp_pending="v1.pending",
    totp_name="Ana's phone",
    second_factors={"on": ["SOFTWARE_TOKEN_MFA"], "preferred": "SOFTWARE_TOKEN_MFA"},
)


def test_secrets_come_back_as_they_were_kept(database: Database) -> None:
    """The last ones; of whom nothing was kept, nothing proves."""
    add_pools(database)
    ana = person(1)
    with database.writing() as connection:
        add(connection, ana)
        kept = AllSecrets(connection)
        assert kept.find(PEOPLE, ana.sub) == UserSecrets()
        kept.keep(PEOPLE, ana.sub, UserSecrets(password_hash="before"))
        kept.keep(PEOPLE, ana.sub, EVERYTHING)

    with database.reading() as connection:
        assert AllSecrets(connection).find(PEOPLE, ana.sub) == EVERYTHING
        assert AllSecrets(connection).find(PEOPLE, "nobody") == UserSecrets()


def test_they_go_with_the_person(database: Database) -> None:
    """Nobody who gets the same id later could use them."""
    add_pools(database)
    ana = person(1)
    with database.writing() as connection:
        add(connection, ana)
        AllSecrets(connection).keep(PEOPLE, ana.sub, EVERYTHING)
        Users(connection).remove(PEOPLE, ana.sub)

        assert AllSecrets(connection).find(PEOPLE, ana.sub) == UserSecrets()


def test_they_are_not_printed() -> None:
    """Neither hash nor seed."""
    assert "argon2" not in repr(EVERYTHING)
    assert "v1." not in repr(EVERYTHING)
