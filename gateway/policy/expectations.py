"""What a test expected of a decision, and in what the decision differs from it.

Everything that a decision says can be expected; what a test leaves out is not compared.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.config.policies.tests import Expectation, ExpectedChallenge
from gateway.model.access import AccessRequest
from gateway.model.decision import Challenge, Decision


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a test expected otherwise.

    Attributes:
        what: `allow`, `rule`, `roles`, `reason`, `status`, `challenge`, `challenge.NAME`,
            `mint.NAME`, `shadow.RULE`, `faults`, or `request` if there was nothing to
            decide.
        expected: As the test has it.
        got: As it came out.
    """

    what: str
    expected: Any
    got: Any


def find_differences(
    expected: Expectation, decision: Decision, *, policy: str, access: AccessRequest
) -> Iterator[Difference]:
    """Yield everything that came out otherwise.

    Args:
        expected: What the test says.
        decision: What was decided.
        policy: Id of the test's policy; rules without a policy's name are its own.
        access: What was asked.
    """
    own_words = expected.reason is not None and expected.reason == decision.message
    got = {
        "allow": decision.allowed,
        "rule": decision.rule,
        "roles": list(decision.roles),
        "reason": decision.message if own_words else decision.reason.value,
        "status": _status(decision, anonymous=access.subject.anonymous),
    }
    wanted = {what: getattr(expected, what) for what in got}
    if expected.rule:
        wanted["rule"] = full_name(expected.rule, policy)
    if expected.roles is not None:
        wanted["roles"] = sorted(expected.roles)
    for what, value in got.items():
        if wanted[what] is not None and wanted[what] != value:
            yield Difference(what, wanted[what], value)
    if expected.challenge is not None:
        yield from _challenge(expected.challenge, decision.challenge)
    yield from _mint(expected.mint or {}, decision, access)
    yield from _shadow(expected.shadow or {}, decision, policy)
    if expected.faults is not None:
        yield from _faults(expected.faults, decision)


def full_name(rule: str, policy: str) -> str:
    """Return `policy/rule`, also of a rule that is named without its policy."""
    return rule if "/" in rule else f"{policy}/{rule}"


def _status(decision: Decision, *, anonymous: bool) -> int:
    if decision.allowed:
        return 200
    return 401 if decision.needs_authentication(anonymous=anonymous) else 403


def _challenge(
    expected: ExpectedChallenge, challenge: Challenge | None
) -> Iterator[Difference]:
    if challenge is None:
        wanted = expected.error or expected.model_dump(exclude_none=True)
        yield Difference("challenge", wanted, None)
        return
    if expected.error not in {None, challenge.error}:
        yield Difference("challenge", expected.error, challenge.error)
    if expected.acr not in {None, challenge.acr}:
        yield Difference("challenge.acr", expected.acr, challenge.acr)
    if expected.max_age not in {None, challenge.max_age}:
        yield Difference("challenge.max_age", expected.max_age, challenge.max_age)
    if expected.sender not in {None, challenge.sender}:
        yield Difference("challenge.sender", expected.sender, challenge.sender)


def _mint(
    expected: Mapping[str, Any], decision: Decision, access: AccessRequest
) -> Iterator[Difference]:
    claims = dict(decision.claims)
    if decision.allowed:
        claims["aud"] = access.route.audience
    for name, value in expected.items():
        if not _same(value, claims.get(name)):
            yield Difference(f"mint.{name}", value, claims.get(name))


def _same(expected: Any, value: Any) -> bool:
    # As JSON, where a list is a list and `1` is not `true`.
    return json.dumps(expected, sort_keys=True, default=str) == json.dumps(
        value, sort_keys=True
    )


def _shadow(
    expected: Mapping[str, str], decision: Decision, policy: str
) -> Iterator[Difference]:
    outcomes = {result.rule: result.outcome for result in decision.shadow}
    for rule, wanted in expected.items():
        outcome = outcomes.get(full_name(rule, policy), "none")
        if outcome != wanted:
            yield Difference(f"shadow.{rule}", wanted, outcome)


def _faults(expected: Sequence[str], decision: Decision) -> Iterator[Difference]:
    faults = [f"{fault.where}: {fault.message}" for fault in decision.faults]
    told = all(any(part in fault for fault in faults) for part in expected)
    known = all(any(part in fault for part in expected) for fault in faults)
    if not (told and known and len(faults) == len(expected)):
        yield Difference("faults", list(expected), faults)
