"""Codes that are sent in the middle of a sign-in: as its first factor, or its second.

A code lives in the session that asks for it, as a keyed digest, and ends with it. To a name
that is nobody's none is sent, which whoever signs in cannot tell: theirs is never right.
"""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.model.user import User
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.codes import (
    DIGITS,
    FIRST_FACTOR_DIGITS,
    LIFETIMES,
    KeptCode,
    Outcome,
    Purpose,
)
from gateway.pool.errors import CodeMismatchError, NameTakenError
from gateway.pool.factors.preferences import Preferences
from gateway.pool.limits import Limited, whose
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.profiles import keep_profile
from gateway.pool.settings import Address, NoticeKind, SecondFactor
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import Journey, OpenSession, Sessions, Visit
from gateway.pool.sign_in.values import Asked, ChallengeName, TypedCode
from gateway.pool.tools import PoolTools
from gateway.storage.errors import DuplicateError
from gateway.storage.pools.secrets import AllSecrets

ASKED: Final = (
    ChallengeName.EMAIL_CODE,
    ChallengeName.FIRST_SMS_CODE,
    ChallengeName.SMS_CODE,
)

# What is kept of a code in its session.
_PURPOSE: Final = "purpose"
_DIGEST: Final = "digest"
_ADDRESS: Final = "address"
_DESTINATION: Final = "destination"

# How each way of sending counts among second factors, and in RFC 8176.
_FACTORS: Final = {
    Address.EMAIL: (SecondFactor.EMAIL_CODE, "otp"),
    Address.PHONE: (SecondFactor.SMS_CODE, "sms"),
}
_FACTOR: Final = "code"


class SentCodes:
    """Sends codes, and looks at what comes back."""

    def __init__(self, *, tools: PoolTools, sessions: Sessions) -> None:
        self._tools = tools
        self._sessions = sessions

    def ask(
        self,
        connection: Connection,
        visit: Visit,
        user: User | None,
        journey: Journey,
        to: SentCode,
        *,
        purpose: Purpose = Purpose.SECOND_FACTOR,
    ) -> Asked:
        """Return the question for a code, which is handed over for delivery.

        Args:
            connection: One that may write.
            visit: Whom the step is made for.
            user: Who is signing in; `None` for somebody who gets no message.
            journey: How far the sign-in has come.
            to: Where the code goes.
            purpose: `SIGN_IN` for the first factor, `SECOND_FACTOR` for the second.

        Raises:
            LimitExceededError: There were too many in this hour.
        """
        is_first = purpose is Purpose.SIGN_IN
        self._tools.limits.count(
            connection,
            visit.pool,
            Limited.SIGN_IN_CODE if is_first else Limited.SECOND_FACTOR_CODE,
            whose(visit.pool, journey.name, user),
            address=visit.context.address,
        )
        code, made = self._tools.codes.make(
            purpose,
            _owner(journey, to.destination),
            now=visit.now,
            digits=FIRST_FACTOR_DIGITS if is_first else DIGITS,
        )
        kept = {
            _PURPOSE: purpose.value,
            _DIGEST: made.digest.hex(),
            _ADDRESS: to.address.value,
            _DESTINATION: to.destination,
        }
        name = _name(to.address, is_first=is_first)
        journey = replace(journey, asked=name, kept=kept)
        session = self._sessions.add(connection, visit, user, journey)
        if user is not None:
            kind = NoticeKind.SIGN_IN if is_first else NoticeKind.SECOND_FACTOR
            notice = Notice(
                kind,
                to,
                code,
                client_id=visit.client.id,
                language=visit.context.language,
                metadata=visit.context.metadata,
            )
            self._tools.messenger.put(connection, visit.pool, user, notice)
        return Asked(name, session, user, sent=to, choices=journey.choices)

    def ask_again(self, visit: Visit, opened: OpenSession) -> Asked:
        """Return the question for another code; the one before is good for nothing.

        Raises:
            InvalidSessionError: No code was asked for, or it was answered meanwhile.
            LimitExceededError: There were too many in this hour.
        """
        opened.check(*ASKED)

        def work(connection: Connection) -> Asked:
            now = self._sessions.find(connection, visit, opened.handle)
            self._sessions.use(connection, now)
            return self.ask(
                connection,
                visit,
                now.user,
                now.journey,
                _sent(now.journey),
                purpose=Purpose(now.journey.kept[_PURPOSE]),
            )

        return self._tools.database.write(work)

    def answer(
        self, visit: Visit, opened: OpenSession, answer: TypedCode, progress: Progress
    ) -> Next:
        """Return what comes next, if it is the code.

        Raises:
            AttemptsExceededError: There were too many tries.
            CodeMismatchError: It is not the code; the session may be used again.
            NameTakenError: It proves an address that leads to somebody else.
            InvalidSessionError: The session was used meanwhile.
        """
        tools, user, journey = self._tools, opened.user, opened.journey
        is_first = journey.kept[_PURPOSE] == Purpose.SIGN_IN
        address = visit.context.address
        if is_first or user is None:
            attempt = tools.tries.begin(visit.pool, journey.name, address)
        else:
            attempt = tools.tries.begin_factor(visit.pool, user, _FACTOR, address)

        def work(connection: Connection) -> Next | None:
            now = self._sessions.find(connection, visit, opened.handle)
            if now.user is None or not self._is_right(visit, now.journey, answer.code):
                self._sessions.miss(connection, now)
                return None
            self._sessions.use(connection, now)
            user = now.user
            if now.journey.sets_up:
                user = _set_up(connection, visit, user, now.journey)
            return progress.proceed(connection, visit, user, _proven(now.journey))

        try:
            step = tools.database.write(work)
        except DuplicateError as error:
            raise NameTakenError("the address leads to somebody else") from error
        if step is None:
            raise CodeMismatchError
        tools.tries.succeed(attempt)
        return step

    def _is_right(self, visit: Visit, journey: Journey, code: str) -> bool:
        kept = journey.kept
        purpose = Purpose(kept[_PURPOSE])
        # It ends with its session, and that is known to go on.
        stored = KeptCode(bytes.fromhex(kept[_DIGEST]), visit.now + LIFETIMES[purpose])
        owner = _owner(journey, kept[_DESTINATION])
        outcome, _ = self._tools.codes.check(stored, purpose, owner, code, visit.now)
        return outcome is Outcome.RIGHT


def _proven(journey: Journey) -> Journey:
    """Return the journey after the code came back."""
    factor, method = _FACTORS[_sent(journey).address]
    if journey.kept[_PURPOSE] == Purpose.SIGN_IN:
        return replace(journey.proven(method), first_factor=factor)
    return replace(journey.proven(method, "mfa"), has_second=True, sets_up=False)


def _set_up(connection: Connection, visit: Visit, user: User, journey: Journey) -> User:
    """Return the person, whose address is proven and a factor from now on."""
    to = _sent(journey)
    proof = {to.address: to.destination, VERIFIED[to.address]: "true"}
    after = replace(user, attributes={**user.attributes, **proof}, updated_at=visit.now)
    keep_profile(connection, visit.pool, user, after)
    kept = AllSecrets(connection)
    secrets = kept.find(user.pool_id, user.sub)
    chosen = Preferences.of(secrets).with_one(_FACTORS[to.address][0], is_on=True)
    changed = replace(secrets, second_factors=chosen.written())
    kept.keep(user.pool_id, user.sub, changed)
    return after


def _sent(journey: Journey) -> SentCode:
    return SentCode(Address(journey.kept[_ADDRESS]), journey.kept[_DESTINATION])


def _name(address: Address, *, is_first: bool) -> ChallengeName:
    if address is Address.EMAIL:
        return ChallengeName.EMAIL_CODE
    return ChallengeName.FIRST_SMS_CODE if is_first else ChallengeName.SMS_CODE


def _owner(journey: Journey, destination: str) -> str:
    # Of this sign-in: a code that somebody has seen before is none in another one.
    return f"{journey.origin_id}/{destination}"
