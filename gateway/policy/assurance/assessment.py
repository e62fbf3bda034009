"""What the tests prove of the policies: the face of this package."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.config.configuration import PolicyFile
from gateway.model.route import Route
from gateway.policy.assurance.coverage import Coverage, measure
from gateway.policy.assurance.items import find_items
from gateway.policy.assurance.mutants import Mutant
from gateway.policy.assurance.mutation import Arena, Mutation, find_mutants, mutate
from gateway.policy.assurance.observation import Observation, observe
from gateway.policy.assurance.rule_mutants import Surroundings
from gateway.policy.assurance.trials import Trial
from gateway.policy.engine import Engine
from gateway.policy.patterns import RoutePatterns


@dataclass(frozen=True, slots=True)
class Assessment:
    """Policies with tests.

    Attributes:
        engine: What was compiled from the files.
        routes: All routes.
        policies: All files, in their order.
        chosen: Those that are to be assessed.
        trials: The tests that are to prove something of them.
    """

    engine: Engine
    routes: Sequence[Route]
    policies: Sequence[PolicyFile]
    chosen: Sequence[PolicyFile]
    trials: Sequence[Trial]

    def observe(self, *, advance: Callable[[], None]) -> Observation:
        """Return what the tests see.

        Args:
            advance: Called after each test.
        """
        return observe(self.engine, self.routes, self.trials, advance=advance)

    def cover(self, seen: Observation) -> Coverage:
        """Return how much of the chosen files the tests have seen."""
        items = find_items(self.chosen, self.engine, self.routes)
        return measure(items, self.chosen, seen)

    def mutants(self) -> list[Mutant]:
        """Return the mistakes that somebody could have made in the chosen files."""
        patterns = RoutePatterns(route_ids=[route.id for route in self.routes])
        around = Surroundings(self.engine, patterns, self.policies)
        items = find_items(self.chosen, self.engine, self.routes)
        return find_mutants(items, around)

    def mutate(
        self,
        mutants: Sequence[Mutant],
        seen: Observation,
        *,
        advance: Callable[[], None],
    ) -> Mutation:
        """Return which of the mistakes no test notices.

        Args:
            mutants: The mistakes.
            seen: What the tests have seen; all of them have to pass.
            advance: Called after each mistake.
        """
        arena = Arena(self.engine, self.trials, seen)
        return mutate(mutants, arena, advance=advance)
