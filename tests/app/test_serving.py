"""What keeps a gateway from starting. A start itself is tried in `tests/peers`."""

from pathlib import Path

import pytest

from gateway.app.reload import ReloadRefusedError
from gateway.app.serving import now, serve
from gateway.config.errors import ConfigError
from tests.flows.house import House


def test_faults_of_the_files_come_first(tmp_path: Path) -> None:
    """Before anything is opened."""
    house = House(tmp_path)
    (tmp_path / "policies/orders.toml").write_text("[policy")

    with pytest.raises(ConfigError):
        serve(tmp_path / "config.toml")
    assert not (house.folder / "state/gateway.db").exists()


def test_policies_that_fail_their_own_tests_do_not_start(tmp_path: Path) -> None:
    """Whoever wrote the test meant it."""
    House(tmp_path)
    path = tmp_path / "policies/orders.toml"
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

    with pytest.raises(ReloadRefusedError):
        serve(tmp_path / "config.toml")


def test_the_clock_is_aware() -> None:
    """A naive time would be read as local somewhere."""
    assert now().utcoffset() is not None
