"""What is demanded of somebody who is known already: a new password, missing attributes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.rights import may_write
from gateway.pool.attributes.schema import VERIFIED, AttributeProblem
from gateway.pool.credentials import with_password
from gateway.pool.errors import InvalidParameterError, NameTakenError
from gateway.pool.profiles import keep_profile
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.steps import Challenge, Demand
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    GivenAttributes,
    NewPassword,
)
from gateway.pool.tools import PoolTools
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.secrets import AllSecrets, UserSecrets

_ASKED: Final = {
    Demand.NEW_PASSWORD: ChallengeName.NEW_PASSWORD,
    Demand.MISSING_ATTRIBUTES: ChallengeName.MISSING_ATTRIBUTES,
}

_FORCED: Final = UserStatus.FORCE_CHANGE_PASSWORD


class Demands:
    """Asks for a new password and for missing attributes, and keeps them."""

    def __init__(self, *, tools: PoolTools, sessions: Sessions) -> None:
        self._tools = tools
        self._sessions = sessions

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        challenge: Challenge,
    ) -> Asked:
        """Return the question, with the attributes that are missing."""
        name = _ASKED[challenge.name]
        asked = replace(journey, asked=name, choices=(), kept={})
        return Asked(
            name=name,
            session=self._sessions.add(connection, visit, user, asked),
            user=user,
            attributes=challenge.attributes,
        )

    def answer(
        self,
        visit: Visit,
        opened: OpenSession,
        answer: NewPassword | GivenAttributes,
        progress: Progress,
    ) -> Next:
        """Return what comes next, with what was given kept.

        Raises:
            InvalidSessionError: The session asks for something else, or was used.
            InvalidParameterError: An attribute is none, or one is still missing.
            InvalidPasswordError: The password is not taken.
            NameTakenError: An address is somebody else's name.
            BusyHashingError: Too many passwords are being worked on.
        """
        name = (
            ChallengeName.NEW_PASSWORD
            if isinstance(answer, NewPassword)
            else ChallengeName.MISSING_ATTRIBUTES
        )
        user = opened.person(name)
        changed = _changed(visit, user, answer.attributes)
        with self._tools.database.reading() as connection:
            known = AllSecrets(connection).find(user.pool_id, user.sub)
        made = (
            self._make(visit, changed, answer.password, known)
            if isinstance(answer, NewPassword)
            else None
        )

        def work(connection: Connection) -> Next:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            before = now.person(name)
            if made is not None and before.status is not _FORCED:
                # An administrator has decided otherwise meanwhile.
                return progress.proceed(connection, visit, before, now.journey)
            after = _changed(visit, before, answer.attributes)
            if made is not None:
                after = replace(after, status=UserStatus.CONFIRMED)
                kept = AllSecrets(connection)
                secrets = kept.find(before.pool_id, before.sub)
                kept.keep(before.pool_id, before.sub, with_password(secrets, made))
            keep_profile(connection, visit.pool, before, after)
            return progress.proceed(connection, visit, after, now.journey)

        try:
            return self._tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("the address leads to somebody else") from error

    def _make(
        self, visit: Visit, user: User, password: str, before: UserSecrets
    ) -> UserSecrets:
        self._tools.credentials.check(visit.pool, password, about=user)
        return self._tools.credentials.make(
            visit.pool, user, password, before=before, now=visit.now
        )


def _changed(visit: Visit, user: User, given: Mapping[str, str]) -> User:
    """Return a person with what they have given.

    Raises:
        InvalidParameterError: It is not taken, or something is still missing.
    """
    settings = visit.pool.settings
    values = {name: value for name, value in given.items() if value}
    problems = dict(settings.schema.problems(values, known=user.attributes))
    missing = settings.schema.missing(user.attributes)
    for name in values.keys() - problems.keys():
        if name not in missing and not may_write(visit.client, name):
            problems[name] = AttributeProblem.RESERVED
    attributes = {**user.attributes, **values}
    for name, proof in VERIFIED.items():
        if attributes.get(name) != user.attributes.get(name):
            attributes[proof] = "false"
    for name in settings.schema.missing(attributes):
        problems[name] = AttributeProblem.MISSING
    if problems:
        raise InvalidParameterError(problems=problems)
    return replace(user, attributes=attributes, updated_at=visit.now)
