"""The first factor, where it is open: which ones there are, and the one that is taken.

Nobody's name is offered what people of the pool mostly have, and a code for it is "sent".

Reference: Amazon Cognito, USER_AUTH and SELECT_CHALLENGE.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.codes import Purpose
from gateway.pool.errors import InvalidParameterError, InvalidSessionError
from gateway.pool.factors.preferences import FactorPreferences
from gateway.pool.messenger import SentCode
from gateway.pool.settings import Address, FirstFactor
from gateway.pool.sign_in.challenges.passkeys import PasskeyFactor
from gateway.pool.sign_in.challenges.passwords import PasswordFactor
from gateway.pool.sign_in.challenges.sent_codes import SentCodes
from gateway.pool.sign_in.challenges.srp_proofs import public_number
from gateway.pool.sign_in.progress import Next
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    SrpStart,
    TypedPassword,
)
from gateway.pool.tools import PoolTools

_NAMES: Final = {
    FirstFactor.PASSWORD: (ChallengeName.PASSWORD, ChallengeName.PASSWORD_SRP),
    FirstFactor.EMAIL_CODE: (ChallengeName.EMAIL_CODE,),
    FirstFactor.SMS_CODE: (ChallengeName.FIRST_SMS_CODE,),
    FirstFactor.PASSKEY: (ChallengeName.PASSKEY,),
}
_ADDRESSES: Final = {
    ChallengeName.EMAIL_CODE: Address.EMAIL,
    ChallengeName.FIRST_SMS_CODE: Address.PHONE,
}

Along = TypedPassword | SrpStart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What proves people first.

    Attributes:
        preferences: Knows what somebody has.
        passwords: Proves by passwords.
        codes: Sends codes.
        passkeys: Asks for passkeys.
    """

    preferences: FactorPreferences
    passwords: PasswordFactor
    codes: SentCodes
    passkeys: PasskeyFactor


class FirstFactors:
    """Offers first factors, and begins with one of them."""

    def __init__(self, *, tools: PoolTools, sessions: Sessions, ways: Ways) -> None:
        self._tools = tools
        self._sessions = sessions
        self._ways = ways

    def begin(
        self, visit: Visit, user: User | None, journey: Journey, choice: Choice
    ) -> Next:
        """Return what comes first: what was wanted, or what there is to choose from.

        Raises:
            InvalidParameterError: What came along is not of what is wanted.
            NotAuthorizedError: It proves nobody.
            AttemptsExceededError: There were too many tries.
            LimitExceededError: Too many codes were sent in this hour.
        """
        offered: Sequence[FirstFactor]
        offered = self._ways.preferences.first_factors(visit.pool, user)
        if not offered:
            # Whoever can prove nothing is nobody here.
            user, offered = None, _of_nobody(visit)
        choices = tuple(name for each in offered for name in _NAMES[each])
        journey = replace(journey, choices=choices)
        if choice.preferred in choices:
            return self._take(visit, user, journey, choice.preferred, choice.along)

        def work(connection: Connection) -> Asked:
            return self._open(connection, visit, user, journey)

        return self._tools.database.write(work)

    def choose(self, visit: Visit, opened: OpenSession, answer: ChosenFactor) -> Next:
        """Return what comes after a choice.

        Raises:
            InvalidSessionError: There is nothing to choose, or not that one.
            InvalidParameterError: What came along is not of what is chosen.
            NotAuthorizedError: It proves nobody; the session may be used again.
            AttemptsExceededError: There were too many tries.
            LimitExceededError: Too many codes were sent in this hour.
        """
        journey = opened.journey
        if answer.name not in journey.choices:
            raise InvalidSessionError("not one of the choices")
        name = ChallengeName(answer.name)
        return self._take(
            visit, opened.user, journey, name, answer.along, opened=opened
        )

    def _take(
        self,
        visit: Visit,
        user: User | None,
        journey: Journey,
        name: ChallengeName,
        along: Along,
        *,
        opened: OpenSession | None = None,
    ) -> Next:
        """Begin with a factor."""
        ways = self._ways
        if isinstance(along, TypedPassword) and name is ChallengeName.PASSWORD:
            if opened is None:
                return ways.passwords.begin(visit, user, journey, along)
            return ways.passwords.answer(visit, opened, along)
        a, options = None, ""
        if isinstance(along, SrpStart) and name is ChallengeName.PASSWORD_SRP:
            a = public_number(along.a)
        elif along is not None:
            raise InvalidParameterError("what came along is of another factor")
        elif name is ChallengeName.PASSKEY:
            options = ways.passkeys.options(visit, user, journey)
        asked = replace(journey, asked=name)

        def work(connection: Connection) -> Asked:
            if opened is not None:
                self._sessions.use(connection, opened)
            if a is not None:
                return ways.passwords.ask_for_proof(connection, visit, user, asked, a=a)
            return self._ask(connection, visit, user, asked, options=options)

        return self._tools.database.write(work)

    def _ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User | None,
        journey: Journey,
        *,
        options: str,
    ) -> Asked:
        """Return the question for what nothing came along with."""
        name, ways = journey.asked, self._ways
        if name is ChallengeName.PASSKEY:
            return ways.passkeys.ask(connection, visit, user, journey, options=options)
        if name in _ADDRESSES:
            to = self._destination(visit, user, journey, _ADDRESSES[name])
            return ways.codes.ask(
                connection, visit, user, journey, to, purpose=Purpose.SIGN_IN
            )
        return self._open(connection, visit, user, journey)

    def _open(
        self, connection: Connection, visit: Visit, user: User | None, journey: Journey
    ) -> Asked:
        journey = replace(journey, kept={})
        session = self._sessions.add(connection, visit, user, journey)
        return Asked(journey.asked, session, user, choices=journey.choices)

    def _destination(
        self, visit: Visit, user: User | None, journey: Journey, address: Address
    ) -> SentCode:
        if user is None:
            return self._tools.decoys.destination(visit.pool, journey.name, address)
        return SentCode(address, user.attributes[address])


def _of_nobody(visit: Visit) -> Sequence[FirstFactor]:
    allowed = visit.pool.settings.sign_in.first_factors
    # Few have passkeys, and none could be shown.
    usual = tuple(
        each
        for each in FirstFactor
        if each in allowed and each is not FirstFactor.PASSKEY
    )
    return usual or tuple(allowed)
