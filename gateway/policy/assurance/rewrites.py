"""Small mistakes in one expression: each a part replaced by another.

What somebody could have written by a slip, or what could be lost in an edit: a term left
out, `&&` for `||`, `==` for `!=`, `<` for `<=`, a `!` forgotten, an element missing from a
list, an empty text. Left out are changes that could make no difference, and those that come
to the same as another one: in `a && b`, a false `a` is the same as a false whole.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from gateway.cel.library.operators import OPERATORS
from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Invoke,
    Macro,
    MakeList,
    Plan,
    Terms,
    walk,
)
from gateway.cel.parsing.syntax import Connective
from gateway.cel.types import BOOL
from gateway.policy.assurance.conditions import (
    fixed_variables,
    is_negation,
    varies_in,
)
from gateway.policy.expressions import Expression

_FLIPPED: Final = {
    "_==_": "_!=_",
    "_!=_": "_==_",
    "_<_": "_<=_",
    "_<=_": "_<_",
    "_>_": "_>=_",
    "_>=_": "_>_",
}
# Of more terms than these, only the one that is lost is shown.
_LONG: Final = 8
_EQUALITY: Final = frozenset({"_==_", "_!=_"})
_QUANTIFIERS: Final = {Macro.ALL: Macro.EXISTS, Macro.EXISTS: Macro.ALL}


@dataclass(frozen=True, slots=True, eq=False)
class Rewrite:
    """One part of an expression, and what takes its place.

    Attributes:
        old: The part.
        new: What takes its place.
        at: The part to point at: what is lost, or what is changed.
        before: The text that is changed.
        after: What it becomes.
        hint: The test that would notice, as the end of `a test in which ...`.
    """

    old: Plan
    new: Plan
    at: Plan
    before: str
    after: str
    hint: str


def rewrites_of(expression: Expression, *, is_condition: bool) -> Iterator[Rewrite]:
    """Yield the mistakes that somebody could have made in an expression.

    Args:
        expression: The expression.
        is_condition: Whether its value has to be a bool, also if only the run time knows.
    """
    program = expression.program
    rewriter = _Rewriter(program.source, fixed_variables(expression.frame))
    if is_condition or program.plan.type is BOOL:
        yield from rewriter.whole(program.plan)
    for part in walk(program.plan):
        yield from rewriter.part(part)


class _Rewriter:
    def __init__(self, source: str, fixed: AbstractSet[str]) -> None:
        self._source = source
        self._fixed = fixed

    def whole(self, plan: Plan) -> Iterator[Rewrite]:
        """Yield what can go wrong with a condition as a whole."""
        text = self._text(plan)
        if isinstance(plan, Constant):
            other = not plan.value
            yield self._made(plan, _bool(plan, value=other), "it is consulted")
            return
        if not self._varies(plan):
            return
        yield self._made(plan, _bool(plan, value=True), f"{_quoted(text)} is false")
        yield self._made(plan, _bool(plan, value=False), f"{_quoted(text)} is true")
        if not is_negation(plan) and not _is_equality(plan):
            hint = f"{_quoted(text)} is true, or one in which it is false"
            yield self._made(plan, _not(plan), hint, f"!({text})")

    def part(self, plan: Plan) -> Iterator[Rewrite]:
        """Yield what can go wrong with a part, those below it apart."""
        if not self._varies(plan):
            return
        match plan:
            case Terms():
                yield from self._terms(plan)
            case Choice():
                yield from self._choice(plan)
            case Comprehension():
                yield from self._macro(plan)
            case Invoke():
                yield from self._invoke(plan)
            case _:
                pass

    def _terms(self, plan: Terms) -> Iterator[Rewrite]:
        is_and = plan.connective is Connective.AND
        other = Connective.OR if is_and else Connective.AND
        texts = [self._text(term) for term in plan.terms]
        hint = "only some of the terms are true"
        yield self._made(
            plan, replace(plan, connective=other), hint, f" {other} ".join(texts)
        )
        is_long = len(texts) > _LONG
        for number, term in enumerate(plan.terms):
            if not self._varies(term):
                continue
            rest = [*plan.terms[:number], *plan.terms[number + 1 :]]
            left = [] if is_long else texts[:number] + texts[number + 1 :]
            new = rest[0] if len(rest) == 1 else replace(plan, terms=tuple(rest))
            if is_and:
                hint = f"{_quoted(texts[number])} is false and all beside it is true"
            else:
                hint = f"{_quoted(texts[number])} is true and all beside it is false"
            yield Rewrite(
                old=plan,
                new=new,
                at=term,
                before=texts[number] if is_long else self._text(plan),
                after=f" {plan.connective} ".join(left) or "nothing",
                hint=hint,
            )

    def _choice(self, plan: Choice) -> Iterator[Rewrite]:
        test = _quoted(self._text(plan.test))
        yield self._made(plan, plan.then, f"{test} is false", self._text(plan.then))
        yield self._made(
            plan, plan.otherwise, f"{test} is true", self._text(plan.otherwise)
        )
        for branch in (plan.then, plan.otherwise):
            if branch.type is BOOL and self._varies(branch):
                text = _quoted(self._text(branch))
                for value in (True, False):
                    hint = f"{text} is {str(not value).lower()} and chosen"
                    yield self._made(branch, _bool(branch, value=value), hint)

    def _macro(self, plan: Comprehension) -> Iterator[Rewrite]:
        body = plan.body
        text = _quoted(self._text(body))
        if plan.macro in _QUANTIFIERS:
            other = _QUANTIFIERS[plan.macro]
            hint = f"{text} is true for some elements and false for others"
            after = self._with_name(plan, other)
            yield self._made(plan, replace(plan, macro=other), hint, after)
        if plan.macro is Macro.MAP or not self._varies(body):
            return
        # `all` of nothing but truths, and `exists` of none, are mistakes of the whole.
        if plan.macro is not Macro.ALL:
            hint = f"{text} is false for an element"
            yield self._made(body, _bool(body, value=True), hint)
        if plan.macro in {Macro.ALL, Macro.FILTER}:
            hint = f"{text} is true for an element"
            yield self._made(body, _bool(body, value=False), hint)

    def _with_name(self, plan: Comprehension, name: str) -> str:
        begin = plan.at - plan.start
        text = self._text(plan)
        return text[:begin] + name + text[begin + len(plan.macro) :]

    def _invoke(self, plan: Invoke) -> Iterator[Rewrite]:
        if is_negation(plan):
            operand = plan.arguments[0]
            text = self._text(operand)
            hint = f"{_quoted(text)} is true, or one in which it is false"
            yield self._made(plan, operand, hint, text)
        elif plan.name in _FLIPPED:
            yield self._flipped(plan)
        if plan.name in _EQUALITY:
            return
        for argument in plan.arguments:
            match argument:
                case MakeList(items=items) if len(items) > 1:
                    yield from self._shortened(argument)
                case Constant(value=str(value)) if value and plan.name != "_in_":
                    empty = replace(argument, value="")
                    hint = f"{_quoted(self._text(argument))} makes a difference"
                    yield self._made(argument, empty, hint, "''")
                case _:
                    pass

    def _flipped(self, plan: Invoke) -> Rewrite:
        name = _FLIPPED[plan.name]
        kinds = {overload.parameters for overload in plan.overloads}
        overloads = [one for one in OPERATORS[name] if one.parameters in kinds]
        left, right = plan.arguments
        sign, flipped = plan.name.strip("_"), name.strip("_")
        between = self._source[left.end : right.start].replace(sign, flipped, 1)
        is_equality = plan.name in _EQUALITY
        hint = (
            "the two are equal, or one in which they are not"
            if is_equality
            else f"{_quoted(self._text(left))} is {_quoted(self._text(right))} exactly"
        )
        return self._made(
            plan,
            replace(plan, name=name, overloads=tuple(overloads)),
            hint,
            self._text(left, since=plan) + between + self._text(right, until=plan),
        )

    def _shortened(self, plan: MakeList) -> Iterator[Rewrite]:
        texts = [self._text(item) for item in plan.items]
        for number, item in enumerate(plan.items):
            rest = [*plan.items[:number], *plan.items[number + 1 :]]
            left = texts[:number] + texts[number + 1 :]
            yield Rewrite(
                old=plan,
                new=replace(plan, items=tuple(rest)),
                at=item,
                before=self._text(plan),
                after=f"[{', '.join(left)}]",
                hint=f"{_quoted(texts[number])} in the list makes a difference",
            )

    def _made(self, old: Plan, new: Plan, hint: str, after: str = "") -> Rewrite:
        if isinstance(new, Constant) and not after:
            after = str(new.value).lower()
        return Rewrite(old, new, old, self._text(old), after, hint)

    def _text(
        self, plan: Plan, *, since: Plan | None = None, until: Plan | None = None
    ) -> str:
        start = plan.start if since is None else since.start
        end = plan.end if until is None else until.end
        return self._source[start:end]

    def _varies(self, plan: Plan) -> bool:
        return varies_in(plan, self._fixed)


def _bool(plan: Plan, *, value: bool) -> Constant:
    return Constant(plan.start, plan.end, plan.at, BOOL, value)


def _not(plan: Plan) -> Invoke:
    return Invoke(
        plan.start,
        plan.end,
        plan.at,
        BOOL,
        name="!_",
        overloads=tuple(OPERATORS["!_"]),
        arguments=(plan,),
        implicit=(),
        checked=False,
    )


def _is_equality(plan: Plan) -> bool:
    return isinstance(plan, Invoke) and plan.name in _EQUALITY


def _quoted(text: str) -> str:
    return "`" + " ".join(text.split()) + "`"
