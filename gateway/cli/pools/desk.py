"""What the commands about pools have in common: the services, settings as arguments, files."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from gateway.cli.clock import now
from gateway.config.configuration import ProviderFile
from gateway.config.document import Document
from gateway.config.load import load as load_files
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.door import Door
from gateway.config.settings.section import Section
from gateway.config.settings.written import written_table
from gateway.config.validation import Reader

if TYPE_CHECKING:
    from gateway.app.pools import PoolServices
    from gateway.pool.listed import Listed

S = TypeVar("S", bound=Section)
T = TypeVar("T")

# How much is read at a time.
PAGE = 500

SettingsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...",
        help="Settings in the words of providers/*.toml: sign_up.open=false, "
        "password.min_length=12, recovery='[\"email\"]'. `gateway show provider pool` "
        "shows all of them.",
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask whether that is meant.")
]


@dataclass(frozen=True)
class Desk:
    """The services, and what the files declare.

    Attributes:
        services: What can be done with pools.
        root: The folder of `config.toml`; paths in settings start there.
    """

    services: "PoolServices"
    root: Path
    _files: tuple[ProviderFile, ...]

    def declared_pool(self, pool_id: str) -> str:
        """Return the file that declares a pool; empty if none does."""
        for file in self._files:
            if isinstance(file.settings, PoolProvider) and (
                file.settings.pool_id == pool_id
            ):
                return file.document.name
        return ""

    def declared_client(self, client_id: str) -> str:
        """Return the file that declares a client; empty if none does."""
        for file in self._files:
            settings = file.settings
            if isinstance(settings, PoolProvider) and any(
                client.id == client_id for client in settings.client
            ):
                return file.document.name
        return ""

    def read(
        self, model: type[S], table: Mapping[str, Any], settings: Sequence[str]
    ) -> S:
        """Return a table of a file with some settings changed.

        Raises:
            typer.BadParameter: With everything that is wrong with them.
        """
        changes = [_parse(each) for each in settings]
        whole: dict[str, Any] = dict(table)
        for change in changes:
            whole = _merged(whole, change)
        document = Document(path=self.root, name="settings", raw=b"")
        reader = Reader(document, Door(root=self.root))
        found = reader.read(model, whole)
        if found is None:
            raise typer.BadParameter("; ".join(each.message for each in reader.faults))
        return found


@contextmanager
def open_desk(config: Path) -> Iterator[Desk]:
    """Give the services until the block ends."""
    # It brings the database and all that is made of it; `--help` does without.
    from gateway.app.offline import open_pool_services  # noqa: PLC0415 - slow to import

    configuration = load_files(config)
    with open_pool_services(configuration.settings, clock=now) as services:
        yield Desk(services, configuration.root, configuration.providers)


def every(page: "Callable[..., Listed[T]]") -> Iterator[T]:
    """Yield what stands on all pages of a list."""
    cursor: str | None = None
    while True:
        found = page(cursor=cursor, limit=PAGE)
        yield from found.entries
        cursor = found.next
        if cursor is None:
            return


def refuse_declared(what: str, file: str) -> None:
    """Refuse to change what a file says: the next reload would change it back.

    Raises:
        typer.BadParameter: A file does.
    """
    if file:
        raise typer.BadParameter(f"{what} is declared in {file}; change it there")


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether that is meant, unless it was said already.

    Raises:
        typer.Abort: It is not.
    """
    if not yes:
        typer.confirm(question, abort=True, err=True)


def as_toml(section: Section) -> str:
    """Return a table as one would write it in a file, each key explained."""
    return written_table(section)


def as_json(section: Section) -> dict[str, Any]:
    """Return a table in the types of JSON, in the words of the files."""
    return tomllib.loads(written_table(section))


def _parse(setting: str) -> dict[str, Any]:
    """Return a setting as TOML has it. Text may stand without its quotes."""
    key, equals, value = setting.partition("=")
    if not equals:
        raise typer.BadParameter(f"{setting!r} is no KEY=VALUE")
    for line in (f"{key} = {value}", f"{key} = {json.dumps(value)}"):
        try:
            return tomllib.loads(line)
        except tomllib.TOMLDecodeError:
            continue
    raise typer.BadParameter(f"{setting!r}: {key!r} is no key")


def _merged(table: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table in which the changed keys are changed, and no others."""
    merged = dict(table)
    for key, value in change.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merged(before, value)
        else:
            merged[key] = value
    return merged
