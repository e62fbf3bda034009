"""The decision log that a command reads."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.config.load import load

LogOption = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="The decision log; by default the one that config.toml names. Files that were "
        "set aside are looked for beside it.",
    ),
]


def log_path(log: Path | None, config: Path) -> Path:
    """Return the file of the decision log.

    Args:
        log: What was named; `None` for the one that the configuration names.
        config: The configuration.

    Raises:
        typer.BadParameter: There is none.
        ConfigError: The configuration has faults.
    """
    path = log or load(config).settings.log.decisions.sink.path
    if path is None:
        raise typer.BadParameter(
            "the decision log of this configuration is no file; name one with --log"
        )
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}")
    return path
