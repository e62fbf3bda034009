"""A sign-in that the functions of a pool lead: they say what comes next, and when it is over.

A wrong answer is no error here: it is a round that was not passed, and the functions decide
what it means. Names that are nobody's are led through it as well, and never let in.

Reference: Amazon Cognito, CUSTOM_AUTH; "Custom authentication challenge Lambda triggers".
"""

import json
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.errors import BadTriggerAnswerError, NotAuthorizedError
from gateway.pool.sign_in.challenges.passwords import PasswordFactor
from gateway.pool.sign_in.challenges.srp_proofs import public_number
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    CustomAnswer,
    CustomStart,
    SrpProof,
)
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import NextChallenge, Person, Round, Unknown

# As many as somebody may be led through; functions that never end do not know it.
MAX_ROUNDS: Final = 20

_SRP_START: Final = "SRP_A"
_A: Final = "a"
_PRIVATE: Final = "private"
_METADATA: Final = "metadata"


class CustomFlow:
    """Lets functions lead a sign-in."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        passwords: PasswordFactor,
        progress: Progress,
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._passwords = passwords
        self._progress = progress

    def begin(
        self, visit: Visit, user: User | None, journey: Journey, start: CustomStart
    ) -> Next:
        """Return what the functions ask first.

        Raises:
            InvalidParameterError: The client's half of a proof by SRP is none.
            NotAuthorizedError: They say that it is over.
            TriggerRefusedError: They say no.
            TriggerError: They did not answer as they must.
        """
        rounds: tuple[Round, ...] = ()
        if start.a:
            public_number(start.a)
            rounds = (Round(_SRP_START, passed=True),)
        journey = replace(journey, is_custom=True, rounds=rounds, kept={_A: start.a})
        return self._go_on(visit, user, journey)

    def answer(self, visit: Visit, opened: OpenSession, answer: CustomAnswer) -> Next:
        """Return what the functions ask next, now that this was answered.

        Raises:
            InvalidSessionError: Something else was asked, or it was answered meanwhile.
            NotAuthorizedError: They say that it is over.
            AttemptsExceededError: There were too many wrong answers.
            TriggerRefusedError: They say no.
            TriggerError: They did not answer as they must.
        """
        opened.check(ChallengeName.CUSTOM)
        pool, journey = visit.pool, opened.journey
        attempt = self._tools.tries.begin(pool, journey.name, visit.context.address)
        passed = self._tools.triggers.verify_challenge(
            pool,
            _person(opened.user, journey),
            json.loads(journey.kept[_PRIVATE]),
            answer.answer,
            visit.context.caller(visit.client),
        )
        if passed:
            self._tools.tries.succeed(attempt)
        over = Round(ChallengeName.CUSTOM, passed, journey.kept[_METADATA])
        return self._after(visit, opened, over, journey)

    def answer_proof(self, visit: Visit, opened: OpenSession, answer: SrpProof) -> Next:
        """Return what the functions ask next, now that a password was proven or not.

        Raises:
            NotAuthorizedError: They say that it is over.
            AttemptsExceededError: There were too many tries.
            InvalidSessionError: It was answered meanwhile.
            TriggerRefusedError: They say no.
            TriggerError: They did not answer as they must.
        """
        passed = self._passwords.proves(visit, opened, answer)
        journey = opened.journey.proven("pwd") if passed else opened.journey
        over = Round(ChallengeName.PASSWORD_VERIFIER, passed)
        return self._after(visit, opened, over, journey)

    def _after(
        self, visit: Visit, opened: OpenSession, over: Round, journey: Journey
    ) -> Next:
        journey = replace(journey, rounds=(*journey.rounds, over), kept={})
        return self._go_on(visit, opened.user, journey, opened=opened)

    def _go_on(
        self,
        visit: Visit,
        user: User | None,
        journey: Journey,
        *,
        opened: OpenSession | None = None,
    ) -> Next:
        """Return what the functions say that comes next."""
        person, caller = _person(user, journey), visit.context.caller(visit.client)
        triggers = self._tools.triggers
        said = triggers.define_challenge(visit.pool, person, journey.rounds, caller)
        is_over = said.fail or len(journey.rounds) >= MAX_ROUNDS
        if said.issue_tokens or is_over:
            return self._end(visit, user, journey, said, opened=opened)
        if said.name == ChallengeName.PASSWORD_VERIFIER:
            return self._ask_for_proof(visit, user, journey, opened=opened)
        if said.name != ChallengeName.CUSTOM:
            raise BadTriggerAnswerError(f"there is no challenge {said.name!r} here")
        made = triggers.create_challenge(
            visit.pool, person, journey.rounds, caller, name=said.name
        )
        asked = replace(
            journey,
            asked=ChallengeName.CUSTOM,
            kept={
                _PRIVATE: json.dumps(dict(made.private)),
                _METADATA: made.metadata,
            },
        )

        def work(connection: Connection) -> Asked:
            self._use(connection, opened)
            session = self._sessions.add(connection, visit, user, asked)
            return Asked(asked.asked, session, user, parameters=made.public)

        return self._tools.database.write(work)

    def _end(
        self,
        visit: Visit,
        user: User | None,
        journey: Journey,
        said: NextChallenge,
        *,
        opened: OpenSession | None,
    ) -> Next:
        """Let somebody in, or not."""
        self._tools.database.write(lambda connection: self._use(connection, opened))
        if user is None or not said.issue_tokens:
            raise NotAuthorizedError("the functions of the pool let nobody in")
        # What else was to be proven, the functions have seen to.
        return self._progress.set_out(
            visit, user.sub, replace(journey, has_second=True)
        )

    def _ask_for_proof(
        self,
        visit: Visit,
        user: User | None,
        journey: Journey,
        *,
        opened: OpenSession | None,
    ) -> Asked:
        a = journey.kept.get(_A)
        if not a:
            raise BadTriggerAnswerError("no proof by SRP has begun")

        def work(connection: Connection) -> Asked:
            self._use(connection, opened)
            return self._passwords.ask_for_proof(
                connection, visit, user, journey, a=public_number(a)
            )

        return self._tools.database.write(work)

    def _use(self, connection: Connection, opened: OpenSession | None) -> None:
        if opened is not None:
            self._sessions.use(connection, opened)


def _person(user: User | None, journey: Journey) -> Person:
    return user or Unknown(journey.name)
