"""What a client may see and change of its people's attributes.

Reference: Amazon Cognito, "App client attribute permissions" (by default, a client reads
everything and writes what is standard).
"""

from collections.abc import Mapping

from gateway.model.client import Client
from gateway.pool.attributes.schema import STANDARD


def may_read(client: Client, name: str) -> bool:
    """Whether a client's tokens and calls show an attribute; `sub` always."""
    return client.readable is None or name == "sub" or name in client.readable


def may_write(client: Client, name: str) -> bool:
    """Whether people may set an attribute of theirs through a client."""
    return name in (STANDARD if client.writable is None else client.writable)


def readable(client: Client, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a client sees of somebody's attributes."""
    return {name: value for name, value in attributes.items() if may_read(client, name)}
