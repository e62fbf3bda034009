"""Signing in: from a name to somebody who is let in, one step at a time.

Each call of `begin` or `answer` is one step: it ends with a question, with somebody who is
let in, or with an error. Issues nothing: what a `SignedIn` is worth (tokens, a browser
session) is the business of whoever called. Whether the client may sign people in like that
(`Client.flows`) is that of the wire on which it asked.

References: Amazon Cognito, InitiateAuth, RespondToAuthChallenge; docs/sign-in.md.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import uuid4

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.errors import InvalidSessionError, NotAllowedError, UnknownUserError
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.settings import FirstFactor
from gateway.pool.sign_in.challenges.demands import Demands
from gateway.pool.sign_in.passwords import PasswordProof
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, Visit
from gateway.pool.sign_in.values import (
    Answer,
    Asked,
    ChallengeName,
    Context,
    First,
    GivenAttributes,
    NewPassword,
    SignedIn,
    TypedPassword,
)
from gateway.storage.database import Database
from gateway.storage.pools.users import Users

# What is longer is nobody's name.
_MAX_NAME: Final = 256


class SignIns:
    """Signs people in. Burns a core; call it in a thread."""

    def __init__(
        self,
        *,
        database: Database,
        progress: Progress,
        passwords: PasswordProof,
        demands: Demands,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._progress = progress
        self._passwords = passwords
        self._demands = demands
        self._clock = clock

    def begin(
        self, pool: Pool, client: Client, name: str, first: First, context: Context
    ) -> Asked | SignedIn:
        """Return what comes after the first thing that somebody has said.

        Args:
            pool: The pool.
            client: Through which client.
            name: What was typed: a user name, or whatever else leads to somebody.
            first: How the sign-in begins.
            context: What is known of the request.

        Raises:
            NotAuthorizedError: Nobody was proven, or is not let in; the errors derived from
                it say why to whoever has proven the first factor.
            NotAllowedError: Sign-ins do not begin like that in this pool.
            AttemptsExceededError: There were too many tries.
            BusyHashingError: Too many passwords are being checked.
            StorageError: Nobody can be looked up, or nothing was kept.
        """
        visit = Visit(pool, client, context, self._clock())
        if not client.hides_users and self._find(pool, name) is None:
            raise UnknownUserError("nobody has that name")
        match first:
            case TypedPassword():
                step = self._begin_with_password(visit, name, first)
            case _:
                raise NotAllowedError("sign-ins do not begin like that here")
        return self._progress.finish(visit, step)

    def answer(
        self, pool: Pool, client: Client, session: str, answer: Answer, context: Context
    ) -> Asked | SignedIn:
        """Return what comes after an answer.

        Args:
            pool: The pool.
            client: Through which client; the one that was asked.
            session: That of the question.
            answer: What was answered.
            context: What is known of the request.

        Raises:
            InvalidSessionError: The session is none, was used, or asks for something else.
            NotAuthorizedError: The answer proves nobody, or the person is not let in.
            InvalidParameterError: A value is none.
            InvalidPasswordError: A new password is not taken.
            NameTakenError: An address is somebody else's name.
            AttemptsExceededError: There were too many tries.
            BusyHashingError: Too many passwords are being worked on.
            StorageError: Nothing was kept.
        """
        visit = Visit(pool, client, context, self._clock())
        match answer:
            case NewPassword() | GivenAttributes():
                step = self._demands.answer(visit, session, answer, self._progress)
            case _:
                raise InvalidSessionError("not what was asked")
        return self._progress.finish(visit, step)

    def _begin_with_password(
        self, visit: Visit, name: str, first: TypedPassword
    ) -> Next:
        if FirstFactor.PASSWORD not in visit.pool.settings.sign_in.first_factors:
            raise NotAllowedError("nobody signs in with a password in this pool")
        proven = self._passwords.prove(
            visit.pool, name, first.password, address=visit.context.address
        )
        journey = _journey(name, ChallengeName.PASSWORD).proven("pwd")
        return self._progress.set_out(visit, proven.sub, journey)

    def _find(self, pool: Pool, name: str) -> User | None:
        sensitive = pool.settings.sign_in.case_sensitive
        form = comparable(name, case_sensitive=sensitive)
        with self._database.reading() as connection:
            return Users(connection).find_named(pool.id, form)


def _journey(name: str, asked: ChallengeName) -> Journey:
    # Whatever was typed for a name: it is kept as text.
    kept = name[:_MAX_NAME].encode("utf-8", "replace").decode()
    return Journey(name=kept, origin_id=str(uuid4()), asked=asked)
