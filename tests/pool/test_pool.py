"""A pool's name on the wire."""

from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from tests.pool.house import NOON


def test_clients_hash_what_stands_behind_the_region() -> None:
    """Amplify cuts at the first underscore."""
    pool = Pool("us-east-1_Ab3dEfGh9", PoolSettings(name="people"), NOON)

    assert pool.group == "Ab3dEfGh9"
