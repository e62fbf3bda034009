"""`gateway matrix`: who may do what, on one sheet."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from gateway.app.loading import load
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption
from gateway.cli.output import print_json, print_text
from gateway.policy.comparison.matrix import as_record, build_matrix
from gateway.policy.comparison.tables import to_csv, to_html, to_text


class Sheet(StrEnum):
    """How the matrix is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


RouteOption = Annotated[
    str,
    typer.Option(
        "--route", metavar="PATTERN", help="Only routes with such ids; `*` is any part."
    ),
]
RoleOption = Annotated[
    str, typer.Option("--role", metavar="NAME", help="Only what this role may do.")
]
SheetOption = Annotated[
    Sheet,
    typer.Option(
        "--format",
        "-f",
        help="text is for people; json and csv are stable contracts for programs; html is "
        "a page that stands alone.",
    ),
]


def matrix(
    *,
    route: RouteOption = "*",
    role: RoleOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: SheetOption = Sheet.TEXT,
) -> None:
    """Print who may use which route, by role and method.

    Derived from the compiled policies and not from samples: a cell says `allow` only if
    nothing else is asked; `unless`, unless a deny rule is true; `step-up`, after a
    stronger or fresher sign-in; `if`, by the condition of a rule; `deny` and `no`, never.
    Each role is taken to be held alone. The order is fixed, so that two sheets can be
    compared.

    Ends with 0, with 3 if the files have faults.
    """
    loaded = load(config, follow=False)
    made = build_matrix(loaded.engine, loaded.declared, route=route, role=role)
    if not made.cells:
        raise typer.BadParameter(
            "there is no such route, or nobody on it has that role"
        )
    match output:
        case Sheet.TEXT:
            print_text(to_text(made))
        case Sheet.JSON:
            print_json([as_record(cell) for cell in made.cells])
        case Sheet.CSV:
            sys.stdout.write(to_csv(made))
        case Sheet.HTML:
            sys.stdout.write(to_html(made))
