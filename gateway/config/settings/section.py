"""What every table of every file has in common.

Frozen, strict about types, and closed: an unknown key is a fault, not a comment.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, LiteralString

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
)
from pydantic_core import PydanticCustomError


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


def flaw(code: LiteralString, message: str, *, hint: str = "") -> PydanticCustomError:
    """Return the exception for a value that is wrong, to be raised in a validator.

    Args:
        code: The fault's code.
        message: What is wrong with the value. Must not quote a secret.
        hint: What to do about it; becomes the fault's `help`.
    """
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def unavailable(what: str) -> PydanticCustomError:
    """Return the exception for a documented value that this version does not have."""
    return flaw("E110", f"{what} is not available in this version")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise flaw("E106", f"`{value}` is listed twice")
        seen.add(value)
    return values


# A TOML array is a list; inside, sequences are tuples.
Loose = Strict(strict=False)
Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Text, ...], Loose, AfterValidator(_distinct)]
OneOrMore = BeforeValidator(_as_list)

# Ids stand in logs, in metrics and in other files, so they are plain.
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]

# Source text of a CEL expression. Compiled elsewhere, with positions of the document.
Expression = Annotated[str, Field(min_length=1, max_length=16_384)]
