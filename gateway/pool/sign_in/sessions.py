"""What is kept between two steps of a sign-in, and handed back by whoever answers.

The client holds a random value; here is its digest, and beside it, sealed, how far the
sign-in has come. A session is good once, for its pool and client, until its time is over.
Where another try is allowed (a mistyped code), the same session may be used a few times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Connection

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.codes import MAX_TRIES
from gateway.pool.credentials import Sealer
from gateway.pool.errors import ExpiredSessionError, InvalidSessionError
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.settings import SecondFactor
from gateway.pool.sign_in.values import ChallengeName, Context
from gateway.pool.triggers.values import Round
from gateway.storage.digests import digest_of, new_value
from gateway.storage.pools.sessions import SignInSessions, StoredSession
from gateway.storage.pools.users import Users

_PURPOSE: Final = "pool session"
# What is longer is nobody's name, and no device's.
_MAX_NAME: Final = 256


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom a step of a sign-in is made for, and when.

    Attributes:
        pool: The pool.
        client: Through which client.
        context: What is known of the request.
        now: The time.
    """

    pool: Pool
    client: Client
    context: Context
    now: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """How far a sign-in has come.

    Attributes:
        name: What was typed for a name.
        origin_id: Of this sign-in alone.
        asked: What is to be answered next.
        choices: From what something may be chosen.
        amr: How the person was proven so far.
        first_factor: What was proven first, if it could be a second factor too.
        has_second: Whether nothing more has to be proven.
        sets_up: Whether what is asked for becomes a factor of the person's by the answer.
        device_key: Which remembered device the client says it is; empty for none.
        device_proven: Whether it has proven that.
        is_elsewhere: Whether a provider has proven them.
        is_first: Whether the person was nobody here until it began.
        is_custom: Whether functions of the pool lead the sign-in.
        rounds: What they have had done so far.
        kept: What answers the question, in words of whoever asks it.
    """

    name: str
    origin_id: str
    asked: ChallengeName
    choices: tuple[ChallengeName, ...] = ()
    amr: tuple[str, ...] = ()
    first_factor: SecondFactor | None = None
    has_second: bool = False
    sets_up: bool = False
    device_key: str = ""
    device_proven: bool = False
    is_elsewhere: bool = False
    is_first: bool = False
    is_custom: bool = False
    rounds: tuple[Round, ...] = ()
    kept: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )

    def proven(self, *amr: str) -> "Journey":
        """Return the journey after something more was proven."""
        added = tuple(each for each in amr if each not in self.amr)
        return replace(self, amr=self.amr + added)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has been found, and whose answer is being looked at.

    Attributes:
        handle: As it was handed out.
        digest: Which one.
        journey: How far the sign-in has come.
        user: Who is signing in; `None` for a name that is nobody's.
        tries: How often a wrong answer was given.
    """

    handle: str = field(repr=False)
    digest: bytes = field(repr=False)
    journey: Journey
    user: User | None
    tries: int

    def person(self, *asked: ChallengeName) -> User:
        """Return who is signing in, if that is what they were asked.

        Raises:
            InvalidSessionError: They were asked something else, or the name is nobody's.
        """
        self.check(*asked)
        if self.user is None:
            raise InvalidSessionError("nobody has that name")
        return self.user

    def check(self, *asked: ChallengeName) -> None:
        """Refuse an answer to what was not asked.

        Raises:
            InvalidSessionError: It was something else.
        """
        if self.journey.asked not in asked:
            raise InvalidSessionError(f"what was asked is {self.journey.asked}")


_JOURNEYS: Final = TypeAdapter(Journey)


class Sessions:
    """Keeps sign-ins between their steps, each in the transaction of a step."""

    def __init__(self, *, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(
        self, connection: Connection, visit: Visit, user: User | None, journey: Journey
    ) -> str:
        """Return what to hand out for the next step.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who is signing in; `None` for a name that is nobody's.
            journey: How far the sign-in has come.
        """
        handle = new_value()
        digest = digest_of(handle, purpose=_PURPOSE)
        state = _JOURNEYS.dump_json(journey)
        session = StoredSession(
            digest=digest,
            pool_id=visit.pool.id,
            client_id=visit.client.id,
            sub=None if user is None else user.sub,
            state=self._sealer.seal(state, purpose=_purpose(digest)),
            expires_at=visit.now + visit.client.lifetimes.session,
        )
        SignInSessions(connection).add(session)
        return handle

    def find(self, connection: Connection, visit: Visit, handle: str) -> OpenSession:
        """Return the session that was handed out, with the person as they are now.

        Raises:
            InvalidSessionError: It is none, was used, or is another client's or person's.
            ExpiredSessionError: Its time is over.
        """
        try:
            digest = digest_of(handle, purpose=_PURPOSE)
        except ValueError as error:
            raise InvalidSessionError("longer than any session") from error
        stored = SignInSessions(connection).find(digest)
        if stored is None:
            raise InvalidSessionError("no such session, or it was used")
        if (stored.pool_id, stored.client_id) != (visit.pool.id, visit.client.id):
            raise InvalidSessionError("a session of another client")
        if stored.expires_at <= visit.now:
            raise ExpiredSessionError("the session's time is over")
        state = self._sealer.open(stored.state, purpose=_purpose(digest))
        journey = _JOURNEYS.validate_json(state)
        if visit.context.device_key:
            key = as_text(visit.context.device_key)
            journey = replace(journey, device_key=key)
        # Looked for either way: it takes as long for somebody whom nobody knows.
        user = Users(connection).find(visit.pool.id, stored.sub or "")
        _check_name(visit, journey, user)
        return OpenSession(handle, digest, journey, user, stored.tries)

    def use(self, connection: Connection, session: OpenSession) -> None:
        """Let a session be good for nothing, now that it was answered.

        Raises:
            InvalidSessionError: Somebody else was quicker.
        """
        if not SignInSessions(connection).remove(session.digest):
            raise InvalidSessionError("the session was used meanwhile")

    def miss(self, connection: Connection, session: OpenSession) -> None:
        """Count a wrong answer; with too many of them the session is good for nothing."""
        kept = SignInSessions(connection)
        if session.tries + 1 >= MAX_TRIES:
            kept.remove(session.digest)
        else:
            kept.count_try(session.digest)


def as_text(said: str) -> str:
    """Return whatever was sent for a name, as it can be kept."""
    return said[:_MAX_NAME].encode("utf-8", "replace").decode()


def _check_name(visit: Visit, journey: Journey, user: User | None) -> None:
    said = visit.context.username
    if not said:
        return
    sensitive = visit.pool.settings.sign_in.case_sensitive
    known = {journey.name} | (set() if user is None else {user.username, user.sub})
    forms = {comparable(each, case_sensitive=sensitive) for each in known}
    if comparable(said, case_sensitive=sensitive) not in forms:
        raise InvalidSessionError("a session of somebody else")


def _purpose(digest: bytes) -> str:
    # Bound to its row: moved to another one, it opens nothing.
    return f"{_PURPOSE} {digest.hex()}"
