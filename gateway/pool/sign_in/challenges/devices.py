"""A device that says it is one of the person's, and proves it by SRP.

Reference: Amazon Cognito, DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import DeviceNotFoundError, NotAuthorizedError
from gateway.pool.factors.devices import Devices
from gateway.pool.sign_in.challenges.srp_proofs import (
    Claim,
    SrpProofs,
    public_number,
)
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.steps import Challenge
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    DeviceStart,
    Parameter,
    SrpProof,
)
from gateway.pool.tools import PoolTools

_FACTOR: Final = "device"
_PROOF: Final = ChallengeName.DEVICE_PROOF


class DeviceProofs:
    """Asks devices to prove that they are the ones."""

    def __init__(
        self, *, tools: PoolTools, sessions: Sessions, devices: Devices
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._devices = devices
        self._srp = SrpProofs(sessions=sessions)

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        _challenge: Challenge,
    ) -> Asked:
        """Return the question for the device that the client has named."""
        name = ChallengeName.DEVICE
        journey = replace(journey, asked=name, choices=(), kept={})
        return Asked(
            name,
            self._sessions.add(connection, visit, user, journey),
            user,
            parameters={Parameter.DEVICE_KEY.value: journey.device_key},
        )

    def start(self, visit: Visit, opened: OpenSession, answer: DeviceStart) -> Asked:
        """Return the server's half of the device's proof.

        Raises:
            InvalidSessionError: No device was asked for, or it was answered meanwhile.
            InvalidParameterError: The device's half is none.
            DeviceNotFoundError: It is not the device that was asked for, or forgotten.
        """
        user = opened.person(ChallengeName.DEVICE)
        if answer.device_key != opened.journey.device_key:
            raise DeviceNotFoundError("not the device that the sign-in began with")
        a = public_number(answer.a)
        claim = self._claim(visit, user, answer.device_key)

        def work(connection: Connection) -> Asked:
            self._sessions.use(connection, opened)
            journey = replace(opened.journey, asked=_PROOF)
            asked = self._srp.ask(connection, visit, user, journey, claim, a=a)
            named = {Parameter.DEVICE_KEY.value: answer.device_key}
            return replace(asked, parameters={**asked.parameters, **named})

        return self._tools.database.write(work)

    def answer(
        self, visit: Visit, opened: OpenSession, answer: SrpProof, progress: Progress
    ) -> Next:
        """Return what comes next, if the proof is right. The session is used up anyway.

        Raises:
            NotAuthorizedError: It proves nothing.
            AttemptsExceededError: There were too many tries.
            DeviceNotFoundError: The device is forgotten meanwhile.
            InvalidSessionError: Another answer was quicker.
        """
        user, key = opened.person(_PROOF), opened.journey.device_key
        pool, address = visit.pool, visit.context.address
        attempt = self._tools.tries.begin_factor(pool, user, _FACTOR, address)
        claim = self._claim(visit, user, key)
        if not self._srp.is_right(visit, opened, answer, claim):
            self._tools.database.write(
                lambda connection: self._sessions.use(connection, opened)
            )
            raise NotAuthorizedError("the device has not proven itself")
        self._tools.tries.succeed(attempt)
        self._devices.note_use(pool, user, key, address=address)
        # What a person knows and what they have are two factors, whoever demands them.
        methods = ("swk", "mfa") if opened.journey.amr else ("swk",)
        return progress.advance(
            visit,
            opened,
            lambda journey: replace(journey.proven(*methods), device_proven=True),
        )

    def _claim(self, visit: Visit, user: User, key: str) -> Claim:
        claim = self._devices.claim(visit.pool, user, key)
        return Claim(claim.group, claim.name, claim.verifier)
