"""The requests that a comparison of two plans begins with.

The plainest of the place, those of the fixtures, and those that a directed search finds
for the goals; each also with a sign-in that is as strong and as fresh as rules require.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product
from typing import Any, Final

from gateway.policy.comparison.corpus import Place, fixtures_of, plain
from gateway.policy.comparison.goals import Goals, Half, goals
from gateway.policy.comparison.normal import Forms
from gateway.policy.comparison.searching.inputs import NOW, Edit, Inputs, Path
from gateway.policy.comparison.searching.search import Search
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.searching.terms import Parts
from gateway.policy.plan import Plan, Requirement

# For one goal: how many different requests are taken, and how many tried.
_SOLUTIONS: Final = 6
_PER_GOAL: Final = 200
_SECOND: Final = timedelta(seconds=1)

_Found = dict[tuple[object, ...], Inputs]


@dataclass(frozen=True, slots=True)
class Bases:
    """Finds requests to begin with.

    Attributes:
        sides: Old and new.
        made: Where compiled terms are kept.
        forms: Tells which rules differ.
    """

    sides: tuple[Side, Side]
    made: Parts
    forms: Forms

    def find(self, place: Place, old: Half, new: Half, *, tries: int) -> list[Inputs]:
        """Return requests at which two plans are likely to differ.

        Args:
            place: Where they decide.
            old: What is in force.
            new: What is proposed.
            tries: How many requests to try at most, in each direction.
        """
        plainest = list(plain(place, self.sides))
        found: _Found = {each.key: each for each in plainest}
        for side in self.sides:
            for kind, values in fixtures_of(side):
                if kind is place.kind:
                    each = plainest[0].edited(values)
                    found.setdefault(each.key, each)
        for ours, theirs in ((new, old), (old, new)):
            aims = goals(ours, theirs, self.forms)
            for each in self._solved(aims, plainest, tries):
                found.setdefault(each.key, each)
        for requirement in requirements_of(old.plan, new.plan):
            for each in list(found.values()):
                for edit in required(requirement, each, self.sides[1]):
                    changed = each.edited(edit)
                    found.setdefault(changed.key, changed)
        return list(found.values())

    def _solved(
        self, aims: Iterator[Goals], plainest: Sequence[Inputs], tries: int
    ) -> Iterator[Inputs]:
        for goal in aims:
            search = Search(self.made, min(tries, _PER_GOAL))
            tries -= search.left
            for first in plainest:
                solved = list(islice(search.solve(first, goal), _SOLUTIONS))
                yield from solved
                if solved:
                    break
            tries += search.left
            if tries <= 0:
                return


def requirements_of(*plans: Plan) -> list[Requirement]:
    """Return what the allow rules of plans require, each once."""
    demanded = (rule.require for plan in plans for rule in plan.allows.rules)
    return list(dict.fromkeys(each for each in demanded if each is not None))


def required(requirement: Requirement, inputs: Inputs, side: Side) -> Iterator[Edit]:
    """Yield edits of how somebody signed in: as is required, and just not so."""
    now = inputs.get(NOW, side.now)
    age = requirement.auth_age
    times = [now] if age is None else [now, now - age, now - age - _SECOND]
    contexts = [requirement.acr, ""] if requirement.acr else [None]
    senders = [requirement.sender, ""] if requirement.sender else [None]
    for acr, moment, sender in product(contexts, times, senders):
        edit: dict[Path, Any] = {("identity", "auth_time"): moment}
        if acr is not None:
            edit["identity", "acr"] = acr
        if sender is not None:
            edit["identity", "sender"] = sender
        yield edit
