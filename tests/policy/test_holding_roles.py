"""Who holds which role, and what that opens: section f of the reference, rule 5."""

from gateway.model.decision import Reason
from tests.policy.files import (
    ALLOW_ALL,
    FEED,
    GUEST,
    PERSON,
    READ,
    ROBOT,
    access,
    engine,
    role,
    rule,
)

FAILING = "claims.nobody == 'x'"


class TestRoles:
    """Of one file, of several, and of none."""

    def test_in_mode_all_every_match_counts(self) -> None:
        """The union, sorted."""
        text = role("b") + role("a") + role("c", "false") + ALLOW_ALL

        assert engine(text).decide(access()).roles == ("a", "b")

    def test_roles_of_all_files_join(self) -> None:
        """A role means the same everywhere."""
        judge = engine(role("a"), role("b"), rule("both", "roles == ['a', 'b']"))

        assert judge.decide(access()).allowed

    def test_a_role_is_for_the_kinds_that_it_names(self) -> None:
        """Guests hold only what was meant for them."""
        text = role("staff") + role("guest", for_="guest") + ALLOW_ALL
        judge = engine(text)

        assert judge.decide(access(PERSON)).roles == ("staff",)
        assert judge.decide(access(GUEST)).roles == ("guest",)
        assert judge.decide(access(ROBOT)).roles == ()

    def test_a_rule_with_roles_needs_one_of_them(self) -> None:
        """Any of those listed; without one, the condition is not even looked at."""
        text = role("a") + role("b", "false") + role("c", "false")

        assert engine(text + rule("x", roles=["a", "b"])).decide(access()).allowed
        decision = engine(text + rule("x", FAILING, roles=["b", "c"])).decide(access())
        assert decision.reason is Reason.NO_ALLOW

    def test_a_deny_rule_with_roles_is_for_their_holders(self) -> None:
        """The others are not concerned."""
        stop = rule("stop", effect="deny", roles=["trainee"])

        held = engine(role("trainee") + stop + ALLOW_ALL)
        free = engine(role("trainee", "false") + role("x") + stop + ALLOW_ALL)

        assert held.decide(access()).reason is Reason.DENIED_BY_RULE
        assert free.decide(access()).allowed

    def test_who_holds_no_role_of_a_file_is_not_let_in_by_it(self) -> None:
        """`on_none = "deny"`: also by a rule that names no role."""
        nobody = role("staff", "false")

        decision = engine(nobody + ALLOW_ALL).decide(access())
        assert decision.reason is Reason.NO_ROLE
        assert engine(role("staff") + ALLOW_ALL).decide(access()).allowed

    def test_another_file_lets_in_who_holds_none_of_the_first(self) -> None:
        """One team's mapping does not close another team's routes."""
        judge = engine(role("staff", "false") + ALLOW_ALL, rule("open"))

        assert judge.decide(access()).rule == "second/open"

    def test_roles_of_another_file_do_not_open_a_file_that_denies_on_none(self) -> None:
        """One team cannot hand out what another team's `on_none` holds back."""
        judge = engine(role("staff", "false") + ALLOW_ALL, role("anybody"))

        decision = judge.decide(access())
        assert decision.roles == ("anybody",)
        assert decision.reason is Reason.NO_ALLOW

    def test_a_kind_for_which_a_file_has_no_roles_needs_none(self) -> None:
        """Guests are let in by a file whose roles are for people."""
        judge = engine(role("staff", "false") + ALLOW_ALL)

        assert judge.decide(access(GUEST)).allowed

    def test_the_default_role_is_given_only_to_whom_it_is_for(self) -> None:
        """A guest never becomes a customer by default."""
        head = '\n[roles]\non_none = "default"\ndefault = "basic"\n'
        text = head + role("basic", "false") + role("guest", "false", for_="guest")

        assert engine(text + ALLOW_ALL).decide(access(GUEST)).roles == ()

    def test_a_role_is_held_on_the_routes_of_its_files_scope(self) -> None:
        """What happens in one team's file stays on its routes."""
        judge = engine(
            '[policy]\nid = "orders"\nscope = ["orders-read"]\n' + role("staff"),
            ALLOW_ALL,
        )

        assert judge.decide(access(to=READ)).roles == ("staff",)
        assert judge.decide(access(to=FEED)).roles == ()

    def test_denials_come_before_the_lack_of_a_role(self) -> None:
        """Deny rules are evaluated whoever asks."""
        text = role("staff", "false") + ALLOW_ALL + rule("stop", effect="deny")

        assert engine(text).decide(access()).reason is Reason.DENIED_BY_RULE
