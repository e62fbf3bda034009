"""Secrets in rows: sealed for one column of one row, and of no use in another.

Whoever can write to the database could else put somebody's sealed secret into a row of
their own, and have it opened for themselves. What seals is handed in (`gateway.keys.seal`
does it); what is sealed names its key, so that another key is told apart from damage.
"""

import json
from typing import Any, Protocol

from sqlalchemy import Column


class Seal(Protocol):
    """Protects values for a purpose."""

    def seal(self, plaintext: bytes, *, purpose: str) -> str:
        """Return the sealed value as printable ASCII."""

    def open(self, sealed: str, *, purpose: str) -> bytes:
        """Return what was sealed; raise if that was for another purpose."""


class SealedColumn:
    """Seals and opens what stands in one column."""

    def __init__(self, column: Column[Any], *, seal: Seal) -> None:
        """Seal for a column.

        Args:
            column: One that belongs to a table.
            seal: Does it.
        """
        self._place = (column.table.name, column.name)
        self._seal = seal

    def seal(self, plaintext: bytes, *row: str) -> str:
        """Return what to keep in the column.

        Args:
            plaintext: The secret.
            row: The row's primary key.
        """
        return self._seal.seal(plaintext, purpose=self._purpose(row))

    def open(self, sealed: str, *row: str) -> bytes:
        """Return the secret that stands in the column.

        Args:
            sealed: What stands there.
            row: The primary key of the row in which it stands.

        Raises:
            UnavailableError: It was sealed with another key or for another row, or it is
                damaged (`gateway.keys.errors.SealError`).
        """
        return self._seal.open(sealed, purpose=self._purpose(row))

    def _purpose(self, row: tuple[str, ...]) -> str:
        if not row:
            raise ValueError("a row has a primary key")
        # In a form in which no two rows are the same text.
        return json.dumps([*self._place, *row])
