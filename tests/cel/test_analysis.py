"""What an expression means, the long way, and keeping that for whoever asks."""

import pytest

from gateway.cel.analysis import Analysis, Analyst, Kept
from gateway.cel.errors import CompileError
from gateway.cel.library.operators import OPERATORS
from gateway.cel.meaning.checker import Declarations
from gateway.cel.standard import FUNCTIONS, METHODS
from gateway.cel.types import BOOL, DYN, INT

ANALYST = Analyst(
    declarations=Declarations(
        variables={"i": INT, "d": DYN, "t": BOOL},
        functions=FUNCTIONS,
        methods=METHODS,
        operators=OPERATORS,
    ),
    constants={},
    max_cost=100,
    max_depth=8,
)


def test_an_analysis_evaluates() -> None:
    """With the plan and the bound on its work."""
    analysis = ANALYST.analyse("i > 1", expect=BOOL)

    assert analysis.run({"i": 2}, [0.0]) is True
    assert analysis.plan.type is BOOL
    assert 0 < analysis.cost < 100
    assert analysis.expect is None


def test_a_type_that_only_the_run_time_knows_is_asked_for() -> None:
    """Around any closure for the whole."""
    analysis = ANALYST.analyse("d", expect=BOOL)

    assert analysis.expect is BOOL
    for run in (analysis.run, analysis.conforming(lambda _variables, _cells: 1)):
        with pytest.raises(Exception, match="must be bool"):
            run({"d": 1}, [0.0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("i >", "E200"),
        ("j", "E202"),
        ("i", "E211"),
        ("d.all(a, d.all(b, true))", "E403"),
        ("'a'.matches('(')", "E215"),
    ],
)
def test_faults_are_told(text: str, code: str) -> None:
    """All kinds of them."""
    with pytest.raises(CompileError) as caught:
        ANALYST.analyse(text, expect=BOOL)

    assert [problem.code for problem in caught.value.problems] == [code]


def test_what_is_kept_is_made_once() -> None:
    """When it is first asked for; others compare the parts by identity."""
    made: list[Analysis] = []

    def make() -> Analysis:
        made.append(ANALYST.analyse("t"))
        return made[-1]

    kept = Kept(make)
    assert not made
    assert kept.get() is kept.get() is made[0]
    assert len(made) == 1
