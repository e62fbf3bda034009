"""What is said of people who do not exist, as if they did.

Made of the name and a secret: the same each time somebody asks, and without the secret not
to be told from what is said of others.
"""

import hashlib
import hmac
import string
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from gateway.pool import srp
from gateway.pool.attributes.addresses import is_email, is_phone
from gateway.pool.codes import MAX_TRIES, Outcome
from gateway.pool.messenger import SentCode
from gateway.pool.names import comparable, is_username, looks_like_alias
from gateway.pool.pool import Pool
from gateway.pool.settings import Address
from gateway.storage.pools.spending import Spending, SpendingKey, Spent

_SALT_BYTES: Final = 16
_NUMBER_BYTES: Final = 384
_LETTERS: Final = string.ascii_lowercase
_PHONE_DIGITS: Final = 11


class Decoys:
    """Makes people up."""

    def __init__(self, *, secret: bytes) -> None:
        """Take the secret.

        Args:
            secret: 32 bytes that never leave the gateway.
        """
        self._secret = secret

    def verifier(self, pool: Pool, name: str) -> srp.Verifier:
        """Return what a password would be proven by; none does.

        Its number is no power of anything that is known, which nobody can see; and it takes
        no longer than to open somebody's.
        """
        salt = int.from_bytes(self._bytes(pool, name, "salt", _SALT_BYTES))
        value = int.from_bytes(self._bytes(pool, name, "verifier", _NUMBER_BYTES))
        return srp.Verifier(salt, value % srp.N)

    def user_id(self, pool: Pool, name: str) -> str:
        """Return the user name inside the pool that somebody would have.

        The name itself, where names are typed; what an address would lead to elsewhere.
        """
        settings = pool.settings.sign_in
        form = comparable(name, case_sensitive=settings.case_sensitive)
        is_typed = not settings.addresses and not looks_like_alias(form, settings)
        if is_typed and is_username(form):
            return form
        return str(UUID(bytes=self._bytes(pool, name, "sub", 16), version=4))

    def destination(self, pool: Pool, name: str, address: Address) -> SentCode:
        """Return where a code would go, to be shown masked.

        The address that was typed, where one was.
        """
        form = comparable(name, case_sensitive=False)
        if (is_email if address is Address.EMAIL else is_phone)(form):
            return SentCode(address, form)
        if address is Address.EMAIL:
            # Most people's address begins like their name.
            drawn = [_LETTERS[each % 26] for each in self._bytes(pool, name, "mail", 2)]
            local = form[0] if form[:1].isalnum() else drawn[0]
            return SentCode(address, f"{local}@{drawn[1]}.example")
        digits = self._bytes(pool, name, "phone", _PHONE_DIGITS)
        return SentCode(address, "+" + "".join(str(each % 10) for each in digits))

    def _bytes(self, pool: Pool, name: str, what: str, length: int) -> bytes:
        form = comparable(name, case_sensitive=pool.settings.sign_in.case_sensitive)
        said = f"{what}\0{pool.id}\0{form}".encode()
        key = hmac.digest(self._secret, said, "sha256")
        return hashlib.shake_256(key).digest(length)


class DecoyCodes:
    """Codes that were sent to nobody: they are missed as often as others, then expire."""

    def __init__(self, connection: Connection, what: str) -> None:
        """Count in somebody's transaction.

        Args:
            connection: One that may write.
            what: What the codes would be good for.
        """
        self._kept = Spending(connection)
        self._what = f"decoy {what}"

    def send(self, pool: Pool, whose: str, now: datetime) -> None:
        """Remember that a code would have been sent, in the place of the one before."""
        self._kept.keep(SpendingKey(pool.id, whose, self._what), Spent(0, now))

    def look(self, pool: Pool, whose: str) -> None:
        """Do what trying one begins with, for whoever has a code: it takes as long."""
        self._kept.find(SpendingKey(pool.id, whose, self._what))

    def try_one(
        self, pool: Pool, whose: str, now: datetime, lifetime: timedelta
    ) -> Outcome:
        """Return what is said of whatever was typed."""
        key = SpendingKey(pool.id, whose, self._what)
        spent = self._kept.find(key)
        if spent is None or now - spent.began_at >= lifetime:
            return Outcome.EXPIRED
        if spent.count + 1 >= MAX_TRIES:
            self._kept.remove(key)
        else:
            self._kept.keep(key, Spent(spent.count + 1, spent.began_at))
        return Outcome.WRONG
