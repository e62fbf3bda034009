"""What people type on the command line about people, as values."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from gateway.pool.people.directory import Field, Filter

_FILTER: Final = re.compile(r"([a-z_:]+)(\^?=)(.*)", re.DOTALL)

AttributeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attribute",
        "-a",
        metavar="NAME=VALUE",
        help="An attribute, `custom:` ones with their prefix; may be given several times.",
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", "-n", min=1, max=1000, help="How many to show.")
]
CursorOption = Annotated[
    str | None,
    typer.Option("--cursor", metavar="TEXT", help="Go on where a list ended."),
]


def parse_attributes(texts: Sequence[str] | None) -> dict[str, str]:
    """Return attributes by name.

    Raises:
        typer.BadParameter: One has no `=`, or is given twice.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name or name in found:
            raise typer.BadParameter(f"{text!r}: NAME=VALUE, each name once")
        found[name] = value
    return found


def parse_filter(text: str) -> Filter | None:
    """Return whom a list is to show; `None` for everybody.

    Raises:
        typer.BadParameter: It is no filter.
    """
    if not text:
        return None
    match = _FILTER.fullmatch(text)
    fields = {field.value: field for field in Field}
    if match is None or match[1] not in fields:
        names = ", ".join(fields)
        raise typer.BadParameter(f"FIELD=VALUE or FIELD^=VALUE; fields: {names}")
    return Filter(fields[match[1]], match[3], is_prefix=match[2] == "^=")
