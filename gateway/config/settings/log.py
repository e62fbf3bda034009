"""`[log]`: where decisions and requests are recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, ValidationInfo

from gateway.config.settings.door import door_of
from gateway.config.settings.section import Called, Section, flaw


class SinkKind(StrEnum):
    """Where a log goes."""

    STDOUT = "stdout"
    FILE = "file"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a log goes.

    Attributes:
        kind: Standard output, a file, or nowhere.
        path: The file; `None` for the other kinds.
    """

    kind: SinkKind
    path: Path | None = None

    @property
    def text(self) -> str:
        """The sink as it is written in a file."""
        return self.kind if self.path is None else f"file:{self.path}"


def parse_sink(value: Any, info: ValidationInfo) -> Sink:
    """Return the sink that `"stdout"`, `"none"` or `"file:path"` names."""
    if isinstance(value, Sink):
        return value
    if value in (SinkKind.STDOUT, SinkKind.NONE):
        return Sink(SinkKind(value))
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind == "file" and name and "\0" not in name:
        return Sink(SinkKind.FILE, door_of(info).root / name)
    raise flaw(
        "E105",
        "this names no place for a log",
        hint='write "stdout", "none" or "file:state/decisions.jsonl"',
    )


SinkField = Annotated[Sink, PlainValidator(parse_sink), Called("sink")]


class DecisionLog(Section):
    """One line for each decision."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "sample": "recording a share of the decisions",
        "hash": "hashing values in the decision log",
        "drop": "dropping values from the decision log",
    }

    sink: SinkField = Field(
        default=Sink(SinkKind.STDOUT),
        description="`stdout`, `none` or `file:` and a path.",
    )


class AccessLog(Section):
    """One line for each request."""

    sink: SinkField = Field(
        default=Sink(SinkKind.STDOUT),
        description="`stdout`, `none` or `file:` and a path.",
    )


class LogSettings(Section):
    """What is recorded, and where."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity of the program's own messages."
    )
    decisions: DecisionLog = Field(
        default=DecisionLog(), description="One line for each decision."
    )
    access: AccessLog = Field(
        default=AccessLog(), description="One line for each request."
    )
