"""Files that disagree are a fault, and both places are named."""

import pytest

from tests.policy.files import (
    ALLOW_ALL,
    GUESTS,
    engine,
    faults,
    marked,
    mint,
    provider,
    role,
    rule,
)

SCOPED = '[policy]\nid = "{0}"\nscope = {1}\n'
FIRST = '[roles]\nmode = "first"\n'


class TestRoles:
    """A role is declared once, and only then asked for."""

    def test_two_files_may_not_declare_the_same_role(self) -> None:
        """Else one team could hand out what another team's rules go by."""
        (fault,) = faults(role("staff"), role("staff", "identity.disabled"))

        assert fault.code == "E301"
        assert fault.file == "policies/second.toml"
        assert marked(fault) == '"staff"'
        assert "policies/orders.toml" in fault.help

    def test_a_rule_asks_for_roles_that_exist(self) -> None:
        """With the one that was probably meant."""
        text = role("support") + rule("x", roles=["suport"])

        (fault,) = faults(text)
        assert fault.code == "E334"
        assert marked(fault) == "'suport'"
        assert fault.help == "did you mean `support`?"

    def test_without_a_near_one_it_says_what_is_missing(self) -> None:
        """Nothing to suggest."""
        (fault,) = faults(rule("x", roles=["suport"]))

        assert "[[role]]" in fault.help

    def test_a_rule_may_ask_for_a_role_of_another_file(self) -> None:
        """A role name is global."""
        engine(role("support"), rule("x", roles=["support"]))


class TestCeiling:
    """A policy that could grant a guest more than `[guest] ceiling` does not load."""

    def test_a_role_for_guests_above_the_ceiling_is_refused(self) -> None:
        """Whatever its condition says."""
        text = role("staff", "false", for_=["authenticated", "guest"])

        (fault,) = faults(text)
        assert fault.code == "E314"
        assert marked(fault) == "['authenticated', 'guest']"
        assert "guest, trial" in fault.help

    def test_a_role_below_it_is_not(self) -> None:
        """The pair of the above; and people may hold what they like."""
        engine(role("trial", for_="guest") + role("staff"))

    def test_a_ceiling_may_be_empty(self) -> None:
        """Then guests hold no role at all."""
        empty = GUESTS.model_copy(update={"ceiling": ()})

        (fault,) = faults(role("guest", for_="guest"), guest=empty)
        assert "allows none" in fault.help


class TestModes:
    """Two files that each give one role only cannot both be right."""

    def test_on_the_same_routes_they_are_refused(self) -> None:
        """One fault for the pair of files, not one for each route."""
        (fault,) = faults(FIRST + role("a"), FIRST + role("b"))

        assert fault.code == "E313"
        assert fault.file == "policies/second.toml"
        assert marked(fault) == '"first"'
        assert "policies/orders.toml:4:8" in fault.message
        assert "orders-read" in fault.message

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (
                SCOPED.format("a", '["orders-*"]') + FIRST + role("a"),
                SCOPED.format("b", '["bills-*"]') + FIRST + role("b"),
            ),
            (FIRST + role("a"), FIRST + role("b", for_="service")),
            (FIRST + role("a"), role("b")),
            (FIRST + role("a"), FIRST),
        ],
    )
    def test_elsewhere_they_are_not(self, first: str, second: str) -> None:
        """Other routes, other kinds, another mode, no roles."""
        engine(first, second)


class TestClaims:
    """A claim has one source on each route."""

    def test_two_files_may_not_give_the_same_claim(self) -> None:
        """With a request that shows it."""
        (fault,) = faults(mint(x="1"), mint(["orders-*"], x="2", y="3"))

        assert fault.code == "E310"
        assert fault.file == "policies/second.toml"
        assert marked(fault) == "x"
        assert "policy `orders`, policies/orders.toml:7:5" in fault.message
        assert fault.help == (
            "witness: GET https://api.example.com/v1/orders/{order_id} "
            "(route `orders-read`)"
        )

    def test_nor_may_one_file(self) -> None:
        """Which of the two would it be?"""
        (fault,) = faults(mint(["bills-read"], x="1") + mint(x="1"))

        assert fault.code == "E310"
        assert "https://bills.example.com/v1/bills" in fault.help

    def test_on_different_routes_they_may(self) -> None:
        """Nothing to choose between."""
        engine(mint(["orders-*"], x="1"), mint(["bills-*"], x="2"))


class TestTests:
    """A test that names something unknown tests nothing."""

    TEST = '\n[[test]]\nname = "t"\nidentity = {0}\nrequest = {{ path = "/" }}\n'

    def _expecting(self, expected: str) -> str:
        test = self.TEST.format('"guest"')
        return f"{test}expect = {{ allow = true, {expected} }}\n"

    @pytest.mark.parametrize(
        ("expected", "wrong", "nearest"),
        [
            ('rule = "al"', '"al"', "all"),
            ('rule = "orders/al"', '"orders/al"', "orders/all"),
            ('reason = "no_alow"', '"no_alow"', "no_allow"),
            ('reason = "to late"', '"to late"', "too late"),
            ('roles = ["stff"]', '"stff"', "staff"),
            ("shadow = { drk = true }", "drk", "dark"),
        ],
    )
    def test_an_expectation_names_what_exists(
        self, expected: str, wrong: str, nearest: str
    ) -> None:
        """It could never pass, or never fail."""
        text = ALLOW_ALL + rule("late", reason="too late") + role("staff")
        text += rule("dark", mode="shadow")

        (fault,) = faults(text + self._expecting(expected))
        assert fault.code == "E226"
        assert marked(fault) == wrong
        assert fault.help == f"did you mean `{nearest}`?"

    @pytest.mark.parametrize(
        "expected",
        [
            'rule = "all"',
            'rule = "orders/all"',
            'rule = "second/other"',
            'reason = "no_allow"',
            'reason = "too late"',
            'roles = ["staff"]',
            "roles = []",
            "shadow = { dim = false }",
            "shadow = { 'orders/dim' = 'none' }",
            "shadow = { 'second/dark' = 'error' }",
        ],
    )
    def test_and_may_name_what_does(self, expected: str) -> None:
        """Rules of other files by their whole name."""
        text = ALLOW_ALL + role("staff") + rule("dim", mode="shadow")
        other = rule("other", reason="too late") + rule("dark", mode="shadow")

        engine(text + self._expecting(expected), other)

    def test_a_rule_in_force_has_no_shadow(self) -> None:
        """It would be `none`, whatever the rule says."""
        (fault,) = faults(ALLOW_ALL + self._expecting("shadow = { all = true }"))

        assert (fault.code, marked(fault)) == ("E226", "all")
        assert fault.message == "there is no rule `all` in shadow mode"

    def test_rows_of_a_table_are_checked_as_well(self) -> None:
        """At their own place."""
        text = (
            '[[test]]\nname = "t"\nidentity = "guest"\ntable = [\n'
            '  { request = { path = "/" }, allow = true },\n'
            '  { request = { path = "/" }, allow = true, rule = "x" },\n]\n'
        )

        (fault,) = faults(text)
        assert (fault.line, marked(fault)) == (8, '"x"')

    def test_a_fixture_names_a_provider_that_exists(self) -> None:
        """In the fixture or in the test."""
        text = '[fixture.ana]\nprovider = "crop"\n'

        one, two = faults(
            text
            + self.TEST.format('{ fixture = "ana", provider = "rbots" }')
            + "expect = { allow = true }\n"
        )
        assert (one.code, marked(one), one.help) == (
            "E226",
            '"crop"',
            "did you mean `corp`?",
        )
        assert marked(two) == '"rbots"'

    def test_a_fixture_has_only_claims_that_policies_are_shown(self) -> None:
        """Else the test passes and the real request fails."""
        fine = '[fixture.ana]\nprovider = "corp"\nclaims = { hd = "x" }\n'
        engine(fine)

        (fault,) = faults(fine, providers=[provider("corp")])
        assert fault.code == "E226"
        assert marked(fault) == "hd"
        assert "export_claims" in fault.help

    def test_a_fixture_cannot_be_called_guest(self) -> None:
        """That is somebody who shows nothing."""
        (fault,) = faults("[fixture.guest]\nlabels = []\n")

        assert fault.code == "E301"
        assert marked(fault) == "guest"
