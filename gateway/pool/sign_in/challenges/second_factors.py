"""The second factor: which one, and whether it is right.

Whoever has several may take another one than the one that is asked for.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import CodeMismatchError, ExpiredCodeError, InvalidSessionError
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Totp
from gateway.pool.messenger import SentCode
from gateway.pool.settings import Address, SecondFactor
from gateway.pool.sign_in.challenges.sent_codes import SentCodes
from gateway.pool.sign_in.progress import Next, Progress, standing_of
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.steps import Challenge, Demand, usable_factors
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    ChosenFactor,
    Parameter,
    TypedCode,
)
from gateway.pool.tools import PoolTools
from gateway.storage.pools.recovery_codes import StoredRecoveryCodes
from gateway.storage.pools.secrets import AllSecrets

NAMES: Final = {
    SecondFactor.TOTP: ChallengeName.TOTP,
    SecondFactor.SMS_CODE: ChallengeName.SMS_CODE,
    SecondFactor.EMAIL_CODE: ChallengeName.EMAIL_CODE,
}
_ADDRESSES: Final = {
    ChallengeName.SMS_CODE: Address.PHONE,
    ChallengeName.EMAIL_CODE: Address.EMAIL,
}


class SecondFactors:
    """Asks for second factors, and looks at those that are not sent."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        codes: SentCodes,
        totp: Totp,
        recovery_codes: RecoveryCodes,
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._codes = codes
        self._totp = totp
        self._recovery_codes = recovery_codes

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        challenge: Challenge,
    ) -> Asked:
        """Return the question for a factor, or for which it is to be.

        Raises:
            LimitExceededError: Too many codes were sent in this hour.
        """
        standing = standing_of(connection, visit, user, journey)
        usable = usable_factors(standing, visit.pool.settings.mfa)
        choices = [NAMES[each] for each in usable]
        if StoredRecoveryCodes(connection).count(user.pool_id, user.sub):
            choices.append(ChallengeName.RECOVERY_CODE)
        journey = replace(journey, choices=tuple(choices), kept={})
        if challenge.name is Demand.SECOND_FACTOR:
            name = NAMES[challenge.factors[0]]
            return self._ask_for(connection, visit, user, journey, name)
        journey = replace(journey, asked=ChallengeName.SELECT_FACTOR)
        session = self._sessions.add(connection, visit, user, journey)
        return Asked(journey.asked, session, user, choices=journey.choices)

    def choose(self, visit: Visit, opened: OpenSession, answer: ChosenFactor) -> Asked:
        """Return the question for the factor that was chosen.

        Raises:
            InvalidSessionError: There is nothing to choose, or not that one.
            LimitExceededError: Too many codes were sent in this hour.
        """
        if answer.name not in opened.journey.choices:
            raise InvalidSessionError("not one of the choices")

        def work(connection: Connection) -> Asked:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            user = now.person(opened.journey.asked)
            name = ChallengeName(answer.name)
            return self._ask_for(connection, visit, user, now.journey, name)

        return self._tools.database.write(work)

    def answer_totp(
        self, visit: Visit, opened: OpenSession, answer: TypedCode, progress: Progress
    ) -> Next:
        """Return what comes next, if it is what the authenticator shows.

        Raises:
            AttemptsExceededError: There were too many tries.
            CodeMismatchError: It is not the code; the session may be used again.
            ExpiredCodeError: It was used before; likewise.
            InvalidSessionError: Another answer was quicker.
        """
        user = opened.person(ChallengeName.TOTP)
        try:
            self._totp.check(
                visit.pool, user, answer.code, address=visit.context.address
            )
        except (CodeMismatchError, ExpiredCodeError):
            progress.miss(visit, opened)
            raise
        return progress.advance(visit, opened, with_second)

    def answer_recovery(
        self, visit: Visit, opened: OpenSession, code: str, progress: Progress
    ) -> Next:
        """Return what comes next, if it is one of the codes for such days.

        It need not have been chosen: whoever is asked for another factor may type one.

        Raises:
            InvalidSessionError: No second factor was asked for, or the person has no codes,
                or another answer was quicker.
            AttemptsExceededError: There were too many tries.
            CodeMismatchError: It is none of them; the session may be used again.
        """
        if ChallengeName.RECOVERY_CODE not in opened.journey.choices:
            raise InvalidSessionError("no recovery code can be used here")
        user = opened.person(opened.journey.asked)
        try:
            self._recovery_codes.use(
                visit.pool, user, code, address=visit.context.address
            )
        except CodeMismatchError:
            progress.miss(visit, opened)
            raise
        return progress.advance(visit, opened, with_second)

    def _ask_for(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        name: ChallengeName,
    ) -> Asked:
        if name in _ADDRESSES:
            address = _ADDRESSES[name]
            to = SentCode(address, user.attributes[address])
            return self._codes.ask(connection, visit, user, journey, to)
        journey = replace(journey, asked=name, kept={})
        parameters: dict[str, str] = {}
        if name is ChallengeName.TOTP:
            secrets = AllSecrets(connection).find(user.pool_id, user.sub)
            parameters[Parameter.DEVICE_NAME] = secrets.totp_name or ""
        return Asked(
            name,
            self._sessions.add(connection, visit, user, journey),
            user,
            choices=journey.choices,
            parameters=parameters,
        )


def with_second(journey: Journey) -> Journey:
    """Return the journey after an authenticator was proven."""
    return replace(journey.proven("otp", "mfa"), has_second=True)
