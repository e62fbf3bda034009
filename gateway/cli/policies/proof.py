"""How much the tests prove, as far as `gateway test` is asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gateway.app.loading import Loaded
from gateway.cli.output import print_error, print_text
from gateway.cli.policies import coverage as coverage_report
from gateway.cli.policies import mutation as mutation_report
from gateway.cli.progress import progress
from gateway.config.configuration import PolicyFile
from gateway.policy.assurance.assessment import Assessment
from gateway.policy.assurance.coverage import Coverage, percent
from gateway.policy.assurance.mutation import Mutation
from gateway.policy.assurance.trials import trials_of
from gateway.policy.testing import Case, PolicyTests


@dataclass(frozen=True, slots=True)
class Proof:
    """What the tests have seen, and what they do not notice.

    Attributes:
        coverage: `None` if nobody asked.
        mutation: `None` if nobody asked, or if tests fail.
    """

    coverage: Coverage | None
    mutation: Mutation | None

    def is_enough(self, cover_min: float | None) -> bool:
        """Say whether no mutant survives and enough is covered, and print if it is not.

        Args:
            cover_min: How much has to be covered, in percent.
        """
        # As it was written: a tenth is no binary fraction.
        wanted = Fraction(str(cover_min or 0))
        if self.coverage is not None and percent(self.coverage) < wanted:
            print_error(f"less than {cover_min:g} % is covered")
            return False
        return self.mutation is None or not self.mutation.survivors

    def as_json(self) -> dict[str, Any]:
        """Return it in the types of JSON. Keys are added, never renamed."""
        shown = {}
        if self.coverage is not None:
            shown["coverage"] = coverage_report.as_json(self.coverage)
        if self.mutation is not None:
            shown["mutation"] = mutation_report.as_json(self.mutation)
        return shown

    def print_details(self) -> None:
        """Print what is missing."""
        if self.coverage is not None:
            coverage_report.print_coverage(self.coverage)
        if self.mutation is not None:
            mutation_report.print_mutation(self.mutation)

    def print_summary(self) -> None:
        """Print the figures."""
        if self.coverage is not None:
            print_text(coverage_report.summary(self.coverage))
        if self.mutation is not None:
            print_text(mutation_report.summary(self.mutation))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be proved, and by what.

    Attributes:
        loaded: The files.
        tests: What runs the tests.
        cases: The tests.
        policies: The files that they are to prove something of.
    """

    loaded: Loaded
    tests: PolicyTests
    cases: Sequence[Case]
    policies: Sequence[PolicyFile]


def prove(chosen: Chosen, *, cover: bool, mutate: bool) -> Proof:
    """Return how much the tests prove.

    Args:
        chosen: The tests and the files.
        cover: Whether to tell what they have seen.
        mutate: Whether to tell what they do not notice; all of them have to pass.
    """
    assessment = Assessment(
        engine=chosen.loaded.engine,
        routes=chosen.loaded.declared,
        policies=chosen.loaded.configuration.policies,
        chosen=chosen.policies,
        trials=trials_of(chosen.tests, chosen.cases),
    )
    with progress("tests", len(assessment.trials)) as advance:
        seen = assessment.observe(advance=advance)
    coverage = assessment.cover(seen) if cover else None
    if not mutate:
        return Proof(coverage, None)
    mutants = assessment.mutants()
    with progress("mutants", len(mutants)) as advance:
        return Proof(coverage, assessment.mutate(mutants, seen, advance=advance))
