"""From one step of a sign-in to the next, and to being let in.

`gateway.pool.sign_in.steps` says what is demanded; here it is asked, in the transaction that
has found it out, by whoever can ask it. What has to be told after the transaction is kept (a
refusal, somebody let in) is a value until then: raised inside, it would undo what was kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import (
    DisabledError,
    NoFactorError,
    NotAllowedError,
    NotAuthorizedError,
    ResetRequiredError,
    UnconfirmedError,
)
from gateway.pool.settings import Address
from gateway.pool.sign_in.sessions import Journey, Visit
from gateway.pool.sign_in.steps import (
    Admitted,
    Challenge,
    Demand,
    Refusal,
    Standing,
    next_step,
)
from gateway.pool.sign_in.values import Asked, SignedIn
from gateway.storage.database import Database
from gateway.storage.pools.users import Users

_ERRORS: Final[Mapping[Refusal, type[NotAuthorizedError]]] = {
    Refusal.DISABLED: DisabledError,
    Refusal.UNCONFIRMED: UnconfirmedError,
    Refusal.RESET_REQUIRED: ResetRequiredError,
    Refusal.NO_FACTOR_POSSIBLE: NoFactorError,
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

    def __init__(self, *, database: Database, askers: Mapping[Demand, Asker]) -> None:
        self._database = database
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
        with self._database.reading() as connection:
            user = _get(connection, visit, sub)
            step = next_step(standing_of(visit, user, journey), visit.pool.settings)
        if isinstance(step, Refusal):
            return step
        if isinstance(step, Admitted):
            return Admission(user, journey)

        def work(connection: Connection) -> Next:
            user = _get(connection, visit, sub)
            return self.proceed(connection, visit, user, journey)

        return self._database.write(work)

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
        step = next_step(standing_of(visit, user, journey), visit.pool.settings)
        match step:
            case Refusal():
                return step
            case Admitted():
                return Admission(user, journey)
            case Challenge():
                asker = self._askers.get(step.name)
                if asker is None:
                    raise NotAllowedError(f"nobody here asks for {step.name}")
                return asker.ask(connection, visit, user, journey, step)

    def finish(self, visit: Visit, step: Next) -> Asked | SignedIn:
        """Return what whoever signs in is told, now that everything is kept.

        Raises:
            NotAuthorizedError: They are not let in, by the error that says why.
        """
        match step:
            case Asked():
                return step
            case Refusal():
                raise _ERRORS[step](f"refused: {step}")
            case Admission():
                return SignedIn(
                    user=step.user,
                    client_id=visit.client.id,
                    authenticated_at=visit.now,
                    amr=step.journey.amr,
                    origin_id=step.journey.origin_id,
                )


def _get(connection: Connection, visit: Visit, sub: str) -> User:
    user = Users(connection).find(visit.pool.id, sub)
    if user is None:
        raise NotAuthorizedError("removed in the middle of a sign-in")
    return user


def standing_of(visit: Visit, user: User, journey: Journey) -> Standing:
    """Return what counts of a person at this point of the sign-in."""
    verified = frozenset(
        address
        for address in Address
        if user.attributes.get(address)
        and user.attributes.get(VERIFIED[address]) == "true"
    )
    return Standing(
        status=user.status,
        is_enabled=user.enabled,
        missing=tuple(visit.pool.settings.schema.missing(user.attributes)),
        verified=verified,
        first_factor=journey.first_factor,
        has_second=journey.has_second,
        device_proven=journey.device_proven,
    )
