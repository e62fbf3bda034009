"""Evaluates expressions over what was recorded, and gives up where that is not enough.

An expression that comes to a value has it whatever the missing values are: CEL's own rules
saw to that when they absorbed the error. One that fails may fail because of what is missing;
then nobody can tell what would have come of it.
"""

from collections.abc import Mapping
from math import inf
from typing import Any

from typing_extensions import override

from gateway.cel.paths import Path, is_within, parse_path
from gateway.cel.values import Withheld
from gateway.model.access import AccessRequest
from gateway.policy.evaluation import Evaluation, failure_of
from gateway.policy.expressions import Expression
from gateway.policy.read_sets import reads_of
from gateway.policy.replaying.errors import UndeterminedError
from gateway.policy.replaying.recorded import Notes, RecordedMap


class RecordedEvaluation(Evaluation):
    """The variables of one recorded decision."""

    __slots__ = ("_notes",)

    def __init__(self, access: AccessRequest, *, notes: Notes) -> None:
        """Take the question.

        Args:
            access: Made of what was recorded.
            notes: Where it is noted if more is asked for.
        """
        super().__init__(access, deadline=inf)
        self._notes = notes

    @override
    def value_of(self, expression: Expression) -> Any:
        """Return the expression's value.

        Raises:
            FailedExpressionError: It has none, whatever was not recorded.
            UndeterminedError: What it comes to depends on what was not recorded.
        """
        try:
            value = expression.program.evaluate(self.variables_of(expression))
        except Exception as error:
            missing = self._missing_for(expression)
            if missing:
                raise UndeterminedError(missing) from error
            raise failure_of(expression, error) from error
        # Most values, and none that lacks anything.
        if value is True or value is False or type(value) is str:
            return value
        if _is_partial(value):
            missing = self._missing_for(expression) or _read_by(expression)
            raise UndeterminedError(missing)
        return value

    def _missing_for(self, expression: Expression) -> set[Path]:
        """Return what was missing so far of what the expression may read."""
        if not self._notes:
            return set()
        reads = _read_by(expression)
        return {
            path
            for path in self._notes
            if any(is_within(path, read) or is_within(read, path) for read in reads)
        }


def _read_by(expression: Expression) -> set[Path]:
    return set(map(parse_path, reads_of(expression)))


def _is_partial(value: Any) -> bool:
    """Whether a value, or a part of it, is not all there."""
    match value:
        case Withheld() | RecordedMap():
            return True
        case list() | tuple():
            return any(map(_is_partial, value))
        case Mapping():
            return any(map(_is_partial, value.values()))
        case _:
            return False
