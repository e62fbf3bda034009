"""`gateway.cli.policies.sides`."""

from pathlib import Path

import pytest
import typer

from gateway.cli.policies.sides import opened, side_of
from gateway.config.errors import ConfigError
from tests.cli.desk import Desk
from tests.policy.files import NOON


def test_a_folder_with_a_configuration_is_a_side(desk: Desk) -> None:
    """As is the configuration itself."""
    (desk.root / "state/store.key").unlink()

    with opened(str(desk.root), config=Path("nowhere.toml")) as folder:
        with opened(str(desk.config), config=Path("nowhere.toml")) as file:
            assert folder.engine.digest == file.engine.digest
        made = side_of(folder, "old", now=NOON)

    assert made.name == "old"
    assert [route.id for route in made.routes] == ["orders"]
    assert made.now == NOON


def test_policies_alone_get_the_present_configuration(
    desk: Desk, tmp_path: Path
) -> None:
    """And its providers."""
    proposed = tmp_path / "proposed"
    proposed.mkdir()
    (proposed / "orders.toml").write_text(
        (desk.root / "policies/orders.toml").read_text()
    )

    with opened(str(proposed), config=desk.config) as loaded:
        assert [each.settings.id for each in loaded.configuration.providers] == [
            "visitors"
        ]
        assert len(loaded.configuration.policies) == 1


def test_faults_name_their_side(desk: Desk) -> None:
    """Both sides have files of the same names."""
    desk.change("policies/orders.toml", "identity.id", "identity.idd")

    with (
        pytest.raises(ConfigError) as caught,
        opened(str(desk.root), config=desk.config),
    ):
        pass

    assert caught.value.faults[0].file == f"{desk.root}: policies/orders.toml"


def test_what_is_neither_a_folder_nor_a_revision_is_told(
    desk: Desk, tmp_path: Path
) -> None:
    """So is a folder without anything in it."""
    empty = tmp_path / "empty"
    empty.mkdir()

    with (
        pytest.raises(typer.BadParameter, match="no folder and no revision"),
        opened("nothing-like-it", config=desk.config),
    ):
        pass
    with (
        pytest.raises(typer.BadParameter, match="neither"),
        opened(str(empty), config=desk.config),
    ):
        pass
