"""The expressions of a provider's file, and what they say about one credential.

An expression reads a claim or two, and most tokens have few of those that it is worth to
ask for. What an expression gives without its claims is found out once, at load, and taken
from then on for each token that has none of them.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from gateway.cel.errors import BudgetExceededError, EvaluationError
from gateway.cel.paths import parse_path
from gateway.cel.program import Program
from gateway.config.document import Document
from gateway.config.positions import Keys
from gateway.model.errors import MalformedCredentialError, UnmetRequirementError
from gateway.model.waiting import WouldWaitError

# All expressions of one provider together. The cost of each is bounded at load.
MAX_TIME = timedelta(milliseconds=250)

# Where others wait meanwhile. A hundred times what a provider's file usually takes.
MAX_TIME_AT_ONCE = timedelta(milliseconds=5)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Expression:
    """A program, and where it is written."""

    program: Program
    document: Document
    keys: Keys

    @property
    def claims_read(self) -> frozenset[str] | None:
        """The claims that can matter; `None` if anything else can, such as the time."""
        claims = set()
        for variable, *names in map(parse_path, self.program.reads):
            if variable != "claims" or not names:
                return None
            claims.add(names[0])
        return frozenset(claims)

    def where(self, error: EvaluationError) -> str:
        """Return what failed, and where in the file; without any value."""
        place = self.document.where(self.keys, (error.line, error.column))
        return f"{place}: {error.message}"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of `[require]`."""

    id: str
    message: str
    expression: Expression


class Evaluation:
    """One credential's claims, put before the expressions of its provider's file.

    Args:
        claims: Verified.
        now: The time, aware UTC.
        may_wait: Whether it may take longer than a moment.
        more: Further variables, of providers that have them.
    """

    __slots__ = ("_deadline", "_may_wait", "_variables", "claims")

    def __init__(
        self,
        claims: Mapping[str, Any],
        *,
        now: datetime,
        may_wait: bool,
        more: Mapping[str, Any] = _NOTHING,
    ) -> None:
        longest = MAX_TIME if may_wait else MAX_TIME_AT_ONCE
        self.claims = claims
        self._deadline = time.monotonic() + longest.total_seconds()
        self._may_wait = may_wait
        self._variables = {"claims": claims, "now": now, **more}

    def require(self, check: Check) -> None:
        """Refuse claims that do not meet a condition.

        Raises:
            UnmetRequirementError: It is not true, or cannot be evaluated.
            WouldWaitError: It takes too long.
        """
        expression = check.expression
        try:
            met = expression.program.evaluate(self._variables, deadline=self._deadline)
        except EvaluationError as error:
            self._give_way_if_slow(error)
            raise UnmetRequirementError(
                f"check `{check.id}` cannot be evaluated: {expression.where(error)}",
                message=check.message,
            ) from error
        if met is not True:
            raise UnmetRequirementError(f"check `{check.id}`", message=check.message)

    def value_of(self, expression: Expression) -> Any:
        """Return what an expression says about the claims.

        Raises:
            MalformedCredentialError: Nothing: a claim is missing, or of another type.
            WouldWaitError: It takes too long.
        """
        try:
            return expression.program.evaluate(self._variables, deadline=self._deadline)
        except EvaluationError as error:
            self._give_way_if_slow(error)
            raise MalformedCredentialError(expression.where(error)) from error

    def _give_way_if_slow(self, error: EvaluationError) -> None:
        if isinstance(error, BudgetExceededError) and not self._may_wait:
            raise WouldWaitError from error


class Expressions:
    """Expressions with a name each, ready to be asked for all values at once.

    Args:
        expressions: By name.
        finish: Makes of a name and what its expression gave the value, which nobody can
            change; raises `MalformedCredentialError` if it is none.
    """

    def __init__(
        self,
        expressions: Mapping[str, Expression],
        *,
        finish: Callable[[str, Any], Any],
    ) -> None:
        self._finish = finish
        # What to say where no claim says otherwise, what to ask in any case, and what to
        # ask where a claim is there.
        self._unsaid: dict[str, Any] = {}
        self._always: dict[str, Expression] = {}
        self._by_claim: dict[str, dict[str, Expression]] = {}
        for name, expression in expressions.items():
            self._add(name, expression)

    def _add(self, name: str, expression: Expression) -> None:
        claims = expression.claims_read
        if claims is None:
            self._always[name] = expression
            return
        try:
            unsaid = expression.program.evaluate({"claims": {}})
            self._unsaid[name] = self._finish(name, unsaid)
        except (EvaluationError, MalformedCredentialError):
            # It cannot do without its claims, which the credential is then told.
            self._always[name] = expression
            return
        for claim in claims:
            self._by_claim.setdefault(claim, {})[name] = expression

    def values(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return the value of each expression, by its name.

        Raises:
            MalformedCredentialError: One of them has none.
            WouldWaitError: They take too long.
        """
        due = self._always.copy()
        for claim in evaluation.claims:
            if claim in self._by_claim:
                due.update(self._by_claim[claim])
        values = self._unsaid.copy()
        for name, expression in due.items():
            values[name] = self._finish(name, evaluation.value_of(expression))
        return values
