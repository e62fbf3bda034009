"""`gateway users list|show|create|set|...`: one person, or a page of them."""

from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.users.opening import NameArgument, PoolOption, open_desk
from gateway.cli.users.printing import print_user, print_users
from gateway.cli.users.reading import (
    AttributeOption,
    CursorOption,
    LimitOption,
    parse_attributes,
    parse_filter,
)
from gateway.pool.people.creation import Invitation, NewPerson
from gateway.pool.settings import Address

app = typer.Typer(no_args_is_help=True, help="A pool's people.")

WhereOption = Annotated[
    str,
    typer.Option(
        "--where",
        "-w",
        metavar="FIELD=VALUE",
        help="Show those alone; FIELD^=VALUE shows whose value begins so. Fields: sub, "
        "username, email, phone_number, name, given_name, family_name, "
        "preferred_username, cognito:user_status, status (enabled or disabled).",
    ),
]
AskOption = Annotated[
    bool,
    typer.Option(
        "--password",
        help="Ask for a password; without a terminal, it is read from the standard input.",
    ),
]


@app.command("list")
def list_(
    *,
    where: WhereOption = "",
    limit: LimitOption = 60,
    cursor: CursorOption = None,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a page of people, filtered by one field.

    Filters find what is compared without regard to case, unless the pool tells people
    apart by it. Each list is one range of an index, however many people there are.
    """
    wanted = parse_filter(where)
    with open_desk(config, pool) as desk:
        page = desk.people.directory.list(desk.pool, wanted, cursor=cursor, limit=limit)
    print_users(page.entries, page.next, output)


@app.command()
def show(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show one person, with the groups they are in."""
    with open_desk(config, pool) as desk:
        user = desk.people.directory.get(desk.pool, name)
        groups = [group.name for group in desk.people.groups.of(user)]
    print_user(user, output, more={"groups": groups})


@app.command()
def create(  # noqa: PLR0913 - one argument for each option
    name: Annotated[
        str,
        typer.Argument(
            metavar="USERNAME",
            help="A name; an address, where people sign in with one.",
        ),
    ],
    *,
    attribute: AttributeOption = None,
    password: AskOption = False,
    by: Annotated[
        list[Address] | None,
        typer.Option(
            "--by", help="Where to send the invitation; by default, by e-mail."
        ),
    ] = None,
    invite: Annotated[
        bool, typer.Option("--invite/--no-invite", help="Whether they are told.")
    ] = True,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Invite somebody who has never come, with a new password."
        ),
    ] = False,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Make somebody, and send an invitation with a temporary password.

    The password is made up, unless --password asks for one; it has to be replaced at the
    first sign-in. Without an invitation, nobody knows a password that was made up.
    """
    values = parse_attributes(attribute)
    invitation = Invitation(is_sent=invite, by=frozenset(by) if by else None)
    with open_desk(config, pool) as desk:
        typed = _ask() if password else ""
        creations = desk.people.creations
        if again:
            made = creations.invite_again(
                desk.pool, name, invitation, temporary_password=typed
            )
        else:
            asked = NewPerson(name, values, typed, invitation=invitation)
            made = creations.create(desk.pool, asked)
    sent = [to.destination for to in made.sent]
    told = (
        f"invited at {', '.join(sent)}"
        if sent
        else "there is an account; nobody was told"
    )
    print_user(made.user, output, said=told, more={"sent_to": sent})


@app.command("set")
def set_(  # noqa: PLR0913 - one argument for each option
    name: NameArgument,
    *,
    attribute: AttributeOption = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="NAME", help="An attribute to remove."),
    ] = None,
    password: AskOption = False,
    temporary: Annotated[
        bool,
        typer.Option(
            "--temporary", help="The password has to be replaced at the next sign-in."
        ),
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Confirm the sign-up in their place.")
    ] = False,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Change somebody's attributes, give a password, or confirm a sign-up.

    An address that changes is not proven, unless its `_verified` attribute is set too.
    What was issued stays good; `gateway users sign-out` ends it.
    """
    values = {**dict.fromkeys(remove or (), ""), **parse_attributes(attribute)}
    if not (values or password or confirm):
        raise typer.BadParameter("nothing is to be changed")
    if temporary and not password:
        raise typer.BadParameter("--temporary is about a --password")
    with open_desk(config, pool) as desk:
        people = desk.people
        user = people.directory.get(desk.pool, name)
        if values:
            user = people.attribute_changes.change(desk.pool, user.sub, values)
        if confirm:
            user = people.standings.confirm(desk.pool, user.sub)
        if password:
            given = people.given_passwords
            give = given.set_temporary if temporary else given.set_permanent
            user = give(desk.pool, user.sub, _ask())
    print_user(user, output, said="changed")


@app.command()
def disable(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let somebody in no more. Running gateways refuse them within two seconds."""
    with open_desk(config, pool) as desk:
        user = desk.people.standings.disable(desk.pool, name)
    print_user(user, output, said="is let in no more")


@app.command()
def enable(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let somebody in again, who then has to sign in anew."""
    with open_desk(config, pool) as desk:
        user = desk.people.standings.enable(desk.pool, name)
    print_user(user, output, said="may sign in again")


@app.command("sign-out")
def sign_out(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """End everything that was issued to somebody until now."""
    with open_desk(config, pool) as desk:
        user = desk.people.standings.sign_out(desk.pool, name)
    print_user(user, output, said="is signed out everywhere")


@app.command()
def reset(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let somebody's password be good no more, and send a code to replace it with."""
    with open_desk(config, pool) as desk:
        user, to = desk.people.given_passwords.reset(desk.pool, name)
    told = f"a code went to {to.destination}"
    print_user(user, output, said=told, more={"sent_to": [to.destination]})


@app.command()
def delete(
    name: NameArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Remove somebody with all that is theirs. Nothing brings it back."""
    with open_desk(config, pool) as desk:
        user = desk.people.directory.get(desk.pool, name)
        if not yes:
            typer.confirm(f"Delete {user.username} for good?", abort=True, err=True)
        desk.people.standings.delete(desk.pool, user.sub)
    print_user(user, output, said="is deleted")


def _ask() -> str:
    typed: str = typer.prompt("Password", hide_input=True, err=True)
    return typed
