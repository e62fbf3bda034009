"""Signing in: from a name to somebody who is let in, one step at a time.

Each call of `begin` or `answer` is one step: it ends with a question, with somebody who is
let in, or with an error. Issues nothing: what a `SignedIn` is worth (tokens, a browser
session) is the business of whoever called. Whether the client may sign people in like that
(`Client.flows`) is that of the wire on which it asked.

References: Amazon Cognito, InitiateAuth, RespondToAuthChallenge; docs/sign-in.md.
"""

from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import uuid4

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.attributes.schema import VERIFIED
from gateway.pool.errors import InvalidSessionError, NotAllowedError, UnknownUserError
from gateway.pool.names import comparable
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, FirstFactor, SecondFactor, TriggerKind
from gateway.pool.sign_in.challenges.custom import CustomFlow
from gateway.pool.sign_in.challenges.demands import Demands
from gateway.pool.sign_in.challenges.devices import DeviceProofs
from gateway.pool.sign_in.challenges.first_factors import FirstFactors, Ways
from gateway.pool.sign_in.challenges.second_factors import SecondFactors
from gateway.pool.sign_in.challenges.sent_codes import ASKED as CODES_ASKED
from gateway.pool.sign_in.challenges.set_up import SetUp
from gateway.pool.sign_in.challenges.srp_proofs import session_in
from gateway.pool.sign_in.progress import Next, Progress
from gateway.pool.sign_in.sessions import (
    Journey,
    OpenSession,
    Sessions,
    Visit,
    as_text,
)
from gateway.pool.sign_in.values import (
    Answer,
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    Confirmed,
    Context,
    CustomAnswer,
    CustomStart,
    DeviceStart,
    First,
    GivenAttributes,
    Named,
    NewPassword,
    PasskeyAnswer,
    PasskeyStart,
    ProvenElsewhere,
    ProvenTotp,
    SendAgain,
    SetUpDone,
    SetUpEmail,
    SetUpTotp,
    SignedIn,
    SrpProof,
    SrpStart,
    TypedCode,
    TypedPassword,
    TypedRecoveryCode,
)
from gateway.pool.sweeping import Sweeper
from gateway.pool.tools import PoolTools
from gateway.pool.triggers.values import Unknown
from gateway.storage.pools.users import Users

_CONFIRMED: Final = "confirmed"
_RECOVERY: Final = ChallengeName.RECOVERY_CODE
_ANSWERED: Final = {
    TypedPassword: ChallengeName.PASSWORD,
    SrpStart: ChallengeName.PASSWORD_SRP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """Everything that may be asked, each by what asks it.

    Attributes:
        first: The first factor, where it is open.
        ways: Each of those by itself.
        second: The second factor.
        set_up: One that is to be set up.
        demands: A new password, missing attributes.
        devices: A device that says it is one of the person's.
        custom: What the pool's functions ask.
    """

    first: FirstFactors
    ways: Ways
    second: SecondFactors
    set_up: SetUp
    demands: Demands
    devices: DeviceProofs
    custom: CustomFlow


class SignIns:
    """Signs people in. Burns a core; call it in a thread."""

    def __init__(
        self,
        *,
        tools: PoolTools,
        sessions: Sessions,
        progress: Progress,
        challenges: Challenges,
    ) -> None:
        self._tools = tools
        self._sessions = sessions
        self._progress = progress
        self._challenges = challenges
        self._sweeper = Sweeper(database=tools.database, clock=tools.clock)

    def begin(
        self, pool: Pool, client: Client, name: str, first: First, context: Context
    ) -> Asked | SignedIn:
        """Return what comes after the first thing that somebody has said.

        Args:
            pool: The pool.
            client: Through which client.
            name: What was typed: a user name, or whatever else leads to somebody. (A passkey
                needs none.)
            first: How the sign-in begins.
            context: What is known of the request.

        Raises:
            NotAuthorizedError: Nobody was proven, or is not let in; the errors derived from
                it say why to whoever has proven the first factor.
            NotAllowedError: Sign-ins do not begin like that in this pool.
            InvalidParameterError: A value is none.
            AttemptsExceededError: There were too many tries.
            LimitExceededError: Too many codes were sent in this hour.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must.
            BusyHashingError: Too many passwords are being checked.
            StorageError: Nobody can be looked up, or nothing was kept.
        """
        self._sweeper.sweep()
        visit = Visit(pool, client, context, self._tools.clock())
        journey = _journey(visit, name)
        if isinstance(first, PasskeyStart):
            step: Next = self._challenges.ways.passkeys.begin(visit, journey)
        else:
            step = self._begin(visit, name, journey, first)
        return self._progress.finish(visit, step)

    def after_confirmation(
        self, pool: Pool, client: Client, user: User, context: Context
    ) -> str:
        """Return a session with which somebody may sign in who has just confirmed.

        Args:
            pool: The pool.
            client: Through which client.
            user: Who, from `SignUps.confirm`: the code has proven them.
            context: What is known of the request.
        """
        visit = Visit(pool, client, context, self._tools.clock())
        journey = _journey(visit, user.username)
        # As at the sign-up: the phone, if both are verified there.
        is_phone = (
            Address.PHONE in pool.settings.sign_up.verified
            and user.attributes.get(VERIFIED[Address.PHONE]) == "true"
        )
        journey = replace(
            journey.proven("sms" if is_phone else "otp"),
            first_factor=(
                SecondFactor.SMS_CODE if is_phone else SecondFactor.EMAIL_CODE
            ),
            kept={_CONFIRMED: "true"},
        )
        return self._tools.database.write(
            lambda connection: self._sessions.add(connection, visit, user, journey)
        )

    def after_federation(
        self,
        pool: Pool,
        client: Client,
        user: User,
        context: Context,
        proof: ProvenElsewhere,
    ) -> Asked | SignedIn:
        """Return what comes next for somebody who has signed in elsewhere.

        A second factor is the provider's to ask for; what a profile lacks is asked here.

        Args:
            pool: The pool.
            client: Through which client.
            user: Who, as the provider has proven.
            context: What is known of the request.
            proof: How.

        Raises:
            NotAuthorizedError: They are not let in, by the error that says why.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must.
            StorageError: Nothing can be looked up, or was kept.
        """
        visit = Visit(pool, client, context, self._tools.clock())
        journey = _journey(visit, user.username)
        journey = replace(
            journey,
            has_second=True,
            is_elsewhere=True,
            is_first=proof.is_new,
            origin_id=proof.sign_in or journey.origin_id,
        ).proven(*proof.amr)
        step = self._progress.set_out(visit, user.sub, journey)
        return self._progress.finish(visit, step)

    def answer(
        self, pool: Pool, client: Client, session: str, answer: Answer, context: Context
    ) -> Asked | SignedIn:
        """Return what comes after an answer.

        Args:
            pool: The pool.
            client: Through which client; the one that was asked.
            session: That of the question; may be empty beside a proof by SRP.
            answer: What was answered.
            context: What is known of the request.

        Raises:
            InvalidSessionError: The session is none, was used, or asks for something else.
            NotAuthorizedError: The answer proves nobody, or the person is not let in.
            CodeMismatchError: It is not the code; the session may be used again.
            ExpiredCodeError: It was used before; likewise.
            InvalidParameterError: A value is none.
            InvalidPasswordError: A new password is not taken.
            NameTakenError: An address is somebody else's name.
            WrongStateError: What is set up was set up meanwhile.
            PasskeyError: What a passkey has signed proves nobody.
            DeviceNotFoundError: The device that the client names is none of the person's.
            AttemptsExceededError: There were too many tries.
            LimitExceededError: Too many codes were sent in this hour.
            TriggerRefusedError: A function of the pool says no.
            TriggerError: It did not answer as it must.
            BusyHashingError: Too many passwords are being worked on.
            StorageError: Nothing was kept.
        """
        visit = Visit(pool, client, context, self._tools.clock())
        if isinstance(answer, SrpProof):
            session = session_in(answer.secret_block, session)
        with self._tools.database.reading() as connection:
            opened = self._sessions.find(connection, visit, session)
        return self._progress.finish(visit, self._answer(visit, opened, answer))

    def _begin(self, visit: Visit, name: str, journey: Journey, first: Named) -> Next:
        user = self._find(visit, name)
        self._tools.triggers.pre_authentication(
            visit.pool, user or Unknown(name), visit.context.caller(visit.client)
        )
        parts = self._challenges
        match first:
            case TypedPassword():
                _check_passwords(visit)
                step = parts.ways.passwords.begin(visit, user, journey, first)
            case SrpStart():
                _check_passwords(visit)
                step = parts.ways.passwords.begin_proof(visit, user, journey, first)
            case Choice():
                step = parts.first.begin(visit, user, journey, first)
            case CustomStart():
                step = parts.custom.begin(visit, user, journey, first)
            case Confirmed():
                step = self._begin_confirmed(visit, name, first)
            case _:
                assert_never(first)
        return step

    def _begin_confirmed(self, visit: Visit, name: str, first: Confirmed) -> Next:
        context = replace(visit.context, username=name)
        visit = replace(visit, context=context)
        with self._tools.database.reading() as connection:
            opened = self._sessions.find(connection, visit, first.session)
        if _CONFIRMED not in opened.journey.kept:
            raise InvalidSessionError("no session of a sign-up")
        return self._progress.advance(visit, opened, lambda journey: journey)

    def _answer(self, visit: Visit, opened: OpenSession, answer: Answer) -> Next:
        parts, progress = self._challenges, self._progress
        match answer:
            case TypedPassword() | SrpStart():
                # As if the same was chosen again, with the answer along.
                name = _ANSWERED[type(answer)]
                opened.check(name, ChallengeName.SELECT_CHALLENGE)
                chosen = ChosenFactor(name, along=answer)
                step = parts.first.choose(visit, opened, chosen)
            case SrpProof():
                step = self._answer_proof(visit, opened, answer)
            case PasskeyAnswer():
                step = parts.ways.passkeys.answer(visit, opened, answer)
            case TypedCode() | SendAgain() | TypedRecoveryCode():
                step = self._answer_code(visit, opened, answer)
            case ChosenFactor():
                step = self._answer_choice(visit, opened, answer)
            case NewPassword() | GivenAttributes():
                step = parts.demands.answer(visit, opened, answer, progress)
            case CustomAnswer():
                step = parts.custom.answer(visit, opened, answer)
            case SetUpTotp() | ProvenTotp() | SetUpDone() | SetUpEmail():
                step = parts.set_up.answer(visit, opened, answer, progress)
            case DeviceStart():
                step = parts.devices.start(visit, opened, answer)
            case _:
                assert_never(answer)
        return step

    def _answer_choice(
        self, visit: Visit, opened: OpenSession, answer: ChosenFactor
    ) -> Next:
        # Once something was proven, what can be chosen is the second factor.
        if opened.journey.amr:
            return self._challenges.second.choose(visit, opened, answer)
        return self._challenges.first.choose(visit, opened, answer)

    def _answer_proof(
        self, visit: Visit, opened: OpenSession, answer: SrpProof
    ) -> Next:
        parts, progress = self._challenges, self._progress
        if opened.journey.asked is ChallengeName.DEVICE_PROOF:
            return parts.devices.answer(visit, opened, answer, progress)
        if opened.journey.is_custom:
            return parts.custom.answer_proof(visit, opened, answer)
        return parts.ways.passwords.answer_proof(visit, opened, answer)

    def _answer_code(
        self,
        visit: Visit,
        opened: OpenSession,
        answer: TypedCode | SendAgain | TypedRecoveryCode,
    ) -> Next:
        parts = self._challenges
        if isinstance(answer, SendAgain):
            return parts.ways.codes.ask_again(visit, opened)
        asked, second = opened.journey.asked, parts.second
        if isinstance(answer, TypedRecoveryCode) or asked is _RECOVERY:
            return second.answer_recovery(visit, opened, answer.code, self._progress)
        if asked is ChallengeName.TOTP:
            return second.answer_totp(visit, opened, answer, self._progress)
        opened.check(*CODES_ASKED)
        return parts.ways.codes.answer(visit, opened, answer, self._progress)

    def _find(self, visit: Visit, name: str) -> User | None:
        sensitive = visit.pool.settings.sign_in.case_sensitive
        form = comparable(name, case_sensitive=sensitive)
        with self._tools.database.reading() as connection:
            user = Users(connection).find_named(visit.pool.id, form)
        # Somebody elsewhere may know them.
        is_all = not self._tools.triggers.has(visit.pool, TriggerKind.MIGRATE_USER)
        if user is None and is_all and not visit.client.hides_users:
            raise UnknownUserError("nobody has that name")
        return user


def _journey(visit: Visit, name: str) -> Journey:
    return Journey(
        name=as_text(name),
        origin_id=str(uuid4()),
        asked=ChallengeName.SELECT_CHALLENGE,
        device_key=as_text(visit.context.device_key),
    )


def _check_passwords(visit: Visit) -> None:
    if FirstFactor.PASSWORD not in visit.pool.settings.sign_in.first_factors:
        raise NotAllowedError("nobody signs in with a password in this pool")
