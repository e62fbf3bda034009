"""A passkey as the first factor; with a name, or without any.

An authenticator that has made sure who holds it is two factors in one.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.factors.passkeys import PasskeyCeremonies, ProvenPasskey
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Parameter,
    PasskeyAnswer,
)
from gateway.pool.tools import PoolTools

_STEP: Final = ChallengeName.PASSKEY


class PasskeyFactor:
    """Asks for passkeys, and goes on with whom they prove."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        ceremonies: PasskeyCeremonies,
        progress: Progress,
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._ceremonies = ceremonies
        self._progress = progress

    def options(self, visit: Visit, user: User | None, journey: Journey) -> str:
        """Return what the browser needs, for `ask`. Not in a transaction.

        Raises:
            NotAllowedError: The pool has no passkeys.
        """
        return self._ceremonies.assertion_options(
            visit.pool, user, bound_to=journey.origin_id
        )

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User | None,
        journey: Journey,
        *,
        options: str,
    ) -> Asked:
        """Return the question.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who is signing in; `None` for whoever it turns out to be.
            journey: How far the sign-in has come.
            options: From `options`, with the same journey.
        """
        journey = replace(journey, asked=_STEP, kept={})
        return Asked(
            _STEP,
            self._sessions.add(connection, visit, user, journey),
            user,
            choices=journey.choices,
            parameters={Parameter.PASSKEY_OPTIONS.value: options},
        )

    def begin(self, visit: Visit, journey: Journey) -> Asked:
        """Return the question to whoever has a passkey of the pool.

        Raises:
            NotAllowedError: The pool has no passkeys.
        """
        options = self.options(visit, None, journey)
        return self._tools.database.write(
            lambda connection: self.ask(
                connection, visit, None, journey, options=options
            )
        )

    def answer(self, visit: Visit, opened: OpenSession, answer: PasskeyAnswer) -> Next:
        """Return what comes next for whom the passkey proves.

        Raises:
            InvalidSessionError: Something else was asked, or it was answered.
            PasskeyQuestionError: The question was answered, or too long ago.
            PasskeyError: The answer is none.
            PasskeyNotProvenError: It proves nobody.
            TriggerRefusedError: A function of the pool says no.
        """
        opened.check(_STEP)
        proven = self._ceremonies.prove(
            visit.pool, answer.credential, bound_to=opened.journey.origin_id
        )
        if opened.user is None:
            # Now that it is known who it is about.
            self._tools.triggers.pre_authentication(
                visit.pool, proven.user, visit.context.caller(visit.client)
            )
        return self._progress.advance(
            visit, opened, lambda journey: _after(journey, proven), sub=proven.user.sub
        )


def _after(journey: Journey, proven: ProvenPasskey) -> Journey:
    # RFC 8176: in software, if it wanders between machines; else in hardware.
    method = "swk" if proven.passkey.may_be_backed_up else "hwk"
    if not proven.is_verified:
        return journey.proven(method)
    return replace(journey.proven(method, "mfa"), has_second=True)
