"""What the tests have to see of each policy file, and what they have not seen.

All of it, a hundred percent, is: each condition true and false, be it a rule's, a role's, a
variable's or a part of one; each claim and each other variable evaluated; each requirement
met and not met. A condition that cannot vary has to be evaluated. Errors are counted and
never demanded: most conditions have none, and the others deny
(docs/decisions/0015-coverage-and-mutation.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateway.cel.types import BOOL
from gateway.config.configuration import PolicyFile
from gateway.policy.assurance.conditions import varies
from gateway.policy.assurance.items import Item, ItemKind
from gateway.policy.assurance.observation import Observation, Sight, Tally
from gateway.policy.expressions import Expression

_CONDITIONAL = frozenset({ItemKind.ROLE, ItemKind.RULE})


@dataclass(frozen=True, slots=True)
class Point:
    """Something that tests have to see.

    Attributes:
        where: `file:line:column`.
        text: What it is, as it is written.
        demands: What has to be seen of it: `true`, `false`, `value`, `met`, `not met`.
        lacks: Those of them that were not.
        true: How often it was true, or met.
        false: How often it was false, or not met.
        error: How often it failed.
        other: How often it had a value that is no bool.
    """

    where: str
    text: str
    demands: tuple[str, ...]
    lacks: tuple[str, ...]
    true: int = 0
    false: int = 0
    error: int = 0
    other: int = 0

    @property
    def is_reached(self) -> bool:
        """Whether any test came to it."""
        return bool(self.true or self.false or self.error or self.other)


@dataclass(frozen=True, slots=True)
class ItemCoverage:
    """What was seen of a variable, role, rule or claim.

    Attributes:
        kind: What it is.
        name: Its name in its file.
        whole: Of its expression.
        conditions: Of the conditions in it.
        require: Of what a rule requires; `None` if it requires nothing.
        decided: Of a rule, how many tests it decided.
    """

    kind: ItemKind
    name: str
    whole: Point
    conditions: tuple[Point, ...] = ()
    require: Point | None = None
    decided: int = 0

    @property
    def label(self) -> str:
        """Its kind and name: `rule read-own`."""
        return f"{self.kind} {self.name}"

    @property
    def points(self) -> tuple[Point, ...]:
        """Everything that has to be seen of it."""
        required = () if self.require is None else (self.require,)
        return (self.whole, *self.conditions, *required)


@dataclass(frozen=True, slots=True)
class FileCoverage:
    """What was seen of a policy file.

    Attributes:
        policy: Its id.
        file: Its name.
        items: In the order of the file.
    """

    policy: str
    file: str
    items: tuple[ItemCoverage, ...]

    @property
    def covered(self) -> int:
        """How many of the demands were seen."""
        return self.demanded - sum(len(point.lacks) for point in self._points())

    @property
    def demanded(self) -> int:
        """How much has to be seen."""
        return sum(len(point.demands) for point in self._points())

    def _points(self) -> Iterator[Point]:
        for item in self.items:
            yield from item.points


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen of all files.

    Attributes:
        files: In their order.
    """

    files: tuple[FileCoverage, ...]

    @property
    def covered(self) -> int:
        """How many of the demands were seen."""
        return sum(file.covered for file in self.files)

    @property
    def demanded(self) -> int:
        """How much has to be seen."""
        return sum(file.demanded for file in self.files)


def percent(part: FileCoverage | Coverage) -> Fraction:
    """Return how much of the demands was seen, exactly; all of nothing is all."""
    if not part.demanded:
        return Fraction(100)
    return Fraction(100 * part.covered, part.demanded)


def measure(
    items: Sequence[Item], policies: Sequence[PolicyFile], seen: Observation
) -> Coverage:
    """Return what was seen of the items of each file.

    Args:
        items: As `gateway.policy.assurance.items` finds them in the files.
        policies: The files.
        seen: What the tests have seen.
    """
    by_file: dict[str, list[ItemCoverage]] = {}
    for item in items:
        name = item.policy.document.name
        by_file.setdefault(name, []).append(_item(item, seen))
    return Coverage(
        tuple(
            FileCoverage(
                policy=policy.settings.policy.id,
                file=policy.document.name,
                items=tuple(by_file.get(policy.document.name, ())),
            )
            for policy in policies
        )
    )


def _item(item: Item, seen: Observation) -> ItemCoverage:
    expression = item.expression
    whole = Tally()
    conditions: tuple[Point, ...] = ()
    if expression is not None:
        sight = seen.sights[expression]
        whole, conditions = sight.whole, tuple(_conditions(expression, sight))
    is_rule = item.kind is ItemKind.RULE
    return ItemCoverage(
        kind=item.kind,
        name=item.name,
        whole=_point(item.where, item.text, _demands(item.kind, expression), whole),
        conditions=conditions,
        require=_requirement(item, seen) if is_rule else None,
        decided=seen.decided_by(item.full_name) if is_rule else 0,
    )


def _demands(kind: ItemKind, expression: Expression | None) -> tuple[str, ...]:
    is_condition = kind in _CONDITIONAL or (
        expression is not None and expression.program.type is BOOL
    )
    if is_condition and (expression is None or varies(expression)):
        return ("true", "false")
    return ("value",)


def _conditions(expression: Expression, sight: Sight) -> Iterator[Point]:
    program = expression.program
    for part, tally in sight.conditions.items():
        where = expression.place.at(*program.place_of(part))
        text = program.source[part.start : part.end]
        yield _point(where, text, ("true", "false"), tally)


def _requirement(item: Item, seen: Observation) -> Point | None:
    keys = (*item.keys[:-1], "require")
    if not item.policy.document.has(keys):
        return None
    tally = seen.requirements.get(item.full_name, Tally())
    where = item.policy.document.where(keys)
    return _point(where, "require", ("met", "not met"), tally)


def _point(where: str, text: str, demands: tuple[str, ...], tally: Tally) -> Point:
    counts = {
        "true": tally.true,
        "met": tally.true,
        "false": tally.false,
        "not met": tally.false,
        # A bool that need not be both is a value like any other.
        "value": tally.other + tally.true + tally.false,
    }
    return Point(
        where=where,
        text=text,
        demands=demands,
        lacks=tuple(demand for demand in demands if not counts[demand]),
        true=tally.true,
        false=tally.false,
        error=tally.error,
        other=tally.other,
    )
