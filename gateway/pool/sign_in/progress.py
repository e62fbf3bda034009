"""From one step of a sign-in to the next, and to being let in.

`gateway.pool.sign_in.steps` says what is demanded; here it is asked, in the transaction that
has found it out, by whoever can ask it. What has to be told after the transaction is kept (a
refusal, somebody let in) is a value until then: raised inside, it would undo what was kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, assert_never

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import (
    DeviceNotFoundError,
    DisabledError,
    InvalidSessionError,
    NoFactorError,
    NotAuthorizedError,
    ResetRequiredError,
    UnconfirmedError,
)
from gateway.pool.factors.devices import Devices, find_device, may_stand_in
from gateway.pool.factors.preferences import Preferences
from gateway.pool.settings import Address, MfaMode, Remembering
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.steps import (
    Admitted,
    Challenge,
    Demand,
    Refusal,
    Standing,
    next_step,
)
from gateway.pool.sign_in.values import Asked, SignedIn
from gateway.pool.tools import PoolTools
from gateway.storage.pools.devices import Device
from gateway.storage.pools.secrets import AllSecrets
from gateway.storage.pools.users import Users

_ERRORS: Final[Mapping[Refusal, type[NotAuthorizedError]]] = {
    Refusal.DISABLED: DisabledError,
    Refusal.UNCONFIRMED: UnconfirmedError,
    Refusal.RESET_REQUIRED: ResetRequiredError,
    Refusal.NO_FACTOR_POSSIBLE: NoFactorError,
    Refusal.ELSEWHERE: NotAuthorizedError,
}


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody of whom nothing more is asked.

    Attributes:
        user: Who.
        journey: How they were proven.
    """

    user: User
    journey: Journey


Next = Asked | Admission | Refusal


class Asker(Protocol):
    """Asks one kind of question."""

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User,
        journey: Journey,
        challenge: Challenge,
    ) -> Asked:
        """Return the question, with the session that waits for its answer."""


class Progress:
    """Knows what comes next, and asks it."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        devices: Devices,
        askers: Mapping[Demand, Asker],
    ) -> None:
        self._tools = tools
        self._devices = devices
        self._sessions = sessions
        self._askers = askers

    def set_out(self, visit: Visit, sub: str, journey: Journey) -> Next:
        """Return what comes next for somebody who has proven the first factor.

        Writes only if something has to be asked: most people are let in.

        Args:
            visit: Whom the step is made for.
            sub: Who.
            journey: With what was just proven.

        Raises:
            NotAuthorizedError: They are gone.
        """
        with self._tools.database.reading() as connection:
            user = _get(connection, visit, sub)
            standing = standing_of(connection, visit, user, journey)
        step = next_step(standing, visit.pool.settings)
        if isinstance(step, Refusal):
            return step
        if isinstance(step, Admitted):
            return Admission(user, journey)

        def work(connection: Connection) -> Next:
            user = _get(connection, visit, sub)
            return self.proceed(connection, visit, user, journey)

        return self._tools.database.write(work)

    def advance(
        self,
        visit: Visit,
        opened: OpenSession,
        change: Callable[[Journey], Journey],
        *,
        sub: str = "",
    ) -> Next:
        """Return what comes next after a right answer; its session is used up by it.

        Args:
            visit: Whom the step is made for.
            opened: The session, as it was when the answer came.
            change: Adds what was proven.
            sub: Whom the answer has proven, if it could be somebody else.

        Raises:
            InvalidSessionError: Another answer was quicker, or somebody else's.
            NotAuthorizedError: The person is gone.
        """
        asked = opened.journey.asked

        def work(connection: Connection) -> Next:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            if now.user is not None and sub not in {"", now.user.sub}:
                raise InvalidSessionError("somebody else has answered")
            user = _get(connection, visit, sub) if sub else now.person(asked)
            return self.proceed(connection, visit, user, change(now.journey))

        return self._tools.database.write(work)

    def miss(self, visit: Visit, opened: OpenSession) -> None:
        """Count a wrong answer; with too many of them the session is good for nothing."""

        def work(connection: Connection) -> None:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.miss(connection, now)

        self._tools.database.write(work)

    def proceed(
        self, connection: Connection, visit: Visit, user: User, journey: Journey
    ) -> Next:
        """Return what comes next for somebody who has proven something.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who, as they are in this transaction.
            journey: With what was just proven.
        """
        standing = standing_of(connection, visit, user, journey)
        step = next_step(standing, visit.pool.settings)
        match step:
            case Refusal():
                return step
            case Admitted():
                return Admission(user, journey)
            case Challenge():
                asker = self._askers[step.name]
                return asker.ask(connection, visit, user, journey, step)
            case _:
                assert_never(step)

    def finish(self, visit: Visit, step: Next) -> Asked | SignedIn:
        """Return what whoever signs in is told, now that everything is kept.

        Raises:
            NotAuthorizedError: They are not let in, by the error that says why.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must.
        """
        match step:
            case Asked():
                return step
            case Refusal():
                raise _ERRORS[step](f"refused: {step}")
            case Admission():
                return self._let_in(visit, step.user, step.journey)
            case _:
                assert_never(step)

    def _let_in(self, visit: Visit, user: User, journey: Journey) -> SignedIn:
        offer = None if journey.device_key else self._devices.offer(visit.pool, user)
        if not journey.is_first:
            self._tools.triggers.post_authentication(
                visit.pool,
                user,
                visit.context.caller(visit.client),
                new_device=offer is not None,
            )
        return SignedIn(
            user=user,
            client_id=visit.client.id,
            authenticated_at=visit.now,
            amr=journey.amr,
            origin_id=journey.origin_id,
            device_key=journey.device_key if journey.device_proven else "",
            new_device=offer,
        )


def _get(connection: Connection, visit: Visit, sub: str) -> User:
    user = Users(connection).find(visit.pool.id, sub)
    if user is None:
        raise NotAuthorizedError("removed in the middle of a sign-in")
    return user


def standing_of(
    connection: Connection, visit: Visit, user: User, journey: Journey
) -> Standing:
    """Return what counts of a person at this point of the sign-in.

    Raises:
        DeviceNotFoundError: The device that the client names is none of theirs.
    """
    verified = frozenset(
        address
        for address in Address
        if user.attributes.get(address)
        and user.attributes.get(VERIFIED[address]) == "true"
    )
    chosen = Preferences()
    if visit.pool.settings.mfa.mode is not MfaMode.OFF:
        chosen = Preferences.of(AllSecrets(connection).find(user.pool_id, user.sub))
    device = _device(connection, visit, user, journey)
    return Standing(
        status=user.status,
        is_enabled=user.enabled,
        missing=tuple(visit.pool.settings.schema.missing(user.attributes)),
        factors=chosen.on,
        preferred=chosen.preferred,
        verified=verified,
        first_factor=journey.first_factor,
        has_second=journey.has_second,
        is_elsewhere=journey.is_elsewhere,
        device_known=device is not None,
        device_remembered=may_stand_in(visit.pool, device),
        device_proven=journey.device_proven,
    )


def _device(
    connection: Connection, visit: Visit, user: User, journey: Journey
) -> Device | None:
    """Return the device that the client names; `None` for none, or where none count."""
    remembering = visit.pool.settings.devices.remembering
    if not journey.device_key or remembering is Remembering.NEVER:
        return None
    device = find_device(connection, visit.pool, user, journey.device_key)
    if device is None:
        raise DeviceNotFoundError("none of the person's devices")
    return device
