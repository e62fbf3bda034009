"""Which file the decision log is."""

from pathlib import Path

import pytest
import typer

from gateway.cli.log_file import log_path
from tests.cli.desk import Desk


def test_the_configuration_names_the_log(desk: Desk) -> None:
    """Below its own folder."""
    desk.change(
        "config.toml",
        '[log.decisions]\nsink = "none"',
        '[log.decisions]\nsink = "file:state/decisions.jsonl"',
    )

    assert log_path(None, desk.config) == desk.root / "state/decisions.jsonl"


def test_a_log_that_is_named_needs_no_configuration(tmp_path: Path) -> None:
    """It may be a copy on another machine."""
    copy = tmp_path / "copy.jsonl"

    assert log_path(copy, tmp_path / "nowhere.toml") == copy


def test_without_a_file_there_is_nothing_to_read(desk: Desk) -> None:
    """What went to the standard output, nobody here has."""
    with pytest.raises(typer.BadParameter, match="--log"):
        log_path(None, desk.config)
    with pytest.raises(typer.BadParameter, match="no folder"):
        log_path(Path("/nowhere/log"), desk.config)
