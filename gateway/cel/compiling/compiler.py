"""From a plan to the closures that evaluate it.

What the checker knows is not tested again: only where a type is open does a closure look
at what it got. Constants are computed here, once. Small frequent shapes become a single
closure in `gateway.cel.compiling.fusion`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

from gateway.cel.compiling import closures, logic
from gateway.cel.compiling.closures import FIRST_LOCAL, Place, Run
from gateway.cel.compiling.dispatch import implementation
from gateway.cel.compiling.fusion import Make, fused, made_with
from gateway.cel.errors import EvaluationError, Problem, ValueFault
from gateway.cel.library.declaration import UNKNOWN, Implementation
from gateway.cel.meaning.cost import work_of
from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Field,
    Has,
    Invoke,
    Key,
    Local,
    Macro,
    MakeList,
    MakeMap,
    Plan,
    Terms,
    Variable,
)
from gateway.cel.parsing.syntax import Connective, Source
from gateway.cel.types import BOOL, DYN

Wrap = Callable[[Plan, Run, Sequence[Run]], Run]

# A term of `&&` or `||` that may cost more than this looks at the clock first.
LONG: Final = 1_000


@dataclass(slots=True)
class Compiler:
    """Compiles one expression; `problems` then holds constants that cannot work.

    Attributes:
        source: The expression's text.
        constants: Values of fields that never change, by path.
        is_long: Whether the expression may take so long that terms look at the clock.
        wrap: Put around each part's closure; is given the closures of those parts that
            the closure computes without calling them. For `explain`.
        replaced: Values of constants of the plan that have another one here, by the part's
            identity. For `gateway.cel.sharing.shapes`.
        parts: The closures of parts that have been compiled already, likewise.
        problems: What is wrong with constant arguments.
    """

    source: Source
    constants: Mapping[str, Any]
    is_long: bool = True
    wrap: Wrap | None = None
    replaced: Mapping[int, Any] = field(default_factory=dict)
    parts: Mapping[int, Run] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _values: dict[int, Any] = field(default_factory=dict)

    def compile(self, plan: Plan) -> Run:
        """Return what evaluates a part."""
        compiled = self.parts.get(id(plan))
        if compiled is not None:
            return compiled
        value = self.known(plan)
        if value is not UNKNOWN:
            run: Run | None = closures.constant(value)
        elif self.wrap is not None and isinstance(plan, Comprehension):
            # A fused loop has no elements to show its body with.
            run = None
        else:
            run = fused(plan, self.known, self.place)
        absorbed: Sequence[Plan] = plan.children
        if run is None:
            run, absorbed = self._build(plan), ()
        if self.wrap is None:
            return run
        return self.wrap(plan, run, [self.compile(part) for part in absorbed])

    def replacing(self, values: Mapping[int, Any]) -> "Compiler":
        """Return a compiler of the same plan with other constants."""
        return Compiler(
            self.source,
            self.constants,
            is_long=self.is_long,
            replaced=values,
            parts=self.parts,
        )

    def made_with(self, plan: Plan) -> tuple[Make, Plan] | None:
        """Return what makes the closure of a part, and of which constant, if that is all."""
        if self.known(plan) is not UNKNOWN:
            return None
        return made_with(plan, self.known, self.place)

    def _build(self, plan: Plan) -> Run:  # noqa: PLR0911 - one for each kind
        place = self.place(plan)
        match plan:
            case Variable():
                return closures.variable(plan.name, place)
            case Local():
                return closures.local(FIRST_LOCAL + plan.slot)
            case Field():
                return closures.field(self.compile(plan.operand), plan.name, place)
            case Key() | Has():
                make = closures.key if isinstance(plan, Key) else closures.has
                operand, checked = self.compile(plan.operand), plan.operand.type is DYN
                return make(operand, plan.name, place, checked=checked)
            case Invoke():
                return self._timed_search(plan, self._invoke(plan, place))
            case Terms():
                make_terms = (
                    logic.conjunction
                    if plan.connective is Connective.AND
                    else logic.disjunction
                )
                return make_terms([self._term(term) for term in plan.terms])
            case Choice():
                test = self._bool(plan.test)
                branches = self.compile(plan.then), self.compile(plan.otherwise)
                return closures.choice(test, *branches)
            case _:
                return self._aggregate(plan, place)

    def _aggregate(self, plan: Plan, place: Place) -> Run:
        match plan:
            case MakeList():
                return closures.make_list([self.compile(item) for item in plan.items])
            case MakeMap():
                entries = [(self.compile(k), self.compile(v)) for k, v in plan.entries]
                return closures.make_map(entries, place)
            case Comprehension():
                over, body = self.compile(plan.range), self.compile(plan.body)
                return self.loop(plan, over, body)
            case _:  # pragma: no cover
                raise AssertionError(f"no rule for {type(plan).__name__}")

    def loop(self, plan: Comprehension, over: Run, body: Run) -> Run:
        """Return the closure of a macro.

        Args:
            plan: The macro.
            over: Evaluates what it goes through.
            body: Evaluates what it asks of each element.
        """
        place = self.place(plan)
        if plan.range.type is DYN:
            over = closures.as_range(over, place)
        if plan.macro is not Macro.MAP:
            body = self._as_bool(plan.body, body)
        run = logic.comprehension(
            plan.macro, over, FIRST_LOCAL + plan.slot, body, place
        )
        # A loop inside a loop may be too short to ever look at the clock by itself.
        return logic.timed(run, place) if plan.slot else run

    def _term(self, plan: Plan) -> Run:
        return self.as_term(plan, self.compile(plan))

    def as_term(self, plan: Plan, run: Run) -> Run:
        """Return the closure of a part as an operand of `&&` or `||`."""
        run = self._as_bool(plan, run)
        if self.is_long and work_of(plan) >= LONG:
            return logic.timed(run, self.place(plan))
        return run

    def _timed_search(self, plan: Invoke, run: Run) -> Run:
        # Nothing interrupts a search, so the clock is looked at before it.
        searches = any(overload.rate is not None for overload in plan.overloads)
        if searches and self.is_long and work_of(plan) >= LONG:
            return logic.timed(run, self.place(plan))
        return run

    def _bool(self, plan: Plan) -> Run:
        return self._as_bool(plan, self.compile(plan))

    def _as_bool(self, plan: Plan, run: Run) -> Run:
        return run if plan.type is BOOL else closures.as_bool(run, self.place(plan))

    def _invoke(self, plan: Invoke, place: Place) -> Run:
        parts = [*plan.arguments, *plan.implicit]
        bare = self if self.wrap is None else replace(self, wrap=None)
        if plan.name == "!_" and plan.arguments[0].type is BOOL:
            return closures.negation(self.compile(plan.arguments[0]))
        apply = self.implementation_of(plan)
        runs = [self.compile(part) for part in plan.arguments]
        runs += [bare.compile(part) for part in plan.implicit]
        match parts:
            case [_, second] if self.wrap is None:
                value = self.known(second)
                if value is not UNKNOWN:
                    return closures.call_with_constant(apply, runs[0], value, place)
            case _:
                pass
        return closures.call(apply, runs, place)

    def implementation_of(self, plan: Invoke) -> Implementation:
        """Return what computes a call."""
        types = [argument.type for argument in plan.arguments]
        prepare = plan.overloads[0].prepare
        if prepare is None or len(plan.overloads) > 1:
            return implementation(
                plan.name, plan.overloads, types, checked=plan.checked
            )
        # A constant of unknown type may be of the wrong one; the run time will tell.
        values = [
            UNKNOWN if argument.type is DYN else self.known(argument)
            for argument in plan.arguments
        ]
        try:
            prepared = prepare(values, plan.type)
        except ValueFault as fault:
            self._refuse(plan, str(fault))
            return plan.overloads[0].apply
        if not plan.checked:
            return prepared
        overload = replace(plan.overloads[0], apply=prepared)
        return implementation(plan.name, [overload], types, checked=True)

    def known(self, plan: Plan) -> Any:
        """Return the value of a part that does not depend on any variable."""
        if isinstance(plan, Constant):
            return self.replaced.get(id(plan), plan.value)
        if isinstance(plan, Field) and isinstance(plan.operand, Variable):
            path = f"{plan.operand.name}.{plan.name}"
            return self.constants.get(path, UNKNOWN)
        key = id(plan)
        if key not in self._values:
            self._values[key] = self._fold(plan)
        return self._values[key]

    def _fold(self, plan: Plan) -> Any:
        # Maps are made anew each time: whoever gets one may want to write it down as
        # JSON, and the unchangeable kind cannot be.
        if not isinstance(plan, Invoke | MakeList) or (
            isinstance(plan, Invoke) and plan.implicit
        ):
            return UNKNOWN
        if any(self.known(child) is UNKNOWN for child in plan.children):
            return UNKNOWN
        try:
            bare = replace(self, wrap=None)
            value = bare._build(plan)({}, [inf, None])  # noqa: SLF001 - its own class
        except EvaluationError:
            return UNKNOWN
        return _frozen(value)

    def _refuse(self, plan: Invoke, message: str) -> None:
        problem = self.source.problem((plan.at, plan.end), "E215", message)
        if problem not in self.problems:
            self.problems.append(problem)

    def place(self, plan: Plan) -> Place:
        """Return where the errors of a part are placed."""
        return self.source.place(plan.at)


def _frozen(value: Any) -> Any:
    """Return a constant that nobody can change between two evaluations."""
    return tuple(value) if isinstance(value, list) else value
