"""`[log]`: where decisions and requests are recorded."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, ValidationInfo, model_validator

from gateway.config.settings.door import door_of
from gateway.config.settings.section import Called, Names, Section, flaw
from gateway.config.settings.values import Size


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


Share = Annotated[float, Field(ge=0, le=1)]

SinkField = Annotated[Sink, PlainValidator(parse_sink), Called("sink")]


class Rotation(Section):
    """What a log has that ends up in a file."""

    sink: SinkField = Field(
        default=Sink(SinkKind.STDOUT),
        description="`stdout`, `none` or `file:` and a path.",
    )
    rotate: Size = Field(
        default=64 * 1024 * 1024,
        ge=64 * 1024,
        le=16 * 1024 * 1024 * 1024,
        description="A file that would become longer is set aside as `NAME.1`, the one "
        "before it as `NAME.2`, and a new one is begun.",
    )
    keep: int = Field(
        default=5,
        ge=1,
        le=1000,
        description="How many files set aside are kept; older ones are removed.",
    )

    @model_validator(mode="after")
    def _check_file(self) -> Self:
        if self.sink.path is None:
            for name in ("rotate", "keep"):
                if name in self.model_fields_set:
                    raise flaw(
                        "E106",
                        f"`{name}` is for files, and this log goes to {self.sink.text}",
                        hint='sink = "file:state/decisions.jsonl"',
                        at=(name,),
                    )
        return self


class Sample(Section):
    """The share of decisions that is recorded; what is left out is counted."""

    allow: Share = Field(
        default=1.0, description="Of the requests that were allowed, from 0 to 1."
    )
    deny: Share = Field(
        default=1.0, description="Of those that were denied, from 0 to 1."
    )
    error: Share = Field(
        default=1.0,
        description="Of those that were denied because an expression failed or took too "
        "long, from 0 to 1.",
    )


class DecisionLog(Rotation):
    """One line for each decision."""

    hash: Names = Field(
        default=(),
        description="Paths whose values are written as a keyed hash: `identity.email`. "
        "What is equal has the same hash, so equality can still be replayed.",
    )
    drop: Names = Field(
        default=("request.headers.authorization", "request.headers.cookie"),
        description="Paths whose values are not written at all. Headers and parameters "
        "that carry credentials never are, whatever stands here.",
    )
    sample: Sample = Field(
        default=Sample(), description="The share of decisions that is recorded."
    )


class AccessLog(Rotation):
    """One line for each request."""


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
