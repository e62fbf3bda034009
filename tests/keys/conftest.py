"""What the tests of keys share: a clock that stands still, a plan, a store key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.keys.keyring import KeyRing
from gateway.keys.ring import RotationPlan
from gateway.keys.seal import StoreKey

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAN = RotationPlan(
    algorithm="ES256",
    rotate_every=timedelta(days=30),
    publish_before=timedelta(days=1),
    retain_after=timedelta(hours=1),
)


class Clock:
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, length: timedelta) -> None:
        self.now += length


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def plan() -> RotationPlan:
    return PLAN


@pytest.fixture
def store_key() -> StoreKey:
    return StoreKey(bytes(range(100, 132)))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keyring(
    directory: Path, plan: RotationPlan, store_key: StoreKey, clock: Clock
) -> KeyRing:
    return KeyRing.open(directory, store_key=store_key, plan=plan, clock=clock)
