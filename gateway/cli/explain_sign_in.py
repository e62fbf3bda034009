"""`gateway explain signin`: why is something missing from a profile?"""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.clock import now
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text

if TYPE_CHECKING:
    from gateway.federation.reasons import LoginReasons
    from gateway.model.user import User

# As `gateway users` has it, which brings the database along.
PoolOption = Annotated[
    str,
    typer.Option(
        "--pool",
        "-p",
        envvar="GATEWAY_POOL",
        metavar="ID|NAME",
        help="Which pool; may be left out if there is only one.",
    ),
]
NameArgument = Annotated[
    str, typer.Argument(metavar="USER", help="The user name, or the id (`sub`).")
]


def explain_sign_in(
    name: NameArgument,
    *,
    pool: PoolOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what a provider said of somebody, and why an attribute is missing.

    Puts the claims of the last sign-in before the files as they are now, attribute by
    attribute: the scope was not asked for, the claim was not sent, nothing maps it, the
    pool does not take it, the client may not write it. What is mended in a file shows at
    once; the profile follows at the next sign-in.

    Ends with 0 if there is such a person, whatever is missing.
    """
    # They bring the database and all that is made of it; `--help` does without.
    from gateway.app.loading import load  # noqa: PLC0415 - slow to import
    from gateway.app.offline import open_sign_in_reasons  # noqa: PLC0415 - slow to import
    from gateway.cli.users.opening import open_desk  # noqa: PLC0415 - slow to import
    from gateway.federation.reason_words import as_json  # noqa: PLC0415 - likewise

    loaded = load(config)
    with (
        open_desk(config, pool) as desk,
        open_sign_in_reasons(loaded, desk.clients, clock=now) as reasons,
    ):
        user = desk.people.directory.get(desk.pool, name)
        told = reasons.of(desk.pool, user)
    if output is Format.JSON:
        logins = [as_json(each) for each in told]
        print_json({"username": user.username, "sub": user.sub, "logins": logins})
        return
    if not told:
        print_text(f"{user.username} has never signed in through a provider")
    for each in told:
        _print(each, user)


def _print(told: "LoginReasons", user: "User") -> None:
    from gateway.federation.reason_words import words  # noqa: PLC0415 - slow to import

    login, record = told.login, told.record
    at = "never" if login.last_at is None else f"{login.last_at:%Y-%m-%d %H:%M} UTC"
    print_text(f"{login.provider}: {login.subject}", style="bold")
    print_text(f"  last sign-in  {at}, through {told.client.id or 'no client'}")
    print_text(f"  asked for     {' '.join(record.scopes) or 'nothing'}")
    print_text(
        f"  was told      {' '.join(sorted(record.claims)) or 'nothing is kept'}"
    )
    if told.refusal:
        print_text(f"  would be refused now: {told.refusal}", style="red")
    rows = [
        [name, "yes" if user.attributes.get(name) else "no", words(told, reason)]
        for name, reason in sorted(told.reasons.items())
    ]
    if rows:
        print_table(["attribute", "there", "why"], rows)
