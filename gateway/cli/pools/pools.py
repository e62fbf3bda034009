"""`gateway pools`: what pools there are, and what they are told."""

import re
from typing import Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigOption, Format, FormatOption
from gateway.cli.output import print_json, print_table, print_text
from gateway.cli.pools import clients
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
from gateway.config.providers.pool.provider import PoolProvider
from gateway.pool.declared.values import settings_of
from gateway.pool.declared.writing import pool_table
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings

PoolArgument = Annotated[str, typer.Argument(metavar="POOL", help="The pool's id.")]

app = typer.Typer(no_args_is_help=True, help="User pools.")
app.add_typer(clients.app, name="clients")


@app.command("list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Show all pools.

    `declared` is the file of providers/ that says what the pool is; without one it was
    made otherwise.
    """
    with open_desk(config) as desk:
        rows = [_row(desk, pool) for pool in every(desk.services.pools.list)]
    if output is Format.JSON:
        print_json(rows)
        return
    header = ["id", "name", "created_at", "declared"]
    print_table(header, [[row[name] for name in header] for row in rows])


@app.command()
def show(
    pool: PoolArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show what a pool is told, in full.

    As text: a file of providers/ that would declare the same pool; its clients are shown by
    `gateway pools clients`.
    """
    with open_desk(config) as desk:
        found = desk.services.pools.get(pool)
        row = _row(desk, found)
    written = _written(desk, found.id, found.settings, [])
    if output is Format.JSON:
        print_json({**row, "settings": _own(as_json(written))})
    else:
        print_text(as_toml(written))


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="For people.")],
    settings: SettingsArgument = None,
    *,
    pool_id: Annotated[
        str | None,
        typer.Option(
            "--id", help="What it is called on every wire; by default made up."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Make a pool, and print its id."""
    with open_desk(config) as desk:
        plain = PoolSettings(name=name)
        written = _written(desk, _ANY, plain, settings or [])
        pool = desk.services.pools.create(settings_of(written), pool_id=pool_id)
        row = _row(desk, pool)
    if output is Format.JSON:
        print_json(row)
    else:
        print_text(pool.id)


@app.command("set")
def set_(
    pool: PoolArgument,
    settings: SettingsArgument = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Change settings of a pool; those that are not named stay as they are.

    Refused for a pool that a file declares: the file would win.
    """
    if not settings:
        raise typer.BadParameter("name at least one KEY=VALUE")
    with open_desk(config) as desk:
        refuse_declared(f"pool {pool}", desk.declared_pool(pool))

        def revise(before: PoolSettings) -> PoolSettings:
            return settings_of(_written(desk, pool, before, settings))

        changed = desk.services.pools.change(pool, revise)
        row = _row(desk, changed)
    if output is Format.JSON:
        print_json(row)
    else:
        print_text(f"{pool} is changed")


@app.command()
def delete(
    pool: PoolArgument,
    *,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = Format.TEXT,
) -> None:
    """Delete a pool with everybody and everything in it.

    Refused for a pool that a file declares, and for one that is protected: say
    `gateway pools set POOL protected=false` first.
    """
    with open_desk(config) as desk:
        refuse_declared(f"pool {pool}", desk.declared_pool(pool))
        found = desk.services.pools.get(pool)
        people = desk.services.people.directory.count(found)
        confirm(f"Delete {pool} ({found.settings.name}) with {people} people?", yes=yes)
        desk.services.pools.delete(pool)
    if output is Format.JSON:
        print_json({"deleted": pool, "people": people})
    else:
        print_text(f"{pool} is deleted")


# Stands for the id of a pool that has none yet.
_ANY = "us-east-1_000000000"


def _written(
    desk: Desk, pool_id: str, told: PoolSettings, settings: list[str]
) -> PoolProvider:
    head = {"kind": "pool", "id": _id_of(told.name), "pool_id": pool_id}
    return desk.read(PoolProvider, head | pool_table(told), settings)


def _id_of(name: str) -> str:
    """Return a provider's id that is like a name."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return plain[:63] if plain[:1].isalpha() else "pool"


def _own(table: dict[str, Any]) -> dict[str, Any]:
    """Return what is the pool's own of a provider's table."""
    own = pool_table(PoolSettings(name=""))
    return {key: value for key, value in table.items() if key in own}


def _row(desk: Desk, pool: Pool) -> dict[str, str]:
    return {
        "id": pool.id,
        "name": pool.settings.name,
        "created_at": pool.created_at.isoformat(timespec="seconds"),
        "declared": desk.declared_pool(pool.id),
    }
