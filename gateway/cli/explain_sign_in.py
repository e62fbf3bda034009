"""`gateway explain signin`: why is something missing from a profile?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.clock import now
from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text

if TYPE_CHECKING:
    from gateway.federation.profiles import Reason
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

# What to do about each.
_WORDS: Final[Mapping[str, str]] = {
    "written": "as the provider says",
    "scope_not_asked": "{provider} was not asked for it: add {scopes} to client.scopes",
    "claim_not_sent": "{provider} did not send {claims}",
    "not_mapped": "nothing in sign_in.profile makes it",
    "no_such_attribute": "the pool has no such attribute",
    "not_taken": "the pool does not take what {provider} says ({problem})",
    "not_writable": "the client {client} may not write it: add it to its `writable`",
    "not_mutable": "it may not change once it has a value",
    "kept_as_it_is": "the person has a way in of their own, and what they have stays",
}


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

    loaded = load(config)
    with (
        open_desk(config, pool) as desk,
        open_sign_in_reasons(loaded, desk.clients, clock=now) as reasons,
    ):
        user = desk.people.directory.get(desk.pool, name)
        told = reasons.of(desk.pool, user)
    if output is Format.JSON:
        logins = [_as_json(each) for each in told]
        print_json({"username": user.username, "sub": user.sub, "logins": logins})
        return
    if not told:
        print_text(f"{user.username} has never signed in through a provider")
    for each in told:
        _print(each, user)


def _print(told: "LoginReasons", user: "User") -> None:
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
        [name, "yes" if user.attributes.get(name) else "no", _words(told, reason)]
        for name, reason in sorted(told.reasons.items())
    ]
    if rows:
        print_table(["attribute", "there", "why"], rows)


def _words(told: "LoginReasons", reason: "Reason") -> str:
    return _WORDS[reason.why].format(
        provider=told.login.provider,
        scopes=", ".join(reason.scopes),
        claims=", ".join(reason.claims),
        problem=reason.problem,
        client=told.client.id,
    )


def _as_json(told: "LoginReasons") -> dict[str, Any]:
    login, record = told.login, told.record
    return {
        "provider": login.provider,
        "subject": login.subject,
        "created_at": login.created_at.isoformat(),
        "last_at": None if login.last_at is None else login.last_at.isoformat(),
        "client_id": told.client.id,
        "scopes": list(record.scopes),
        "claims": sorted(record.claims),
        "refusal": told.refusal,
        "attributes": {
            name: {
                "why": str(reason.why),
                "claims": list(reason.claims),
                "scopes": list(reason.scopes),
                "problem": reason.problem,
                "text": _words(told, reason),
            }
            for name, reason in sorted(told.reasons.items())
        },
    }
