"""Puts the parts of a sign-in together, from the tools that they need."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.pool.credentials import Credentials, Sealer
from gateway.pool.passwords.hashing import Passwords
from gateway.pool.sign_in.challenges.demands import Demands
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.progress import Progress
from gateway.pool.sign_in.sessions import Sessions
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_in.steps import Demand
from gateway.pool.tries import Tries
from gateway.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What sign-ins are made with.

    Attributes:
        database: Where everything is kept.
        sealer: Seals what is kept between two steps.
        credentials: Makes what is kept of a password.
        passwords: Verifies one.
        tries: Counts them.
        clock: Tells the time.
    """

    database: Database
    sealer: Sealer
    credentials: Credentials
    passwords: Passwords
    tries: Tries
    clock: Callable[[], datetime]


def sign_ins(tools: Tools) -> SignIns:
    """Return what signs people in."""
    sessions = Sessions(sealer=tools.sealer)
    demands = Demands(
        database=tools.database, sessions=sessions, credentials=tools.credentials
    )
    progress = Progress(
        database=tools.database,
        askers={Demand.NEW_PASSWORD: demands, Demand.MISSING_ATTRIBUTES: demands},
    )
    passwords = PasswordProof(
        database=tools.database,
        credentials=tools.credentials,
        passwords=tools.passwords,
        tries=tools.tries,
        clock=tools.clock,
    )
    return SignIns(
        database=tools.database,
        progress=progress,
        passwords=passwords,
        demands=demands,
        clock=tools.clock,
    )
