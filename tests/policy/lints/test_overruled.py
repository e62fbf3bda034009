"""W212, W213: rules that never decide anything."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.policy.files import HEAD, marked, role, route, rule
from tests.policy.lints.warned import FOR_PEOPLE, warnings

FEED: Final[Mapping[str, Any]] = {"routes": ["orders-feed"], "for_": ["authenticated"]}
REQUIRE: Final[Mapping[str, Any]] = {"require": {"acr": "mfa"}}


def told(*texts: str, **settings: object) -> list[tuple[str, str]]:
    """Code and rule of each warning of these two kinds."""
    found = warnings(*texts, **settings)
    return [(w.code, marked(w)) for w in found if w.code in {"W212", "W213"}]


class TestDenied:
    """W213: nothing is left."""

    @pytest.mark.parametrize(
        "late",
        [
            rule("late", "request.tls", **FEED),
            rule("late", "request.tls", effect="deny", **FEED),
            rule("late", effect="deny", **FEED),
            rule("late", **FEED),
        ],
    )
    def test_a_rule_below_a_denial_without_condition_is_told(self, late: str) -> None:
        """Whatever it does."""
        closed = rule("closed", effect="deny", **FEED)

        assert told(closed + late) == [("W213", '"late"')]

    def test_an_earlier_rule_is_told_too(self) -> None:
        """Denials are asked first, wherever they stand."""
        late = rule("late", "request.tls", **FEED)

        (found,) = warnings(late + rule("closed", effect="deny", **FEED))
        assert found.code == "W213"
        assert "rule `closed` (policies/orders.toml:" in found.help

    def test_two_denials_may_cover_it_together(self) -> None:
        """Each some of the routes."""
        closed = rule("a", effect="deny", routes=["orders-*"]) + rule(
            "b", effect="deny", routes=["bills-*"]
        )

        assert told(closed + rule("late", "request.tls")) == [("W213", '"late"')]

    @pytest.mark.parametrize(
        "closed",
        [
            rule("closed", effect="deny", routes=["bills-*"], **FOR_PEOPLE),
            rule("closed", effect="deny", routes=["orders-feed"], for_="guest"),
            rule("closed", "request.tls", effect="deny", **FEED),
            rule("closed", effect="deny", mode="shadow", **FEED),
            role("a") + rule("closed", effect="deny", roles=["a"], **FEED),
        ],
    )
    def test_other_denials_leave_something(self, closed: str) -> None:
        """For other routes, other people, under a condition, or in a shadow."""
        assert told(closed + rule("late", "identity.id == 'x'", **FEED)) == []


class TestRepeated:
    """W212: said already."""

    @pytest.mark.parametrize(
        ("early", "late"),
        [
            (rule("early", "request.tls"), rule("late", "(request.tls)")),
            (rule("early", "true"), rule("late", "request.tls", **FEED)),
            (
                rule("early", "request.tls", effect="deny"),
                rule("late", "request.tls", effect="deny", **FEED),
            ),
            (
                rule("early", "roles.all(r, r == 'a')"),
                rule("late", "roles.all(r, r == 'a')"),
            ),
            (rule("early", "request.tls"), rule("late", "request.tls", **REQUIRE)),
            (
                rule("early", "request.tls", **REQUIRE),
                rule("late", "request.tls", **REQUIRE),
            ),
            (
                rule("early", "request.tls"),
                rule("late", "request.tls", roles=["a"], **FOR_PEOPLE) + role("a"),
            ),
        ],
    )
    def test_is_told(self, early: str, late: str) -> None:
        """The later one, with the place of the earlier."""
        # A file that grants roles makes its allow rules need one of them.
        found = told(HEAD + early, late) if "[[role]]" in late else told(early + late)

        assert found == [("W212", '"late"')]

    @pytest.mark.parametrize(
        ("early", "late"),
        [
            (rule("early", "request.tls", **FEED), rule("late", "request.tls")),
            (rule("early", "request.tls"), rule("late", "!request.tls")),
            (rule("early", "request.tls", effect="deny"), rule("late", "request.tls")),
            (
                rule("early", "request.tls", **REQUIRE),
                rule("late", "request.tls"),
            ),
            (rule("early", mode="shadow"), rule("late")),
            (rule("early", for_="guest"), rule("late", for_=["guest", "service"])),
            (
                rule("early", routes=["orders-read"]),
                rule("late", routes=["orders-feed"]),
            ),
        ],
    )
    def test_what_adds_something_is_fine(self, early: str, late: str) -> None:
        """Other routes, other conditions, less required."""
        assert told(early + late) == []

    def test_a_rule_without_roles_needs_one_of_its_file(self) -> None:
        """So one that is for a single role is a part of it only inside that file."""
        early = role("a") + role("b") + rule("early", **FOR_PEOPLE)
        late = rule("late", **FOR_PEOPLE)

        assert told(early, late) == []
        assert told(late, early) == [("W212", '"early"')]

    def test_variables_of_two_files_are_not_the_same(self) -> None:
        """They share a name and nothing else."""
        one = "[vars]\na = 'request.tls'\n" + rule("early", "vars.a")
        two = "[vars]\na = '!request.tls'\n" + rule("late", "vars.a")

        assert told(one, two) == []
        assert told(one + rule("late", "vars.a")) == [("W212", '"late"')]

    def test_rules_for_many_routes_are_compared(self) -> None:
        """As a whole."""
        routes = [route(f"r{number}") for number in range(20)]
        early = rule("early", "request.tls", routes=["r*"], **FOR_PEOPLE)
        late = rule("late", "request.tls", routes=["r1*"], **FOR_PEOPLE)
        small = rule("small", "request.tls", routes=["r3"], **FOR_PEOPLE)

        assert told(early + late + small, routes=routes) == [
            ("W212", '"late"'),
            ("W212", '"small"'),
        ]
        assert told(small + late + early, routes=routes) == []
