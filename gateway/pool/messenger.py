"""What people are told, handed over for delivery.

How it is worded and sent is the business of `gateway.pool.messages`; here is what whoever has
something to tell says, and the shape of who takes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.attributes.addresses import masked_email, masked_phone
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, NoticeKind


@dataclass(frozen=True, slots=True)
class SentCode:
    """Where a code went.

    Attributes:
        address: Which kind of address.
        destination: The address itself; pages and wires show it masked.
    """

    address: Address
    destination: str

    @property
    def masked(self) -> str:
        """The destination as its owner knows it and others do not."""
        if self.address is Address.EMAIL:
            return masked_email(self.destination)
        return masked_phone(self.destination)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a person.

    Attributes:
        kind: What it is about.
        to: Where it goes.
        code: What the person types; for an invitation, the password. Empty if there is
            none.
        client_id: The client through which it came about; empty for administrators.
        language: Of the page the person is at, as in `ui_locales`; empty for the person's
            own.
        details: What the texts may name beside the code: `attribute`, `address` (of the
            network), `device`.
        metadata: What the caller hands through to triggers.
    """

    kind: NoticeKind
    to: SentCode
    code: str = field(default="", repr=False)
    client_id: str = ""
    language: str = ""
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    metadata: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )


def told_at(pool: Pool, user: User) -> SentCode | None:
    """Return where somebody is told what they have not asked for; `None` for nowhere.

    To an address that they have proven, and by e-mail: a text message costs money each time.
    """
    address = user.attributes.get(Address.EMAIL)
    is_proven = user.attributes.get(VERIFIED[Address.EMAIL]) == "true"
    if not pool.settings.messages.notices or not address or not is_proven:
        return None
    return SentCode(Address.EMAIL, address)


class Messenger(Protocol):
    """Hands messages over for delivery."""

    def put(
        self, connection: Connection, pool: Pool, user: User, notice: Notice
    ) -> None:
        """Keep a message for sending, in the caller's transaction. Sends nothing yet."""
