"""`gateway users groups`: groups, and who is in them."""

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_text
from gateway.cli.users.opening import NameArgument, PoolOption, open_desk
from gateway.cli.users.printing import group_as_json, print_groups, print_users
from gateway.cli.users.reading import CursorOption, LimitOption
from gateway.model.group import Group
from gateway.pool.groups import MAX_PRECEDENCE, GroupText

app = typer.Typer(no_args_is_help=True, help="Groups, and who is in them.")

GroupArgument = Annotated[str, typer.Argument(metavar="GROUP", help="Its name.")]
DescriptionOption = Annotated[
    str | None, typer.Option("--description", metavar="TEXT", help="For people.")
]
PrecedenceOption = Annotated[
    int | None,
    typer.Option(
        "--precedence",
        min=0,
        max=MAX_PRECEDENCE,
        help="The lower, the earlier; a group without one comes last.",
    ),
]
RoleOption = Annotated[
    str | None,
    typer.Option("--role", metavar="NAME", help="What tokens name as its role."),
]


@app.command("list")
def list_(
    *,
    of: Annotated[
        str, typer.Option("--of", metavar="USER", help="Those of one person alone.")
    ] = "",
    limit: LimitOption = 60,
    cursor: CursorOption = None,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a page of groups, in the order of their names."""
    with open_desk(config, pool) as desk:
        groups = desk.people.groups
        if of:
            page = groups.list_of(desk.pool, of, cursor=cursor, limit=limit)
        else:
            page = groups.list(desk.pool, cursor=cursor, limit=limit)
    print_groups(page.entries, page.next, output)


@app.command()
def members(
    name: GroupArgument,
    *,
    limit: LimitOption = 60,
    cursor: CursorOption = None,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a page of a group's people."""
    with open_desk(config, pool) as desk:
        page = desk.people.groups.members(desk.pool, name, cursor=cursor, limit=limit)
    print_users(page.entries, page.next, output)


@app.command()
def create(  # noqa: PLR0913 - one argument for each option
    name: GroupArgument,
    *,
    description: DescriptionOption = None,
    precedence: PrecedenceOption = None,
    role: RoleOption = None,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Make a group that nobody is in yet."""
    told = GroupText(description or "", precedence, role or "")
    with open_desk(config, pool) as desk:
        group = desk.people.groups.create(desk.pool, name, told)
    _print(group, output, "made")


@app.command("set")
def set_(  # noqa: PLR0913 - one argument for each option
    name: GroupArgument,
    *,
    description: DescriptionOption = None,
    precedence: PrecedenceOption = None,
    role: RoleOption = None,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Change what is told of a group; what is not named stays."""
    with open_desk(config, pool) as desk:
        groups = desk.people.groups
        kept = groups.get(desk.pool, name)
        told = GroupText(
            kept.description if description is None else description,
            kept.precedence if precedence is None else precedence,
            kept.role if role is None else role,
        )
        group = groups.change(desk.pool, name, told)
    _print(group, output, "changed")


@app.command()
def delete(
    name: GroupArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Remove a group; its people stay in the pool."""
    with open_desk(config, pool) as desk:
        group = desk.people.groups.get(desk.pool, name)
        desk.people.groups.delete(desk.pool, name)
    _print(group, output, "is deleted")


@app.command()
def join(
    name: GroupArgument,
    person: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Put somebody into a group."""
    with open_desk(config, pool) as desk:
        desk.people.groups.join(desk.pool, name, person)
    _print_membership(name, person, output, is_in=True)


@app.command()
def leave(
    name: GroupArgument,
    person: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Take somebody out of a group."""
    with open_desk(config, pool) as desk:
        desk.people.groups.leave(desk.pool, name, person)
    _print_membership(name, person, output, is_in=False)


def _print(group: Group, output: Format, said: str) -> None:
    if output is Format.JSON:
        print_json(group_as_json(group))
    else:
        print_text(f"{group.name}: {said}")


def _print_membership(name: str, person: str, output: Format, *, is_in: bool) -> None:
    if output is Format.JSON:
        print_json({"group": name, "user": person, "is_in": is_in})
    else:
        print_text(f"{person} is {'in' if is_in else 'not in'} {name}")
