"""The value of each sub-expression of one evaluation.

The closures are those that decide, each with a recorder around it: there is one meaning,
not two. What a fused closure computes at once is evaluated once more, part by part, to
be shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

from gateway.cel.compiling.closures import FAILURES, RECORDER, Cells, Run, failed, unfit
from gateway.cel.compiling.compiler import Compiler
from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.meaning.plan import Comprehension, Plan, walk
from gateway.cel.meaning.reads import readings
from gateway.cel.parsing.syntax import Source
from gateway.cel.paths import Path, shortest, write_path
from gateway.cel.types import CelType
from gateway.cel.values import conforms

# A loop shows what it did with this many elements.
_SHOWN: Final = 100


@dataclass(slots=True)
class Explanation:
    """What became of one sub-expression.

    Attributes:
        text: As it is written.
        line: Where it begins, counted from 1.
        column: Counted from 1, in characters.
        type: Its static type.
        part: The part of the program's plan.
        value: Its value, of the request or made from it; `None` if there is an error.
        error: Why it has no value.
        children: What was evaluated for it. A branch that was not needed is missing; a
            loop has its body once for each element, a hundred at most.
        reads: Of a whole expression, the paths that were read, also by what is not shown;
            of its parts, nothing.
    """

    text: str
    line: int
    column: int
    type: CelType
    part: Plan = field(repr=False)
    value: Any = None
    error: EvaluationError | None = None
    children: list["Explanation"] = field(default_factory=list)
    reads: frozenset[str] = frozenset()

    def walk(self) -> Iterator["Explanation"]:
        """Yield this sub-expression and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def explain(
    plan: Plan,
    compiler: Compiler,
    variables: Mapping[str, Any],
    *,
    expect: CelType | None = None,
    deadline: float = inf,
) -> Explanation:
    """Return what became of an expression and of each of its parts.

    Args:
        plan: The expression.
        compiler: The one that the program was compiled with.
        variables: The value of each variable.
        expect: The type that the value must have; `None` if the checker has seen to it.
        deadline: When to give up, on `time.monotonic()`.
    """
    source = compiler.source
    paths: dict[int, list[Path]] = {}
    for part, path in readings(plan):
        paths.setdefault(id(part), []).append(path)
    read: set[Path] = set()

    def wrap(part: Plan, run: Run, absorbed: Sequence[Run]) -> Run:
        recorded = _recorded(part, source, run, absorbed)
        own = paths.get(id(part))
        return recorded if own is None else _noted(recorded, own, read)

    run = replace(compiler, wrap=wrap).compile(plan)
    top: list[Explanation] = []
    cells: Cells = [deadline, top, *[None] * loops(plan)]
    with suppress(EvaluationError):
        # The tree says so already.
        value = run(variables, cells)
        if expect is not None and not conforms(value, expect):
            whole = top[0]
            whole.error = unfit(value, expect, (whole.line, whole.column))
            whole.value = None
    top[0].reads = frozenset(map(write_path, shortest(read)))
    return top[0]


def loops(plan: Plan) -> int:
    """Return how many cells the variables of an expression's macros need."""
    slots = (part.slot for part in walk(plan) if isinstance(part, Comprehension))
    return max(slots, default=-1) + 1


def _recorded(part: Plan, source: Source, run: Run, absorbed: Sequence[Run]) -> Run:
    text = source.text[part.start : part.end]
    line, column = source.place(part.start)

    def recorded(variables: Mapping[str, Any], cells: Cells) -> Any:
        above = cells[RECORDER]
        record = Explanation(text, line, column, part.type, part)
        if len(above) < _SHOWN:
            above.append(record)
        cells[RECORDER] = record.children
        try:
            for child in absorbed:
                _show(child, variables, cells)
            record.value = run(variables, cells)
        except EvaluationError as error:
            record.error = error
            raise
        except FAILURES as fault:
            record.error = failed(fault, (line, column))
            raise record.error from None
        finally:
            cells[RECORDER] = above
        return record.value

    return recorded


def _noted(run: Run, paths: Sequence[Path], read: set[Path]) -> Run:
    def noted(variables: Mapping[str, Any], cells: Cells) -> Any:
        read.update(paths)
        return run(variables, cells)

    return noted


def _show(child: Run, variables: Mapping[str, Any], cells: Cells) -> None:
    try:
        child(variables, cells)
    except BudgetExceededError:
        raise
    except EvaluationError:
        # Recorded in its own place; whether it matters, the closure itself decides.
        pass
