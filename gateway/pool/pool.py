"""One pool: its name on every wire, and what it is told."""

from dataclasses import dataclass
from datetime import datetime

from gateway.pool.settings import PoolSettings


@dataclass(frozen=True, slots=True)
class Pool:
    """A directory of people.

    Attributes:
        id: `region_` and nine letters and digits.
        settings: What it is told.
        created_at: When it was made.
    """

    id: str
    settings: PoolSettings
    created_at: datetime

    @property
    def group(self) -> str:
        """The name that clients hash into every proof of a password."""
        return self.id.partition("_")[2]
