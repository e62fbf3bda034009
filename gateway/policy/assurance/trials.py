"""Tests with what they ask, ready to be decided many times."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.model.access import AccessRequest
from gateway.model.errors import GatewayError
from gateway.policy.testing import Case, PolicyTests, UnroutedError


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One test.

    Attributes:
        case: What it says.
        access: What it asks.
    """

    case: Case
    access: AccessRequest

    @property
    def name(self) -> str:
        """`policy/name of the test`."""
        return f"{self.case.policy.settings.policy.id}/{self.case.name}"


def trials_of(tests: PolicyTests, cases: Iterable[Case]) -> list[Trial]:
    """Return the tests that ask something; a request that leads nowhere asks nothing.

    Args:
        tests: Makes the identities and finds the routes.
        cases: What the files say.
    """
    trials = []
    for case in cases:
        try:
            access = tests.access_of(case)
        except (UnroutedError, GatewayError):
            # The test fails, and `gateway.policy.testing` says why.
            continue
        trials.append(Trial(case, access))
    return trials
