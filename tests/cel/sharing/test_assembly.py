"""An expression put together from terms."""

from types import SimpleNamespace

import pytest

from gateway.cel.environment import Environment
from gateway.cel.program import EvaluationError
from gateway.cel.types import BOOL, DYN, STRING, MapType, RecordType

ENVIRONMENT = Environment(
    {
        "who": RecordType("who", {"name": STRING, "admin": BOOL}),
        "m": MapType(STRING, DYN),
    }
)
TEXTS = [
    "who.admin",
    "  m.a",
    "who.admin && m.a",
    "who.admin ||\n  m.a",
    "m.list.exists(x, x == 1) && who.name.matches('a+')",
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_what_the_analysis_of_the_whole_is(text: str) -> None:
    """Down to each part of the plan, and the same whenever it is asked for."""
    assembled, whole = ENVIRONMENT.compile(text), ENVIRONMENT._whole(text)

    assert repr(assembled.plan) == repr(whole.plan)
    assert assembled.plan is assembled.plan
    assert assembled.parts == whole.parts
    assert assembled.cost == whole.cost
    assert assembled.type == whole.type


@pytest.mark.parametrize("text", TEXTS)
def test_it_explains_itself_by_its_own_closures(text: str) -> None:
    """With the values that evaluating has, and the places."""
    values = {
        "who": SimpleNamespace(name="ana", admin=False),
        "m": {"a": True, "list": [1]},
    }
    program = ENVIRONMENT.compile(text)

    explanation = program.explain(values)

    assert explanation.value == program.evaluate(values)
    assert (explanation.line, explanation.column) == (1, 3 if text[0] == " " else 1)


@pytest.mark.parametrize(
    ("text", "place"), [("  m.a", "1:5"), ("who.admin ||\n  m.a", "2:5")]
)
def test_an_error_has_its_place_in_the_whole(text: str, place: str) -> None:
    """Wherever its term stands."""
    values = {"who": SimpleNamespace(admin=False), "m": {}}

    with pytest.raises(EvaluationError) as caught:
        ENVIRONMENT.compile(text).evaluate(values)

    assert str(caught.value).startswith(f"{place}: ")
