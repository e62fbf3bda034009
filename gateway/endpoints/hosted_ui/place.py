"""For whom somebody signs in: a client, and the pool that it belongs to."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.model.client import Client
from gateway.pool.pool import Pool


@dataclass(frozen=True, slots=True)
class Place:
    """What a page is about.

    Attributes:
        pool: Whose people sign in.
        client: The application that they come from.
    """

    pool: Pool
    client: Client


# From a client's id to the client with its pool; `None` if there is none of that id.
FindPlace = Callable[[str], Place | None]
