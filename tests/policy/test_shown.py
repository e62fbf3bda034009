"""Values are shown short, as JSON has them, and without credentials."""

import json
from datetime import timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from gateway.cel.errors import WithheldError
from gateway.cel.values import Withheld
from gateway.model.identity import IdentityKind
from gateway.policy.evaluation import Evaluation
from gateway.policy.shown import Showcase, Shown, value_of
from tests.policy.files import NOON, access, engine, identity, rule

VARS = """
[const]
teams = ["a", "b"]
[vars]
staff = "'a' in identity.groups"
lead = "vars.staff && identity.labels == ['lead']"
token = "request.headers.authorization[0]"
"""


def show(when: str, **fields: Any) -> Shown:
    who = identity(**fields)
    question = access(who, headers=[(b"authorization", b"Bearer x"), (b"x-a", b"1")])
    judge = engine(VARS + rule("x", when))
    plan = judge.plan_of("orders-read", IdentityKind.AUTHENTICATED)
    evaluation = Evaluation(question, deadline=inf)
    return Showcase(evaluation).show(plan.allows.rules[0].when)


def lines(shown: Shown) -> list[tuple[str, Any]]:
    own = [(shown.text, shown.error or shown.value)]
    return own + [line for part in shown.parts for line in lines(part)]


def test_each_part_has_its_value_and_place() -> None:
    """Literals and whole records say nothing, so they are left out."""
    shown = show("identity.id == 'u1' && 'x' in identity.labels")

    assert lines(shown) == [
        ("identity.id == 'u1' && 'x' in identity.labels", False),
        ("identity.id == 'u1'", True),
        ("identity.id", "u1"),
        ("'x' in identity.labels", False),
        ("identity.labels", []),
    ]
    assert shown.where == "policies/orders.toml:16:9"
    assert shown.parts[1].where == "policies/orders.toml:16:32"


def test_what_is_not_evaluated_is_not_shown() -> None:
    """It did not matter."""
    shown = show("identity.disabled && identity.name == 'x'")

    assert [part.text for part in shown.parts] == ["identity.disabled"]


def test_what_fails_says_why() -> None:
    """In the part where it failed."""
    shown = show("claims.nobody == 'x'")

    assert shown.error
    assert shown.parts[0].text == "claims.nobody"
    assert "nobody" in shown.parts[0].error


def test_a_variable_is_opened_up_once() -> None:
    """With the variables that it reads itself."""
    shown = show("vars.staff || vars.lead || vars.staff")

    assert lines(shown) == [
        ("vars.staff || vars.lead || vars.staff", False),
        ("vars.staff", False),
        ("'a' in identity.groups", False),
        ("identity.groups", []),
        ("vars.lead", False),
        ("vars.staff && identity.labels == ['lead']", False),
        ("vars.staff", False),
        ("vars.staff", False),
    ]


def test_constants_of_the_file_are_shown() -> None:
    """They are not on the same page."""
    shown = show("const.teams.exists(t, t in identity.groups)", groups=("b",))

    assert shown.value is True
    assert ("const.teams", ["a", "b"]) in lines(shown)


@pytest.mark.parametrize(
    ("when", "joined"),
    [
        ("identity.disabled && true", [True]),
        ("!identity.disabled && (identity.disabled) && true", [True, True]),
        ("(!identity.disabled\n && identity.disabled)", [True, True]),
        ("identity.disabled || identity.id == 'u2' && true", [False, False]),
        ("(identity.disabled || false) && true", [True]),
        ("identity.disabled ? true : false", [False]),
        ("!(identity.disabled && true)", [False]),
        ("identity.disabled == (identity.id == 'u1' && true)", [False, False]),
    ],
)
def test_terms_of_a_conjunction_are_marked(when: str, joined: list[bool]) -> None:
    """What has to be true for the whole to be."""
    shown = show(when.replace("\n", "\\n"))

    assert [part.joined for part in shown.parts] == joined
    assert not shown.joined


class TestSecrets:
    """The headers that hold credentials are not shown."""

    def test_a_header_that_holds_one_is_hidden(self) -> None:
        """By the text that reads it, and by its name among others."""
        shown = show("request.headers.authorization == ['x'] || 'x' in request.headers")
        text = json.dumps(lines(shown))

        assert "Bearer" not in text
        assert "***" in text

    @pytest.mark.parametrize(
        "when",
        [
            "vars.token.startsWith('x')",
            "request.headers.authorization.exists(h, h == 'x')",
            "request.headers.authorization.map(h, h + 'x') == [] && true",
            "(identity.id + request.headers.authorization[0]) == 'x'",
            "identity.name == 'vars.nothing' || vars.token == 'x'",
        ],
    )
    def test_nor_what_is_made_from_it(self, when: str) -> None:
        """By a variable, a macro or an operator."""
        assert "Bearer" not in json.dumps(lines(show(when)))

    def test_what_stands_beside_it_is_shown(self) -> None:
        """Hiding everything would explain nothing."""
        shown = show("identity.id == 'u1' && request.headers.authorization == ['x']")

        assert ("identity.id", "u1") in lines(shown)

    def test_whether_it_is_there_may_be_told(self) -> None:
        """A yes or no gives nothing away."""
        assert show("'authorization' in request.headers").value is True

    def test_a_secret_key_of_a_map_is_hidden(self) -> None:
        """Wherever it came from."""
        assert value_of({"Cookie": "x", "client_secret": "y", "a": "z"}) == {
            "Cookie": "***",
            "client_secret": "***",
            "a": "z",
        }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        (IdentityKind.GUEST, "guest"),
        (NOON, "2026-05-04T12:00:00+00:00"),
        (timedelta(minutes=1, milliseconds=500), "60.5s"),
        (b"\x00", "<bytes>"),
        (("a", ["b"]), ["a", ["b"]]),
        (list(range(20)), list(range(20))),
        (list(range(21)), [*range(20), "…"]),
        ({n: n for n in range(30)}, {str(n): n for n in range(20)}),
        ([[[["x"]]]], [[[["x"]]]]),
        ([[[[["x"]]]]], [[[["…"]]]]),
        (identity(), "<Identity>"),
    ],
)
def test_values_are_cut_to_what_people_read(value: Any, shown: Any) -> None:
    """And every one of them can be written as JSON."""
    assert value_of(value) == shown
    json.dumps(value_of(value))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=30,
)


@given(anything)
def test_whatever_it_is_it_can_be_written(value: Any) -> None:
    """An explanation is never lost for a value in it."""
    json.dumps(value_of(value))


class Partial(dict[str, Any]):
    """A map that is not all there."""

    @override
    def items(self) -> Any:
        raise WithheldError("it was not recorded")


def test_what_is_not_all_there_is_told_as_such() -> None:
    """Where a decision of the log is explained."""
    assert value_of([Withheld(), 1]) == ["<hashed>", 1]
    assert value_of({"a": Partial()}) == {"a": "<not recorded as a whole>"}
