"""The services about people fit together."""

from datetime import timedelta
from pathlib import Path

from gateway.app.pools import build_pool_services
from gateway.model.user import UserStatus
from gateway.pool.people.creation import NewPerson
from gateway.pool.settings import PoolSettings
from tests.app.pool_ground import ground
from tests.databases import File
from tests.pool.house import PASSWORD


def test_somebody_is_made_given_a_password_and_signs_in(tmp_path: Path) -> None:
    """Whatever one service keeps, the others find."""
    database = File(tmp_path / "gateway.db").open(
        busy_timeout=timedelta(seconds=5), connections=2
    )
    services = build_pool_services(ground(database))
    people, pool = services.people, services.pools.create(PoolSettings(name="people"))

    ana = people.creations.create(pool, NewPerson("ana")).user
    people.groups.create(pool, "staff")
    people.groups.join(pool, "staff", "ana")
    people.attribute_changes.change(pool, "ana", {"name": "Ana"})
    people.given_passwords.set_permanent(pool, "ana", PASSWORD)
    proven = services.password_proof.prove(pool, "ana", PASSWORD, address="192.0.2.1")

    assert (proven.sub, proven.status) == (ana.sub, UserStatus.CONFIRMED)
    assert people.directory.list(pool).entries == [proven]
    assert [group.name for group in people.groups.of(proven)] == ["staff"]
    assert not people.standings.disable(pool, "ana").enabled
    database.close()
