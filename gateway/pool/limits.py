"""How much there is of something for one person in an hour.

Codes that are sent cost money and patience, and each that is tried is a guess. Counted before
it is done, whatever comes of it; for the person at one network, and more patiently for the
person wherever it comes from: so one stranger cannot use up what a person has.

Reference: Amazon Cognito, "Quotas in Amazon Cognito", operations on one user.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import LimitExceededError
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.throttling import network_of
from gateway.storage.database import Database
from gateway.storage.pools.spending import Spending, SpendingKey, Spent

WINDOW: Final = timedelta(hours=1)

# How much more there is from everywhere together.
EVERYWHERE_FACTOR: Final = 4

_MAX_NAME: Final = 256
_UNKNOWN_NETWORK: Final = "-"


class Limited(StrEnum):
    """What there is so much of."""

    RESEND_CODE = "resend_code"
    CONFIRM_SIGN_UP = "confirm_sign_up"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 - a name
    CONFIRM_PASSWORD = "confirm_password"  # noqa: S105 - a name
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - a name
    VERIFY_ATTRIBUTE = "verify_attribute"
    # A code as the first factor: anybody can have it sent who knows the name.
    SIGN_IN_CODE = "sign_in_code"
    SECOND_FACTOR_CODE = "second_factor_code"


# For each person, network and hour.
IN_AN_HOUR: Final[Mapping[Limited, int]] = {
    Limited.RESEND_CODE: 5,
    Limited.CONFIRM_SIGN_UP: 15,
    Limited.FORGOT_PASSWORD: 5,
    Limited.CONFIRM_PASSWORD: 15,
    Limited.CHANGE_PASSWORD: 5,
    Limited.VERIFY_ATTRIBUTE: 5,
    Limited.SIGN_IN_CODE: 10,
    Limited.SECOND_FACTOR_CODE: 20,
}


class Limits:
    """Counts what people have."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def spend(self, pool: Pool, what: Limited, whose: str, *, address: str) -> None:
        """Count something that is about to be done.

        Args:
            pool: The pool.
            what: What there is so much of.
            whose: From `whose`.
            address: Where the request comes from; empty if that is not known.

        Raises:
            LimitExceededError: There was too much of it in this hour. (That is the same for
                names that nobody has.)
        """
        self._database.write(
            lambda connection: self.count(
                connection, pool, what, whose, address=address
            )
        )

    def count(
        self,
        connection: Connection,
        pool: Pool,
        what: Limited,
        whose: str,
        *,
        address: str,
    ) -> None:
        """Count something that is done in somebody's transaction, as `spend` does.

        Raises:
            LimitExceededError: There was too much of it in this hour; nothing was counted.
        """
        network = network_of(address) or _UNKNOWN_NETWORK
        here = SpendingKey(pool.id, whose, what, network)
        everywhere = SpendingKey(pool.id, whose, what)
        most = {
            here: IN_AN_HOUR[what],
            everywhere: IN_AN_HOUR[what] * EVERYWHERE_FACTOR,
        }
        now = self._clock()
        kept = Spending(connection)
        spent = {key: _in_this_hour(kept.find(key), now) for key in most}
        ends = [
            each.began_at + WINDOW
            for key, each in spent.items()
            if each.count >= most[key]
        ]
        if ends:
            seconds = ceil((max(ends) - now).total_seconds())
            raise LimitExceededError(
                f"{what}: to wait {seconds} seconds", retry_after=seconds
            )
        for key, each in spent.items():
            kept.keep(key, Spent(each.count + 1, each.began_at))


def whose(pool: Pool, name: str, user: User | None) -> str:
    """Return for whom something is counted: a person, else a name that nobody has.

    Args:
        pool: The pool.
        name: As typed.
        user: To whom it leads.
    """
    if user is not None:
        return user.sub
    sensitive = pool.settings.sign_in.case_sensitive
    return comparable(name, case_sensitive=sensitive)[:_MAX_NAME]


def _in_this_hour(spent: Spent | None, now: datetime) -> Spent:
    if spent is None or now - spent.began_at >= WINDOW:
        return Spent(0, now)
    return spent
