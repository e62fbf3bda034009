"""What decisions read: the inputs of expressions, and of all that can matter for a route.

`vars` are replaced by what they read themselves. `const` and `roles` are no inputs: the
files hold the one, and the decision makes the other. What is left is `identity`, `claims`,
`request`, `route` and `now`: with equal values, equal policies decide alike.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from gateway.cel.paths import Path, parse_path, shortest, write_path
from gateway.policy.expressions import Expression
from gateway.policy.frames import variables_in
from gateway.policy.plan import Plan, Requirement

INPUTS: Final = frozenset({"claims", "identity", "now", "request", "route"})


def reads_of(expression: Expression) -> set[str]:
    """Return all that an expression may read, itself or through `vars`."""
    reads: set[str] = set()
    for each in with_variables(expression):
        reads |= each.program.reads
    return reads


def with_variables(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and the `vars` that it reads, each once."""
    pending = [expression]
    seen: set[str] = set()
    while pending:
        current = pending.pop()
        yield current
        if current.frame is not None:
            fresh = variables_in(current.program.reads) - seen
            seen |= fresh
            pending += [current.frame.variables[name] for name in sorted(fresh)]


class ReadSets:
    """Finds the read sets of plans; what many expressions share is found once."""

    def __init__(self) -> None:
        # Ten thousand expressions name a hundred paths, again and again.
        self._paths: dict[str, Path] = {}
        self._written: dict[frozenset[Path], tuple[str, ...]] = {}

    def of_plan(self, plan: Plan) -> tuple[str, ...]:
        """Return the paths that decide by a plan may read, sorted, none below another.

        Args:
            plan: With all that could be consulted, the rules in shadow mode too.
        """
        texts: set[str] = set()
        for expression in _expressions(plan):
            if expression.frame is None:
                texts |= expression.program.reads
            else:
                texts |= reads_of(expression)
        rules = (*plan.allows.rules, *plan.shadows.rules)
        needs = [required(rule.require) for rule in rules if rule.require]
        paths = frozenset(filter(None, map(self._input, texts))).union(*needs)
        if paths not in self._written:
            self._written[paths] = tuple(sorted(map(write_path, shortest(paths))))
        return self._written[paths]

    def _input(self, text: str) -> Path:
        """Return a path that leads to what a decision is given; empty for another."""
        path = self._paths.get(text)
        if path is None:
            path = parse_path(text)
            path = self._paths[text] = path if path[0] in INPUTS else ()
        return path


def inputs_among(reads: Iterable[str]) -> frozenset[Path]:
    """Return the paths of a read set that lead to what a decision is given."""
    paths = map(parse_path, reads)
    return frozenset(path for path in paths if path[0] in INPUTS)


def _expressions(plan: Plan) -> Iterator[Expression]:
    for group in plan.groups:
        for role in group.roles:
            yield role.when
    for rules in (plan.denies, plan.allows, plan.shadows):
        for rule in rules.rules:
            yield rule.when
    for claim in plan.claims:
        yield claim.value


def required(require: Requirement) -> frozenset[Path]:
    """Return what tells whether a requirement is met."""
    paths: set[Path] = set()
    if require.acr:
        paths.add(("identity", "acr"))
    if require.sender:
        paths.add(("identity", "sender"))
    if require.auth_age is not None:
        paths |= {("identity", "auth_time"), ("now",)}
    return frozenset(paths)
