"""How a function is declared: its overloads, their types, what computes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any, Final

from gateway.cel.types import CelType


class Unknown(Enum):
    """Marks an argument whose value is only known at run time."""

    ARGUMENT = "argument"


UNKNOWN: Final = Unknown.ARGUMENT

Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function.

    Attributes:
        parameters: The types of the arguments; a method's first is its receiver.
        result: The type of the value.
        apply: Computes the value; may raise `ValueFault`.
        prepare: Given the arguments that are constants (and `UNKNOWN` for the others)
            and the type of the result, returns a faster `apply`; a `ValueFault` then
            means that the constants can never work: the expression is refused at load.
        cost: Units of work for each unit of the arguments' size; 0 if it does not grow.
        rate: Takes the place of `cost`, given the second argument if it is constant (else
            `UNKNOWN`): for searches, which take longer the larger the pattern is.
        most: More units than these are an error at run time.
        grows: The result may be as large as all arguments together, times this.
        reads: Paths of variables that the function reads besides its arguments.
    """

    parameters: tuple[CelType, ...]
    result: CelType
    apply: Implementation
    prepare: Callable[[Sequence[Any], CelType], Implementation] | None = None
    cost: float = 0
    rate: Callable[[Any], float] | None = None
    most: float = inf
    grows: int = 0
    reads: tuple[str, ...] = ()


Overloads = Mapping[str, Sequence[Overload]]
