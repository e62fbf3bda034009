"""Setting up a second factor in the middle of a sign-in, where one is demanded.

Reference: Amazon Cognito, AssociateSoftwareToken and VerifySoftwareToken with a session.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import (
    CodeMismatchError,
    InvalidParameterError,
    InvalidSessionError,
)
from gateway.pool.factors.totp import Totp
from gateway.pool.messenger import SentCode
from gateway.pool.settings import Address
from gateway.pool.sign_in.challenges.second_factors import NAMES, with_second
from gateway.pool.sign_in.challenges.sent_codes import SentCodes
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.steps import Challenge
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Parameter,
    ProvenTotp,
    SetUpDone,
    SetUpEmail,
    SetUpTotp,
)
from gateway.pool.tools import PoolTools

_PROVEN: Final = "proven"
_STEP: Final = ChallengeName.SET_UP_FACTOR


class SetUp:
    """Sets second factors up."""

    def __init__(
        self, *, tools: PoolTools, sessions: Sessions, codes: SentCodes, totp: Totp
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._codes = codes
        self._totp = totp

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        challenge: Challenge,
    ) -> Asked:
        """Return the question, with what can be set up."""
        choices = tuple(NAMES[each] for each in challenge.factors)
        journey = replace(journey, asked=_STEP, choices=choices, kept={})
        session = self._sessions.add(connection, visit, user, journey)
        return Asked(_STEP, session, user, choices=choices)

    def answer(
        self,
        visit: Visit,
        opened: OpenSession,
        answer: SetUpTotp | ProvenTotp | SetUpDone | SetUpEmail,
        progress: Progress,
    ) -> Next:
        """Return what comes next.

        Raises:
            InvalidSessionError: Nothing is to be set up, or not that.
            NotAllowedError: The pool has no such factor.
            InvalidParameterError: The address is none.
            AttemptsExceededError: There were too many tries.
            CodeMismatchError: It is not what the authenticator shows.
            WrongStateError: No authenticator is being set up, or it was meanwhile.
            LimitExceededError: Too many codes were sent in this hour.
        """
        user = opened.person(_STEP)
        match answer:
            case SetUpTotp():
                _check_choice(opened, ChallengeName.TOTP)
                enrolment = self._totp.associate(visit.pool, user)
                shown = {
                    Parameter.TOTP_SECRET.value: enrolment.secret,
                    Parameter.TOTP_URI.value: enrolment.uri,
                }
                return self._ask_again(visit, opened, parameters=shown)
            case ProvenTotp():
                return self._prove(visit, opened, answer, progress)
            case SetUpDone():
                if _PROVEN not in opened.journey.kept:
                    raise InvalidSessionError("nothing was set up yet")
                return progress.advance(visit, opened, with_second)
            case SetUpEmail():
                return self._send(visit, opened, user, answer)
            case _:
                assert_never(answer)

    def _prove(
        self, visit: Visit, opened: OpenSession, answer: ProvenTotp, progress: Progress
    ) -> Next:
        user = opened.person(_STEP)
        _check_choice(opened, ChallengeName.TOTP)
        try:
            self._totp.verify(
                visit.pool,
                user,
                answer.code,
                address=visit.context.address,
                name=answer.device_name,
                is_first=True,
            )
        except CodeMismatchError:
            progress.miss(visit, opened)
            raise
        if answer.pauses:
            return self._ask_again(visit, opened, kept={_PROVEN: ChallengeName.TOTP})
        return progress.advance(visit, opened, with_second)

    def _ask_again(
        self,
        visit: Visit,
        opened: OpenSession,
        *,
        parameters: Mapping[str, str] | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> Asked:
        """Return the same question again, with another session."""

        def work(connection: Connection) -> Asked:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            journey = replace(now.journey, kept=kept or {})
            session = self._sessions.add(connection, visit, now.user, journey)
            return Asked(
                _STEP,
                session,
                now.user,
                choices=journey.choices,
                parameters=parameters or {},
            )

        return self._tools.database.write(work)

    def _send(
        self, visit: Visit, opened: OpenSession, user: User, answer: SetUpEmail
    ) -> Asked:
        """Return the question for a code that goes to an address of the person's."""
        _check_choice(opened, ChallengeName.EMAIL_CODE)
        known = user.attributes
        email = answer.email or known.get(Address.EMAIL, "")
        schema = visit.pool.settings.schema
        problems = dict(schema.problems({Address.EMAIL: email}, known=known))
        if problems or not email:
            raise InvalidParameterError("no address", problems=problems)

        def work(connection: Connection) -> Asked:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            to = SentCode(Address.EMAIL, email)
            journey = replace(now.journey, choices=(), sets_up=True)
            return self._codes.ask(connection, visit, now.user, journey, to)

        return self._tools.database.write(work)


def _check_choice(opened: OpenSession, name: ChallengeName) -> None:
    if name not in opened.journey.choices:
        raise InvalidSessionError(f"{name} cannot be set up here")
