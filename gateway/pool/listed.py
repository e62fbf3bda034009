"""A page of a list, as services hand it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A page of a list.

    Attributes:
        entries: In the list's order.
        next: The cursor of the page behind it; `None` if there is none.
    """

    entries: Sequence[T]
    next: str | None
