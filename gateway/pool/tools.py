"""What the operations of a pool have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.pool.codes import Codes
from gateway.pool.credentials import Credentials, Sealer
from gateway.pool.decoys import Decoys
from gateway.pool.limits import Limits
from gateway.pool.messenger import Messenger
from gateway.pool.passwords.hashing import Passwords
from gateway.pool.tries import Tries
from gateway.pool.triggers.triggers import Triggers
from gateway.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTools:
    """The tools of sign-ups, sign-ins and recoveries.

    Attributes:
        database: Where everything is kept.
        sealer: Seals what must be opened again.
        credentials: Makes what is kept of a password.
        passwords: Verifies one.
        codes: Makes and checks codes.
        messenger: Hands them over for delivery.
        triggers: Asks the functions of pools.
        tries: Makes those wait who guess.
        limits: Counts what there is so much of in an hour.
        decoys: Makes people up.
        clock: Tells the time.
    """

    database: Database
    sealer: Sealer
    credentials: Credentials
    passwords: Passwords
    codes: Codes
    messenger: Messenger
    triggers: Triggers
    tries: Tries
    limits: Limits
    decoys: Decoys
    clock: Callable[[], datetime]
