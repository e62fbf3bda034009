"""What all commands about people begin with: the configuration, the database, the pool."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gateway.app.functions import build_functions
from gateway.app.offline import open_pool_services
from gateway.app.people import PeopleServices
from gateway.app.pools import PoolServices, find_pool
from gateway.cli.clock import now
from gateway.config.load import load as load_files
from gateway.pool.clients import Clients
from gateway.pool.pool import Pool

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
    str,
    typer.Argument(
        metavar="USER", help="The user name, a proven address, or the id (`sub`)."
    ),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with.

    Attributes:
        people: What can be done.
        pool: Whose people.
        clients: The clients of all pools.
    """

    people: PeopleServices
    pool: Pool
    clients: Clients


@contextmanager
def open_desk(config: Path, pool: str) -> Iterator[Desk]:
    """Give the pool that somebody means, and what can be done with its people.

    Args:
        config: `config.toml`.
        pool: Its id or name; empty for the only one.

    Raises:
        typer.BadParameter: There is no such pool, or several.
        ConfigError: The files have faults.
        StorageError: The database cannot be used.
    """
    configuration = load_files(config)
    with open_pool_services(configuration.settings, clock=now) as services:
        # Whoever is made here is as much the business of a pool's functions.
        functions = build_functions(
            configuration, threads=services.functions.threads, clock=now
        )
        services.functions.use(functions)
        yield Desk(services.people, _find(services, pool), services.clients)


def _find(services: PoolServices, wanted: str) -> Pool:
    try:
        return find_pool(services.pools, wanted)
    except LookupError as error:
        raise typer.BadParameter(str(error), param_hint="--pool") from error
