"""Puts the parts of a sign-in together."""

from gateway.pool.sign_in.challenges.demands import Demands
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.progress import Progress
from gateway.pool.sign_in.sessions import Sessions
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_in.steps import Demand
from gateway.pool.tools import PoolTools


def sign_ins(tools: PoolTools) -> SignIns:
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
