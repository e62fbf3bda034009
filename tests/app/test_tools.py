"""What is opened once, and closed whatever happens."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.tools import Tools
from gateway.config.settings.values import Rate
from gateway.model.errors import StorageError
from tests.flows.house import NOON, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _open(house: House) -> Tools:
    settings = load(house.folder / "config.toml").configuration.settings
    return Tools.open(settings, clock=lambda: NOON)


def test_keys_are_kept_for_as_long_as_a_guest_may_come_back(house: House) -> None:
    """`retain_after` is an hour; a guest token signed before a rotation lives a month."""
    tools = _open(house)
    try:
        old = tools.keyring.signing_key()
        tools.keyring.rotate(force=True)
        retired = next(key for key in tools.keyring.list() if key.kid == old.kid)
    finally:
        tools.close()

    assert retired.expires_at is not None
    assert retired.expires_at - NOON >= timedelta(days=30)


def test_a_database_that_cannot_be_used_leaves_nothing_open(house: House) -> None:
    """The logs that were opened before are closed again."""
    (house.folder / "state/gateway.db").mkdir()

    with pytest.raises(StorageError):
        _open(house)


def test_the_limit_of_guests_outlives_a_reload_of_the_same_rate(house: House) -> None:
    """Else each reload would give everybody a new allowance."""
    tools = _open(house)
    try:
        rate = Rate(3, timedelta(hours=1))
        first = tools.guest_limit(rate)

        assert tools.guest_limit(rate) is first
        assert tools.guest_limit(Rate(4, timedelta(hours=1))) is not first
    finally:
        tools.close()


def test_lost_lines_are_counted_for_each_log(house: House) -> None:
    """A log that drops says so."""
    tools = _open(house)
    tools.close()
    tools.logs.counters.add("something")

    assert set(tools.counts()) == {
        "something",
        "log_lines_dropped.program",
        "log_lines_dropped.access",
        "log_lines_dropped.decisions",
        "trigger_calls_abandoned",
    }
