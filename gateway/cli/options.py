"""What several commands have in common: options, formats, exit codes."""

from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a command prints what it found."""

    TEXT = "text"
    JSON = "json"


class ExitCode(IntEnum):
    """What a command tells whoever called it. Stable."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    CHECK_FAILED = 3
    TEST_FAILED = 4
    WIDENED = 5
    UNDETERMINED = 6


DEFAULT_CONFIG = Path("config.toml")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="GATEWAY_CONFIG",
        metavar="PATH",
        help="The configuration; providers/ and policies/ are looked for beside it.",
    ),
]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        "-f",
        help="text is for people; json is a stable contract for programs.",
    ),
]
