"""What each allow rule lacks, the smallest change first.

What was found is tried on the engine, and what that brings to light (a deny rule for the
role that would be held) is looked at again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.model.access import AccessRequest
from gateway.policy.engine import Engine
from gateway.policy.nearest.change import Action, Change, Changes, together
from gateway.policy.nearest.obstacles import Obstacles
from gateway.policy.nearest.supposing import NotSupposableError, suppose
from gateway.policy.plan import CompiledRule

# A change may bring another obstacle to light; what takes more rounds is no small change.
_ROUNDS = 4
_BUDGET = 5.0
_MOST_TRIED = 20


@dataclass(frozen=True, slots=True)
class Way:
    """How one allow rule would come to allow.

    Attributes:
        rule: The rule.
        changes: What would have to be otherwise; `None` if nothing would do.
        tried: Whether the engine allowed the request with the changes.
    """

    rule: CompiledRule
    changes: Changes
    tried: bool = False


def find_ways(engine: Engine, access: AccessRequest) -> list[Way]:
    """Return the ways to an answer that allows, those with the fewest changes first.

    Rules that lack nothing are left out. Of very many rules, only those that seem to lack
    least are tried.
    """
    plan = engine.plan_of(access.route.id, access.subject.identity.kind)
    obstacles = Obstacles(engine, access)
    ways = [Way(rule, obstacles.before(rule)) for rule in plan.allows.rules]
    found = [way for way in ways if way.changes is None or way.changes]
    found.sort(key=_rank)
    tried = [_try(engine, access, way) for way in found[:_MOST_TRIED]]
    return sorted([*tried, *found[_MOST_TRIED:]], key=_rank)


def _rank(way: Way) -> tuple[bool, int, bool]:
    count = 0 if way.changes is None else len(way.changes)
    return way.changes is None, count, not way.tried


def _try(engine: Engine, access: AccessRequest, way: Way) -> Way:
    """Return the way with what else is found on it, and whether it leads there."""
    rule, changes = way.rule, way.changes
    for _ in range(_ROUNDS):
        if changes is None:
            return Way(rule, None)
        try:
            supposed = suppose(access, changes)
        except NotSupposableError:
            return Way(rule, changes)
        found = Obstacles(engine, supposed).before(rule)
        if not found and found is not None:
            break
        changes = None if found is None else _later(changes, found)
    else:
        # One thing would have to be two.
        return way
    if not engine.decide(supposed, budget=_BUDGET).allowed:
        return Way(rule, changes)
    return Way(rule, _reduced(engine, access, rule, changes), tried=True)


def _reduced(
    engine: Engine,
    access: AccessRequest,
    rule: CompiledRule,
    changes: tuple[Change, ...],
) -> tuple[Change, ...]:
    """Return the changes without those that the rule allows the request without."""
    for change in changes[:_MOST_TRIED]:
        rest = tuple(each for each in changes if each is not change)
        decision = engine.decide(suppose(access, rest), budget=_BUDGET)
        if decision.allowed and decision.rule == rule.name:
            changes = rest
    return changes


def _later(earlier: Sequence[Change], found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes of all rounds; what is set anew is set once."""
    now = {change.path: change.now for change in earlier if change.path}
    anew = {change.path for change in found if change.action is Action.SET}
    kept = [change for change in earlier if change.path not in anew]
    # What it is now was said first: a later round sees what was only supposed.
    said = [replace(each, now=now.get(each.path, each.now)) for each in found]
    return together((tuple(kept), tuple(said))) or ()
