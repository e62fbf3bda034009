"""The answer of the policies.

Section f of the reference, in this order: role mapping, deny rules, allow rules, what they
require, claims to mint; then the rules in shadow mode, in what is left of the time. What
cannot be evaluated denies (docs/decisions/0007-policy-semantics.md).

An engine is made by `gateway.policy.compiler` and never changes: any number of threads may
ask it at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from time import monotonic, perf_counter_ns
from typing import Any

from gateway.config.faults import Fault
from gateway.model.access import AccessRequest
from gateway.model.decision import (
    Decision,
    PolicyFault,
    Reason,
    ShadowResult,
    StepTimes,
)
from gateway.model.identity import IdentityKind
from gateway.policy.evaluation import Evaluation, FailedExpressionError
from gateway.policy.json_values import NotJsonError, as_json, written_bytes
from gateway.policy.plan import (
    CompiledClaim,
    CompiledRule,
    Plan,
    RoleGroup,
    RoutePlans,
)

# All claims of a decision together, names included, as the token's JSON has them. With what
# the gateway adds, the token still fits into a header.
MAX_CLAIMS_BYTES = 8 * 1024
# `{"name":"value"}` has so many more than its name and its value.
_AROUND = len("{:}")

_NOTHING = Plan()


class Engine:
    """Decides by the policies of one configuration.

    Attributes:
        digest: Hex SHA-256 of the policies and of what else decides.
    """

    def __init__(
        self,
        *,
        plans: Mapping[str, RoutePlans],
        decision_time: timedelta,
        digest: str,
        warnings: Callable[[], Sequence[Fault]] = tuple,
    ) -> None:
        """Take over what the compiler has made.

        Args:
            plans: By route id.
            decision_time: A decision that takes longer is a denial.
            digest: See the class.
            warnings: Finds what looks wrong in the policies, without being an error.
        """
        self._plans = plans
        self._budget = decision_time.total_seconds()
        self.digest = digest
        self._find_warnings = warnings

    @cached_property
    def warnings(self) -> Sequence[Fault]:
        """What looks wrong in the policies, without being an error.

        Looked for when it is first asked for: whoever replays a log or compares two sets
        of policies does not ask.
        """
        return self._find_warnings()

    def with_plans(self, plans: Mapping[str, RoutePlans]) -> "Engine":
        """Return an engine that decides by other plans, for what tests the policies.

        Args:
            plans: By route id.
        """
        return Engine(
            plans=plans,
            decision_time=timedelta(seconds=self._budget),
            digest=self.digest,
        )

    def plan_of(self, route_id: str, kind: IdentityKind) -> Plan:
        """Return all that can matter for a route and an audience kind."""
        plans = self._plans.get(route_id)
        return _NOTHING if plans is None else plans.get(kind, _NOTHING)

    def open_to_guests(self, route_id: str) -> bool:
        """Whether any rule may allow a guest to use the route."""
        return bool(self.plan_of(route_id, IdentityKind.GUEST).allows.rules)

    def plans(self) -> Iterator[Plan]:
        """Yield the plans of all routes and kinds; routes that are alike share theirs."""
        for plans in self._plans.values():
            yield from plans.values()
        yield _NOTHING

    def decide(
        self,
        access: AccessRequest,
        *,
        budget: float | None = None,
        steps: StepTimes | None = None,
    ) -> Decision:
        """Return whether the request may pass. What fails, denies.

        Args:
            access: The question.
            budget: Seconds that it may take; by default, `decision_time`.
            steps: Filled in with the times of the steps, if given.
        """
        plan = self.plan_of(access.route.id, access.subject.identity.kind)
        seconds = self._budget if budget is None else budget
        evaluation = Evaluation(access, deadline=monotonic() + seconds, steps=steps)
        decision = self.enforce(access, evaluation)
        roles = evaluation.roles
        if plan.shadows.rules and roles is not None:
            shadow = _shadow(plan, evaluation, roles, access)
            evaluation.steps.shadow = perf_counter_ns()
            return replace(decision, shadow=shadow)
        return decision

    def enforce(self, access: AccessRequest, evaluation: Evaluation) -> Decision:
        """Return the decision, without what rules in shadow mode say to it.

        Args:
            access: The question.
            evaluation: What evaluates the expressions. Whatever it raises, other than the
                failure of an expression, comes through.
        """
        plan = self.plan_of(access.route.id, access.subject.identity.kind)
        times = evaluation.steps
        times.began = perf_counter_ns()
        try:
            roles = map_roles(plan, evaluation)
        except FailedExpressionError as error:
            times.roles = perf_counter_ns()
            return self._failed(error, ())
        times.roles = perf_counter_ns()
        evaluation.hold(roles)
        try:
            decision = self._apply_rules(plan, evaluation, roles, access)
        except FailedExpressionError as error:
            decision = self._failed(error, roles)
        # The last step that was begun ends here, whichever it is.
        if times.allow:
            times.mint = perf_counter_ns()
        elif times.deny:
            times.allow = perf_counter_ns()
        else:
            times.deny = perf_counter_ns()
        return decision

    def _apply_rules(
        self,
        plan: Plan,
        evaluation: Evaluation,
        roles: tuple[str, ...],
        access: AccessRequest,
    ) -> Decision:
        denial = self._find_denial(plan, evaluation, roles)
        if denial is not None:
            return denial
        evaluation.steps.deny = perf_counter_ns()
        unmet: list[CompiledRule] = []
        candidates = plan.allows.for_roles(roles)
        for rule in candidates:
            if evaluation.holds(rule.when):
                if rule.is_met_by(access):
                    return self._allow(rule, plan, evaluation, roles)
                unmet.append(rule)
        if unmet:
            return self._step_up(unmet[0], roles)
        roleless = plan.groups and not roles and not candidates
        return Decision(
            allowed=False,
            reason=Reason.NO_ROLE if roleless else Reason.NO_ALLOW,
            roles=roles,
            digest=self.digest,
        )

    def _find_denial(
        self, plan: Plan, evaluation: Evaluation, roles: tuple[str, ...]
    ) -> Decision | None:
        """Return the denial by the deny rules, `None` if all of them let pass.

        A rule that fails does not hide one that matches: whatever the order, the answer
        is the same, down to its reason.
        """
        faults: list[PolicyFault] = []
        for rule in plan.denies.for_roles(roles):
            try:
                matches = evaluation.holds(rule.when)
            except FailedExpressionError as error:
                if error.timed_out:
                    raise
                faults.append(error.fault)
                continue
            if matches:
                return Decision(
                    allowed=False,
                    reason=Reason.DENIED_BY_RULE,
                    rule=rule.name,
                    message=rule.message,
                    roles=roles,
                    faults=tuple(faults),
                    digest=self.digest,
                )
        if faults:
            return Decision(
                allowed=False,
                reason=Reason.POLICY_ERROR,
                roles=roles,
                faults=tuple(faults),
                digest=self.digest,
            )
        return None

    def _allow(
        self,
        rule: CompiledRule,
        plan: Plan,
        evaluation: Evaluation,
        roles: tuple[str, ...],
    ) -> Decision:
        evaluation.steps.allow = perf_counter_ns()
        claims = mint_claims(plan.claims, evaluation)
        if monotonic() > evaluation.deadline:
            return Decision(
                allowed=False,
                reason=Reason.POLICY_TIMEOUT,
                roles=roles,
                digest=self.digest,
            )
        return Decision(
            allowed=True,
            reason=Reason.ALLOWED,
            rule=rule.name,
            roles=roles,
            claims=claims,
            digest=self.digest,
        )

    def _step_up(self, rule: CompiledRule, roles: tuple[str, ...]) -> Decision:
        return Decision(
            allowed=False,
            reason=Reason.STEP_UP,
            rule=rule.name,
            message=rule.message,
            roles=roles,
            challenge=rule.challenge,
            digest=self.digest,
        )

    def _failed(self, error: FailedExpressionError, roles: tuple[str, ...]) -> Decision:
        timed_out = error.timed_out
        return Decision(
            allowed=False,
            reason=Reason.POLICY_TIMEOUT if timed_out else Reason.POLICY_ERROR,
            roles=roles,
            faults=(error.fault,),
            digest=self.digest,
        )


def map_roles(plan: Plan, evaluation: Evaluation) -> tuple[str, ...]:
    """Return the roles that the identity holds here, sorted.

    Raises:
        FailedExpressionError: A mapping failed. None of the roles may be believed then:
            a deny rule may ask for the one that is missing.
    """
    roles: list[str] = []
    for group in plan.groups:
        roles += _map_group(group, evaluation)
    if plan.ceiling is not None:
        roles = [role for role in roles if role in plan.ceiling]
    return tuple(sorted(roles))


def _map_group(group: RoleGroup, evaluation: Evaluation) -> Sequence[str]:
    held = []
    for role in group.roles:
        if evaluation.holds(role.when):
            held.append(role.id)
            if group.first_only:
                break
    if not held and group.default:
        return (group.default,)
    return held


def mint_claims(
    claims: Sequence[CompiledClaim], evaluation: Evaluation
) -> dict[str, Any]:
    """Return the values of all claims by name, as JSON has them.

    Raises:
        FailedExpressionError: One has no value, or one that JSON cannot write, or with it
            they are more than `MAX_CLAIMS_BYTES`.
    """
    minted: dict[str, Any] = {}
    left = MAX_CLAIMS_BYTES
    for claim in claims:
        value = evaluation.value_of(claim.value)
        try:
            minted[claim.name] = written = as_json(value)
            left -= written_bytes(claim.name) + written_bytes(written) + _AROUND
        except NotJsonError as error:
            raise _unwritable(claim, f"the claim holds {error}") from error
        if left < 0:
            message = f"the claims are more than {MAX_CLAIMS_BYTES} bytes of JSON"
            raise _unwritable(claim, message)
    return minted


def _unwritable(claim: CompiledClaim, message: str) -> FailedExpressionError:
    return FailedExpressionError(PolicyFault(claim.value.place.at(), message))


def _shadow(
    plan: Plan,
    evaluation: Evaluation,
    roles: tuple[str, ...],
    access: AccessRequest,
) -> tuple[ShadowResult, ...]:
    return tuple(
        ShadowResult(rule.name, rule.effect, _watch(rule, evaluation, access))
        for rule in plan.shadows.for_roles(roles)
    )


def _watch(rule: CompiledRule, evaluation: Evaluation, access: AccessRequest) -> str:
    if monotonic() > evaluation.deadline:
        # Told, because a rule that is never asked looks like one that never matches.
        return "skipped"
    try:
        matches = evaluation.holds(rule.when) and rule.is_met_by(access)
    except FailedExpressionError:
        return "error"
    return "true" if matches else "false"
