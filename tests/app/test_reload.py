"""What a running gateway may take up, and what it tells of the last attempt."""

from pathlib import Path

import pytest

from gateway.app.loading import load
from gateway.app.reload import (
    ReloadRefusedError,
    Reloads,
    check_reloadable,
    self_test,
)
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.settings.root import Config
from tests.flows.house import NOON, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _settings(house: House, old: str = "", new: str = "") -> Config:
    path = house.folder / "config.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    try:
        return load(path).configuration.settings
    finally:
        path.write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("[server]", '[server]\nlisten = "127.0.0.1:9"', "server.listen"),
        ("[server]", '[server]\nadmin_listen = "127.0.0.1:9"', "server.admin_listen"),
        ("[server]", '[server]\nregion = "eu-west-1"', "server.region"),
        ("gw.example.com", "gw.example.org", "server.public_url"),
        ("state/gateway.db", "state/other.db", "storage"),
        ("[log]", '[keys]\nrotate_every = "9d"\n[log]', "keys"),
        ('level = "error"', 'level = "info"', "log"),
        ("[server.limits]", "[server.limits]\nconnections = 9", "server.limits"),
        ("enabled = true", 'enabled = true\nid_ttl = "40d"', "guest"),
    ],
)
def test_what_sockets_and_files_were_opened_with_needs_a_restart(
    house: House, old: str, new: str, name: str
) -> None:
    """Refused and named, instead of taken up by halves."""
    present, changed = _settings(house), _settings(house, old, new)

    with pytest.raises(ReloadRefusedError, match=name):
        check_reloadable(present, changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("enabled = true", "enabled = false"),
        ('ttl = "60s"', 'ttl = "30s"'),
        ('body = "16B"', 'body = "17B"'),
        ("3/h", "4/h"),
    ],
)
def test_everything_else_is_taken_up(house: House, old: str, new: str) -> None:
    """Guests can be switched off at any time."""
    check_reloadable(_settings(house), _settings(house, old, new))


def test_a_failing_test_of_a_policy_is_named(house: House) -> None:
    """The tree is self-tested before it decides about anybody."""
    path = house.folder / "policies/orders.toml"
    path.write_text(
        path.read_text()
        + """
[[test]]
name = "guests read orders"
identity = "guest"
request = { path = "/v1/orders/1" }
expect = { allow = true }
"""
    )

    with pytest.raises(ReloadRefusedError, match="guests read orders"):
        self_test(load(house.folder / "config.toml"), clock=lambda: NOON)


def test_the_last_attempt_is_remembered_until_the_next() -> None:
    """For the admin listener."""
    reloads = Reloads()

    reloads.failed(ConfigError([Fault("E101", "no file", "a.toml")]), at=NOON)
    first = reloads.faults
    reloads.failed(ReloadRefusedError("a restart"), at=NOON)
    second = reloads.faults
    reloads.succeeded(at=NOON)

    assert first == ("a.toml: error[E101] no file",)
    assert second == ("a restart",)
    assert not reloads.faults
    assert reloads.at == NOON
