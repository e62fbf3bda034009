"""What every table of every file has in common.

Frozen, strict about types, and closed: an unknown key is a fault, not a comment.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, LiteralString, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
)
from pydantic_core import PydanticCustomError

from gateway.config.positions import Keys

T = TypeVar("T")


class Section(BaseModel):
    """A table of a file.

    Attributes:
        UNAVAILABLE: Keys that the reference documents and that this version does not have
            yet, each with what it is for. They are refused by name (E110): a setting that
            is accepted and ignored would be believed.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {}


def key_of(section: type[Section], name: str) -> str:
    """Return the key that a field has in the file."""
    return section.model_fields[name].alias or name


def find_all(section: Section, kind: type[T]) -> Iterator[tuple[Keys, T]]:
    """Yield all values of one type below a section, each with its place."""
    for name in type(section).model_fields:
        yield from _find_in(
            getattr(section, name), kind, (key_of(type(section), name),)
        )


def _find_in(value: Any, kind: type[T], keys: Keys) -> Iterator[tuple[Keys, T]]:
    if isinstance(value, kind):
        yield keys, value
    if isinstance(value, Section):
        for path, found in find_all(value, kind):
            yield (*keys, *path), found
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _find_in(each, kind, (*keys, key))
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _find_in(each, kind, (*keys, number))


def flaw(
    code: LiteralString, message: str, *, hint: str = "", at: Keys = ()
) -> PydanticCustomError:
    """Return the exception for a value that is wrong, to be raised in a validator.

    Args:
        code: The fault's code.
        message: What is wrong with the value. Must not quote a secret.
        hint: What to do about it; becomes the fault's `help`.
        at: Which key below the value is meant, if one is.
    """
    context = {"message": message, "hint": hint, "at": at}
    return PydanticCustomError(code, "{message}", context)


def unavailable(what: str) -> PydanticCustomError:
    """Return the exception for a documented value that this version does not have."""
    return flaw("E110", f"{what} is not available in this version")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values, if none of them stands there twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise flaw("E106", f"`{value}` is listed twice")
        seen.add(value)
    return values


# A TOML array is a list; inside, sequences are tuples.
Loose = Strict(strict=False)
Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Text, ...], Loose, AfterValidator(distinct)]


@dataclass(frozen=True, slots=True)
class Abbreviated(BeforeValidator):
    """Lets a value be written as text, which its function makes the longer form of."""


OneOrMore = Abbreviated(_as_list)


@dataclass(frozen=True, slots=True)
class Shape:
    """What else a value has to be, for editors; means nothing to pydantic.

    Attributes:
        keywords: Of JSON Schema; they replace those that follow from the type.
    """

    keywords: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Called:
    """What a value is called in the reference; means nothing to pydantic.

    Attributes:
        words: For people: `length of time`.
    """

    words: str


@dataclass(frozen=True, slots=True)
class Matching(AfterValidator):
    """A validator that knows its pattern.

    Attributes:
        pattern: Regular expression that the text has to match as a whole.
    """

    pattern: str = ""


def matching(pattern: str, what: str) -> Matching:
    """Return a validator of text that has to match a pattern as a whole.

    Args:
        pattern: Regular expression.
        what: What such text is, for people.
    """
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise flaw("E105", f"has to be {what}")
        return text

    return Matching(check, pattern)


# Ids stand in logs, in metrics and in other files, so they are plain.
Id = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9_-]{0,62}",
        "a letter and then letters, digits, `_` or `-`, in lower case, 63 at most",
    ),
    Called("id"),
]

# Source text of a CEL expression. Compiled elsewhere, with positions of the document.
Expression = Annotated[str, Field(min_length=1, max_length=16_384), Called("CEL")]
