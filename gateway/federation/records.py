"""What is kept of the last thing that a provider said about somebody, sealed.

It tells why an attribute is missing, and what the provider vouched for; policies and tokens
never see it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.storage.pools.federated_logins import Login
from gateway.storage.pools.federation_tables import FEDERATED_LOGIN
from gateway.storage.sealed import Seal, SealedColumn

# More than any token may hold; what is longer is told apart from what was never there.
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """What was said, and how it was asked.

    Attributes:
        issuer: Who said it.
        claims: All of it; empty if it was too much to keep.
        scopes: What was asked for.
        client_id: Through which client they signed in.
        vouched: Names of the addresses that the provider vouched for.
    """

    issuer: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    scopes: tuple[str, ...] = ()
    client_id: str = ""
    vouched: frozenset[str] = frozenset()


class Records:
    """Seals and opens them."""

    def __init__(self, *, seal: Seal) -> None:
        self._column = SealedColumn(FEDERATED_LOGIN.c.claims, seal=seal)

    def seal(self, record: Record, key: tuple[str, str, str]) -> str:
        """Return what to keep.

        Args:
            record: What was said.
            key: Pool, provider and subject: in the row of another login it opens nothing.
        """
        told = {
            "issuer": record.issuer,
            "claims": dict(record.claims),
            "scopes": list(record.scopes),
            "client_id": record.client_id,
            "vouched": sorted(record.vouched),
        }
        plain = _text(told)
        if len(plain) > MAX_BYTES:
            plain = _text({**told, "claims": {}})
        return self._column.seal(plain, *key)

    def open(self, login: Login) -> Record:
        """Return what is kept of a login; an empty record for one that was never used.

        Raises:
            UnavailableError: It was sealed with another key, or is damaged.
        """
        if login.claims is None:
            return Record()
        key = (login.pool_id, login.provider, login.subject)
        told = json.loads(self._column.open(login.claims, *key))
        return Record(
            issuer=told["issuer"],
            claims=told["claims"],
            scopes=tuple(told["scopes"]),
            client_id=told["client_id"],
            vouched=frozenset(told["vouched"]),
        )


def _text(told: Mapping[str, Any]) -> bytes:
    # Claims may hold times, and sequences that JSON has no word for.
    return json.dumps(told, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)
