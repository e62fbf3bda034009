"""Mutants, printed."""

import pytest

from gateway.cli.policies.mutation import as_json, print_mutation, summary
from gateway.policy.assurance.mutation import Mutation, Survivor

ONE = Survivor("p", "p.toml:3:5", "rule own", "a &&\n  b", "a", "add a test in which x")


def test_a_survivor_is_shown_before_and_after(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With what would notice it."""
    print_mutation(Mutation(3, (ONE,)))

    assert capsys.readouterr().out.splitlines() == [
        "p.toml:3:5: survived: rule own",
        "    - a && b",
        "    + a",
        "    add a test in which x",
    ]


def test_the_figures_fit_on_a_line() -> None:
    """How many there were, and what became of them."""
    assert summary(Mutation(3, (ONE,))) == "3 mutants, 2 killed, 1 survived"
    assert summary(Mutation(1, ())) == "1 mutant, 1 killed, 0 survived"


def test_programs_get_everything() -> None:
    """A contract: keys are added, never renamed."""
    assert as_json(Mutation(3, (ONE,))) == {
        "tried": 3,
        "killed": 2,
        "survived": [
            {
                "policy": "p",
                "where": "p.toml:3:5",
                "item": "rule own",
                "before": "a &&\n  b",
                "after": "a",
                "hint": "add a test in which x",
            }
        ],
    }
