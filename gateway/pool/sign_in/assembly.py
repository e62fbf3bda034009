"""Puts the parts of a sign-in together."""

from dataclasses import dataclass

from gateway.pool.factors.devices import Devices
from gateway.pool.factors.passkeys import PasskeyCeremonies
from gateway.pool.factors.preferences import FactorPreferences
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Totp
from gateway.pool.sign_in.challenges.custom import CustomFlow
from gateway.pool.sign_in.challenges.demands import Demands
from gateway.pool.sign_in.challenges.devices import DeviceProofs
from gateway.pool.sign_in.challenges.first_factors import FirstFactors, Ways
from gateway.pool.sign_in.challenges.passkeys import PasskeyFactor
from gateway.pool.sign_in.challenges.passwords import PasswordFactor
from gateway.pool.sign_in.challenges.second_factors import SecondFactors
from gateway.pool.sign_in.challenges.sent_codes import SentCodes
from gateway.pool.sign_in.challenges.set_up import SetUp
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.progress import Progress
from gateway.pool.sign_in.sessions import Sessions
from gateway.pool.sign_in.sign_ins import Challenges, SignIns
from gateway.pool.sign_in.steps import Demand
from gateway.pool.tools import PoolTools


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What people prove themselves with, beside passwords and codes.

    Attributes:
        totp: Authenticator apps.
        passkeys: Passkeys.
        recovery_codes: For whoever has lost the others.
        devices: Those that are remembered.
        preferences: What each person has, and wants.
    """

    totp: Totp
    passkeys: PasskeyCeremonies
    recovery_codes: RecoveryCodes
    devices: Devices
    preferences: FactorPreferences


def sign_ins(tools: PoolTools, factors: Factors) -> SignIns:
    """Return what signs people in."""
    sessions = Sessions(sealer=tools.sealer)
    codes = SentCodes(tools=tools, sessions=sessions)
    demands = Demands(tools=tools, sessions=sessions)
    devices = DeviceProofs(tools=tools, sessions=sessions, devices=factors.devices)
    second = SecondFactors(
        tools=tools,
        sessions=sessions,
        codes=codes,
        totp=factors.totp,
        recovery_codes=factors.recovery_codes,
    )
    set_up = SetUp(tools=tools, sessions=sessions, codes=codes, totp=factors.totp)
    progress = Progress(
        tools=tools,
        sessions=sessions,
        devices=factors.devices,
        askers={
            Demand.NEW_PASSWORD: demands,
            Demand.MISSING_ATTRIBUTES: demands,
            Demand.SECOND_FACTOR: second,
            Demand.SELECT_FACTOR: second,
            Demand.SET_UP_FACTOR: set_up,
            Demand.DEVICE: devices,
        },
    )
    ways = _ways(tools, factors, sessions, codes, progress)
    challenges = Challenges(
        first=FirstFactors(tools=tools, sessions=sessions, ways=ways),
        ways=ways,
        second=second,
        set_up=set_up,
        demands=demands,
        devices=devices,
        custom=CustomFlow(
            tools=tools,
            sessions=sessions,
            passwords=ways.passwords,
            progress=progress,
        ),
    )
    return SignIns(
        tools=tools, sessions=sessions, progress=progress, challenges=challenges
    )


def _ways(
    tools: PoolTools,
    factors: Factors,
    sessions: Sessions,
    codes: SentCodes,
    progress: Progress,
) -> Ways:
    return Ways(
        preferences=factors.preferences,
        passwords=PasswordFactor(
            tools=tools, sessions=sessions, proof=_proof(tools), progress=progress
        ),
        codes=codes,
        passkeys=PasskeyFactor(
            tools=tools,
            sessions=sessions,
            ceremonies=factors.passkeys,
            progress=progress,
        ),
    )


def _proof(tools: PoolTools) -> PasswordProof:
    return PasswordProof(
        database=tools.database,
        credentials=tools.credentials,
        passwords=tools.passwords,
        tries=tools.tries,
        clock=tools.clock,
    )
