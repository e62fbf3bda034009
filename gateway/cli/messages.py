"""`gateway messages`: what people are sent, what failed, and trying that again."""

from typing import Annotated

import typer

from gateway.app.offline import open_pool_services
from gateway.cli.clock import now
from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_error, print_json, print_table, print_text
from gateway.config.load import load as load_files
from gateway.storage.pools.messages import MessageState, StoredMessage

app = typer.Typer(no_args_is_help=True, help="Messages to the people of pools.")

_HEADER = ("id", "created_at", "state", "kind", "to", "tries", "error")


@app.command("list")
def list_(
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="Those to one address alone."),
    ] = None,
    state: Annotated[
        MessageState | None,
        typer.Option("--state", help="What became of them; by default, anything."),
    ] = None,
    cursor: Annotated[
        str | None,
        typer.Option("--cursor", help="Where the page before ended."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show a page of messages, the latest first; what they say is not shown.

    That is read at /outbox on the admin listener, where messages go nowhere else.
    """
    settings = load_files(config).settings
    with open_pool_services(settings, clock=now) as services:
        page = services.outbox_reader.page(to=to, state=state, cursor=cursor)
    rows = [_row(each.message) for each in page.messages]
    if output is Format.JSON:
        print_json({"messages": rows, "next": page.next})
        return
    print_table(_HEADER, [[row[name] for name in _HEADER] for row in rows])
    if page.next is not None:
        print_text(f"there are more: --cursor {page.next}")


@app.command()
def retry(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Messages that have failed.")
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Let messages that have failed be tried again, for an hour.

    A code in one may be good no more. A message that failed too long ago has lost what it
    was to say (`messages.keep_content`).
    """
    settings = load_files(config).settings
    with open_pool_services(settings, clock=now) as services:
        missing = [id_ for id_ in ids if not services.deliveries.retry(id_)]
    if output is Format.JSON:
        retried = [id_ for id_ in ids if id_ not in missing]
        print_json({"retried": retried, "missing": missing})
    for id_ in missing:
        print_error(f"{id_}: no message that has failed and could be tried again")
    if missing:
        raise typer.Exit(ExitCode.FAILED)


def _row(message: StoredMessage) -> dict[str, str]:
    return {
        "id": message.id,
        "pool": message.pool_id,
        "created_at": message.created_at.isoformat(timespec="seconds"),
        "state": message.state.value,
        "kind": message.kind,
        "medium": message.medium,
        "to": message.destination,
        "tries": str(message.tries),
        "error": message.error,
    }
