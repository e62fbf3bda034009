"""Mutants for people and for programs."""

from dataclasses import asdict
from typing import Any

from gateway.cli.output import counted, print_text
from gateway.policy.assurance.mutation import Mutation


def print_mutation(mutation: Mutation) -> None:
    """Print the mutants that no test kills, each with the test that would."""
    for each in mutation.survivors:
        print_text(f"{each.where}: survived: {each.item}", style="bold red")
        print_text(f"    - {_line(each.before)}")
        print_text(f"    + {_line(each.after)}")
        print_text(f"    {each.hint}")


def summary(mutation: Mutation) -> str:
    """Return what came of all of them, in one line."""
    return (
        f"{counted(mutation.tried, 'mutant')}, {mutation.killed} killed, "
        f"{len(mutation.survivors)} survived"
    )


def as_json(mutation: Mutation) -> dict[str, Any]:
    """Return the mutants in the types of JSON. Keys are added, never renamed."""
    return {
        "tried": mutation.tried,
        "killed": mutation.killed,
        "survived": [asdict(each) for each in mutation.survivors],
    }


def _line(text: str) -> str:
    return " ".join(text.split())
