"""`[storage]`: where identities are kept, and the key that seals secrets at rest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from gateway.config.settings.door import door_of
from gateway.config.settings.references import Secret, store_key
from gateway.config.settings.section import Called, Section, flaw, unavailable


@dataclass(frozen=True, slots=True)
class SqliteUrl:
    """A database in one file.

    Attributes:
        path: The file; relative ones stand below the folder of `config.toml`.
    """

    path: Path

    @property
    def text(self) -> str:
        """The database as it is written in a file."""
        return f"sqlite:{self.path}"


def parse_storage_url(value: Any, info: ValidationInfo) -> SqliteUrl:
    """Return the database that `"sqlite:state/gateway.db"` names."""
    if isinstance(value, SqliteUrl):
        return value
    kind, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    # "sqlite:///x" is how other programs spell it; three slashes would be a root folder.
    if kind == "sqlite" and name and not name.startswith("//") and "\0" not in name:
        return SqliteUrl(door_of(info).root / name)
    if kind in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise unavailable("storage in PostgreSQL")
    raise flaw(
        "E105", "this names no database", hint='write "sqlite:path/of/the/file.db"'
    )


class StorageSettings(Section):
    """The database."""

    url: Annotated[SqliteUrl, PlainValidator(parse_storage_url), Called("database")] = (
        Field(description="`sqlite:` and the path of the file.")
    )
    encrypt_with: Annotated[Secret, AfterValidator(store_key)] = Field(
        description="Seals private keys and secrets at rest; at least 32 bytes."
    )
