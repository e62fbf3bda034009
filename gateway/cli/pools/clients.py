"""`gateway pools clients`: the apps that people of a pool sign in to."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text
from gateway.cli.pools.desk import (
    Desk,
    SettingsArgument,
    YesOption,
    as_json,
    as_toml,
    confirm,
    every,
    open_desk,
    refuse_declared,
)
from gateway.config.providers.pool.clients import ClientSettings
from gateway.model.client import Client
from gateway.pool.declared.values import DeclaredClient, client_of
from gateway.pool.declared.writing import client_table

PoolArgument = Annotated[str, typer.Argument(metavar="POOL", help="The pool's id.")]
ClientArgument = Annotated[
    str, typer.Argument(metavar="CLIENT", help="The client's id.")
]

app = typer.Typer(no_args_is_help=True, help="The clients of a pool.")


@app.command("list")
def list_(
    pool: PoolArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show the clients of a pool."""
    with open_desk(config) as desk:
        desk.services.pools.get(pool)
        found = every(partial(desk.services.clients.list, pool))
        rows = [_row(desk, client) for client in found]
    if output is Format.JSON:
        print_json(rows)
        return
    header = ["id", "name", "authentication", "declared"]
    print_table(header, [[row[name] for name in header] for row in rows])


@app.command()
def show(
    client: ClientArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what a client may do, in full, as one would write it in a file.

    Without its secret, which `gateway pools clients secret` prints.
    """
    with open_desk(config) as desk:
        found = desk.services.clients.get(client)
        row = _row(desk, found)
    written = desk.read(ClientSettings, client_table(found), [])
    if output is Format.JSON:
        print_json({**row, "settings": as_json(written)})
    else:
        print_text(as_toml(written))


@app.command()
def create(
    pool: PoolArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people.")],
    settings: SettingsArgument = None,
    *,
    client_id: Annotated[
        str,
        typer.Option(
            "--id", help="What it is called on every wire; by default made up."
        ),
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Register a client, and print its id and its secret, if it has one."""
    with open_desk(config) as desk:
        plain = Client(client_id or _ANY, pool, name)
        asked = _written(desk, plain, settings or [])
        client = asked.client if client_id else _without_id(asked.client)
        made, secret = desk.services.clients.create(client, secret=asked.secret)
        row = _row(desk, made)
    if output is Format.JSON:
        print_json({**row, "secret": secret})
        return
    print_text(made.id)
    if secret is not None:
        print_text(secret)


@app.command("set")
def set_(
    client: ClientArgument,
    settings: SettingsArgument = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Change settings of a client; those that are not named stay as they are.

    Refused for a client that a file declares: the file would win.
    """
    if not settings:
        raise typer.BadParameter("name at least one KEY=VALUE")
    with open_desk(config) as desk:
        refuse_declared(f"client {client}", desk.declared_client(client))
        secrets: list[str | None] = []

        def revise(before: Client) -> Client:
            asked = _written(desk, before, settings)
            secrets.append(asked.secret)
            return asked.client

        changed = desk.services.clients.change(client, revise)
        if secrets[-1] is not None:
            desk.services.clients.set_secret(client, secrets[-1])
        row = _row(desk, changed)
    if output is Format.JSON:
        print_json(row)
    else:
        print_text(f"{client} is changed")


@app.command()
def secret(
    client: ClientArgument,
    *,
    renew: Annotated[
        bool, typer.Option("--renew", help="Make a new one; the old one ends at once.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Print the secret of a client. Whoever has it is the client."""
    with open_desk(config) as desk:
        clients = desk.services.clients
        clients.get(client)
        if renew:
            refuse_declared(f"client {client}", desk.declared_client(client))
        found = clients.set_secret(client) if renew else clients.secret_of(client)
    if output is Format.JSON:
        print_json({"id": client, "secret": found})
    elif found is None:
        raise typer.BadParameter(f"client {client} has no secret")
    else:
        print_text(found)


@app.command()
def delete(
    client: ClientArgument,
    *,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Delete a client. People cannot sign in to it any more.

    Refused for a client that a file declares: the next start would make it again.
    """
    with open_desk(config) as desk:
        refuse_declared(f"client {client}", desk.declared_client(client))
        found = desk.services.clients.get(client)
        confirm(f"Delete {client} ({found.name})?", yes=yes)
        desk.services.clients.delete(client)
    if output is Format.JSON:
        print_json({"deleted": client})
    else:
        print_text(f"{client} is deleted")


# Stands for the id of a client that has none yet.
_ANY = "new"


def _written(desk: Desk, client: Client, settings: list[str]) -> DeclaredClient:
    written = desk.read(ClientSettings, client_table(client), settings)
    return client_of(client.pool_id, written)


def _without_id(client: Client) -> Client:
    return replace(client, id="")


def _row(desk: Desk, client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "pool_id": client.pool_id,
        "name": client.name,
        "authentication": client.authentication.value,
        "declared": desk.declared_client(client.id),
    }
