"""The two sides of a comparison, from folders or from revisions.

References to secrets are not followed: a revision does not hold them, and no policy reads
them.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from gateway.app.loading import Loaded, load, target_rules_of
from gateway.config.errors import ConfigError
from gateway.config.revisions import RevisionError, copy_revision
from gateway.policy.comparison.searching.side import Side

_CONFIG = "config.toml"


@contextmanager
def opened(asked: str, *, config: Path) -> Iterator[Loaded]:
    """Give the files that are meant, compiled.

    Args:
        asked: A folder with `config.toml`; a folder of policies alone, to which the present
            configuration is added; or a revision.
        config: The present `config.toml`.

    Raises:
        ConfigError: The files have faults; each names the side.
        typer.BadParameter: There is no such folder or revision.
    """
    with tempfile.TemporaryDirectory(prefix="gateway-diff-") as private:
        folder = _folder_of(asked, config=config, private=Path(private))
        try:
            yield load(folder / _CONFIG, follow=False)
        except ConfigError as error:
            faults = [
                replace(fault, file=f"{asked}: {fault.file}") for fault in error.faults
            ]
            raise ConfigError(faults) from None


def _folder_of(asked: str, *, config: Path, private: Path) -> Path:
    """Return a folder with everything in it."""
    path = Path(asked)
    if path.name == _CONFIG and path.is_file():
        return path.parent
    if path.is_dir():
        found = path
    else:
        found = private / "revision"
        found.mkdir()
        try:
            copy_revision(asked, root=config.parent, into=found)
        except RevisionError as error:
            raise typer.BadParameter(
                f"{asked!r} is no folder and no revision: {error}"
            ) from None
    if (found / _CONFIG).exists():
        return found
    if not any(found.glob("*.toml")):
        raise typer.BadParameter(f"{asked!r} holds neither {_CONFIG} nor policies")
    return _completed(found, config=config, private=private)


def _completed(policies: Path, *, config: Path, private: Path) -> Path:
    """Return a folder in which policies have the present configuration beside them."""
    folder = private / "combined"
    folder.mkdir()
    (folder / _CONFIG).symlink_to(config.resolve())
    (folder / "providers").symlink_to((config.parent / "providers").resolve())
    (folder / "policies").symlink_to(policies.resolve())
    return folder


def side_of(loaded: Loaded, name: str, *, now: datetime) -> Side:
    """Return a set of files as a comparison takes it.

    Args:
        loaded: The files.
        name: `old` or `new`.
        now: The clock of both sides.
    """
    configuration = loaded.configuration
    server = configuration.settings.server
    return Side(
        name=name,
        engine=loaded.engine,
        router=loaded.routes,
        routes=loaded.declared,
        providers=configuration.providers,
        policies=configuration.policies,
        guest=configuration.settings.guest,
        now=now,
        rules=target_rules_of(configuration),
        proxies=tuple(map(str, server.trusted_proxies)),
        region=server.region,
    )
