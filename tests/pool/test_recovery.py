"""A forgotten password."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.model.user import User, UserStatus
from gateway.pool.codes import LIFETIMES, MAX_TRIES, Purpose
from gateway.pool.errors import (
    AttemptsExceededError,
    CodeMismatchError,
    ExpiredCodeError,
    InvalidPasswordError,
    InvalidSessionError,
    LimitExceededError,
    NameTakenError,
    NotAllowedError,
    UnexpectedTriggerError,
    UnknownUserError,
    WrongStateError,
)
from gateway.pool.limits import IN_AN_HOUR, WINDOW, Limited
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.passwords.policy import PasswordPolicy, PasswordProblem
from gateway.pool.pool import Pool
from gateway.pool.recovery import Recovery
from gateway.pool.settings import (
    Address,
    Alias,
    FirstFactor,
    NoticeKind,
    PoolSettings,
    SignInSettings,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.sign_in.values import Context, NewPassword, SignedIn, TypedPassword
from gateway.pool.throttling import FREE_TRIES
from gateway.storage.pools.secrets import AllSecrets, UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import HOME, Desk
from tests.pool.triggers.recorder import Recorder, triggers_of

NEW = "Another horse 2!"
EMAIL = {"email": "ana@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+4930123456", "phone_number_verified": "true"}
FORGOT = LIFETIMES[Purpose.FORGOT_PASSWORD]
EMAIL_OF_ANA = SentCode(Address.EMAIL, "ana@example.com")


class Lost:
    """A desk where Ana has forgotten her password."""

    def __init__(self, house: House, settings: PoolSettings | None = None) -> None:
        self.desk = Desk(house, settings)
        self.house = house
        self.recovery = Recovery(tools=house.tools)

    @property
    def tell(self) -> Client:
        """A client that may know who is there."""
        return replace(self.desk.client, hides_users=False)

    def begin(
        self, name: str = "ana", client: Client | None = None, context: Context = HOME
    ) -> SentCode:
        client = client or self.desk.client
        return self.recovery.begin(self.desk.pool, client, name, context)

    def confirm(
        self, code: str, name: str = "ana", password: str = NEW, context: Context = HOME
    ) -> User:
        return self.recovery.confirm(
            self.desk.pool,
            self.desk.client,
            name,
            code=code,
            password=password,
            context=context,
        )

    def outcome(self, code: str, name: str = "ana") -> type[GatewayError] | None:
        try:
            self.confirm(code, name)
        except GatewayError as error:
            return type(error)
        return None


@pytest.fixture
def lost(house: House) -> Lost:
    return Lost(house)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_forgotten_password_is_replaced(house: House, lost: Lost) -> None:
    """With the code that came by mail; and whoever was signing in is not any more."""
    ana = lost.desk.person(**EMAIL)

    sent = lost.begin("ANA")

    assert sent == EMAIL_OF_ANA
    (message,) = house.mailbox.messages
    assert (message.sub, message.kind) == (ana.sub, NoticeKind.FORGOT_PASSWORD)
    house.pass_time(timedelta(minutes=1))
    user = lost.confirm(house.mailbox.code)
    assert user == house.user(lost.desk.pool, ana.sub)
    assert user.updated_at == house.now
    with pytest.raises(GatewayError):
        lost.desk.begin()
    assert isinstance(lost.desk.begin(TypedPassword(NEW)), SignedIn)


def test_a_password_of_before_does_not_come_again(house: House) -> None:
    """Whoever has the code is told so, and nobody else; the code stays good."""
    policy = PasswordPolicy(history=2)
    lost = Lost(house, PoolSettings(name="people", password=policy))
    ana = lost.desk.person(**EMAIL)
    lost.begin()
    code = house.mailbox.code
    used = [PASSWORD, NEW]

    with pytest.raises(CodeMismatchError):
        lost.confirm(wrong(code), password=PASSWORD)
    with pytest.raises(ExpiredCodeError):
        lost.confirm(code, "nobody", password=PASSWORD)
    with pytest.raises(InvalidPasswordError) as caught:
        lost.confirm(code, password=PASSWORD)
    assert caught.value.problems == (PasswordProblem.USED_BEFORE,)
    lost.confirm(code)
    lost.begin()
    for password in used:
        with pytest.raises(InvalidPasswordError):
            lost.confirm(house.mailbox.code, password=password)
    assert len(house.secrets(ana).past_hashes) == 1


def test_a_code_is_good_once(house: House, lost: Lost) -> None:
    lost.desk.person(**EMAIL)
    lost.begin()
    code = house.mailbox.code
    lost.confirm(code)

    with pytest.raises(ExpiredCodeError):
        lost.confirm(code)


def test_of_two_who_use_a_code_at_once_one_wins(house: House, lost: Lost) -> None:
    """And its password is the one that counts."""
    lost.desk.person(**EMAIL)
    lost.begin()
    code = house.mailbox.code

    def attempt(number: int) -> str:
        try:
            lost.confirm(code, password=f"{NEW}{number}")
        except ExpiredCodeError:
            return ""
        return f"{NEW}{number}"

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(attempt, range(4)))

    (password,) = filter(None, won)
    assert isinstance(lost.desk.begin(TypedPassword(password)), SignedIn)


def test_a_password_that_is_not_taken_leaves_the_code_good(
    house: House, lost: Lost
) -> None:
    lost.desk.person(**EMAIL)
    lost.begin()

    with pytest.raises(InvalidPasswordError):
        lost.confirm(house.mailbox.code, password="short")
    lost.confirm(house.mailbox.code)


def test_who_had_to_reset_the_password_has_done_so(house: House, lost: Lost) -> None:
    """A temporary end of it is gone, and so is the account's being unconfirmed."""
    for status, name in (
        (UserStatus.RESET_REQUIRED, "ana"),
        (UserStatus.UNCONFIRMED, "bob"),
    ):
        lost.desk.change(lost.desk.person(name, **EMAIL), status=status)
        lost.begin(name)
        user = lost.confirm(house.mailbox.code, name)

        assert user.status is UserStatus.CONFIRMED
        assert house.secrets(user).temporary_until is None


def test_what_else_proves_somebody_stays(house: House, lost: Lost) -> None:
    """An authenticator is not forgotten with the password."""
    ana = lost.desk.person(**EMAIL)
    with house.database.writing() as connection:
        kept = AllSecrets(connection)
        before = kept.find(ana.pool_id, ana.sub)
        kept.keep(ana.pool_id, ana.sub, replace(before, totp_seed="sealed"))
    lost.begin()

    assert house.secrets(lost.confirm(house.mailbox.code)).totp_seed == "sealed"


def test_sign_ins_that_are_under_way_are_over(house: House, lost: Lost) -> None:
    """Whoever knew the old password is not let in by it."""
    desk = lost.desk
    ana = desk.person(**EMAIL)
    forced = desk.change(ana, status=UserStatus.FORCE_CHANGE_PASSWORD)
    asked = desk.asked()
    desk.change(forced, status=UserStatus.CONFIRMED)
    lost.begin()
    lost.confirm(house.mailbox.code)

    with pytest.raises(InvalidSessionError):
        desk.answer(asked, NewPassword(NEW))


@pytest.mark.parametrize(
    ("recovery", "attributes", "sent"),
    [
        ((Address.EMAIL, Address.PHONE), {**EMAIL, **PHONE}, Address.EMAIL),
        ((Address.PHONE, Address.EMAIL), {**EMAIL, **PHONE}, Address.PHONE),
        ((Address.PHONE, Address.EMAIL), EMAIL, Address.EMAIL),
        (
            (Address.EMAIL, Address.PHONE),
            {**EMAIL, **PHONE, "email_verified": "false"},
            Address.PHONE,
        ),
    ],
)
def test_the_code_goes_to_the_first_address_that_is_proven(
    house: House,
    recovery: tuple[Address, ...],
    attributes: dict[str, str],
    sent: Address,
) -> None:
    """In the order of the pool."""
    lost = Lost(house, PoolSettings(name="people", recovery=recovery))
    lost.desk.person(**attributes)

    assert lost.begin() == SentCode(sent, attributes[sent])
    assert lost.confirm(house.mailbox.code).status is UserStatus.CONFIRMED


def test_some_pools_have_administrators_help(house: House) -> None:
    """Or no passwords at all."""
    codes = SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE}))
    for number, settings in enumerate(
        (
            PoolSettings(name="people", recovery=()),
            PoolSettings(name="people", sign_in=codes),
        )
    ):
        pool = house.pool(settings, f"us-east-1_Others99{number}")
        recovery = Recovery(tools=house.tools)
        client = Client("c", pool.id, "app")
        with pytest.raises(NotAllowedError):
            recovery.begin(pool, client, "ana", HOME)
        with pytest.raises(NotAllowedError):
            recovery.confirm(
                pool, client, "ana", code="123456", password=NEW, context=HOME
            )


OUT_OF_REACH: list[dict[str, Any]] = [
    {"attributes": {}},
    {"attributes": {**EMAIL, "email_verified": "false"}},
    {"status": UserStatus.FORCE_CHANGE_PASSWORD},
    {"status": UserStatus.EXTERNAL_PROVIDER},
    {"enabled": False},
]


@pytest.mark.parametrize("change", OUT_OF_REACH)
def test_nobody_is_told_who_is_known(
    house: House, lost: Lost, change: dict[str, Any]
) -> None:
    """Nor that somebody is, who cannot be helped."""
    lost.desk.change(lost.desk.person(**EMAIL), **change)

    nobodys, somebodys = lost.begin("anx"), lost.begin("ana")

    assert nobodys.masked[:5] == somebodys.masked[:5] == "a***@"
    assert nobodys == lost.begin("anx")
    assert not house.mailbox.messages
    for name in ("anx", "ana"):
        outcomes = [lost.outcome("123456", name) for _ in range(MAX_TRIES + 1)]
        assert outcomes == [*[CodeMismatchError] * MAX_TRIES, ExpiredCodeError]
    with pytest.raises(UnknownUserError):
        lost.begin("anx", lost.tell)
    with pytest.raises(WrongStateError):
        lost.begin("ana", lost.tell)


def test_known_people_miss_codes_as_others_do(house: House, lost: Lost) -> None:
    """As often, for as long; before one was sent as well."""
    lost.desk.person(**EMAIL)

    for name in ("ana", "nobody"):
        assert lost.outcome("123456", name) is ExpiredCodeError
        lost.begin(name)
        code = house.mailbox.code if name == "ana" else "123456"
        outcomes = [lost.outcome(wrong(code), name) for _ in range(MAX_TRIES + 1)]
        assert outcomes == [*[CodeMismatchError] * MAX_TRIES, ExpiredCodeError]
        lost.begin(name)
        house.pass_time(FORGOT)
        assert lost.outcome(house.mailbox.code, name) is ExpiredCodeError
        lost.begin(name)
        house.pass_time(FORGOT - timedelta(seconds=1))
        assert lost.outcome(wrong(house.mailbox.code), name) is CodeMismatchError


def test_a_code_proves_the_address_that_it_went_to(house: House, lost: Lost) -> None:
    """And not the one that took its place meanwhile."""
    ana = lost.desk.person(**EMAIL)
    lost.begin()
    lost.desk.change(ana, attributes={**EMAIL, "email": "eve@example.com"})

    with pytest.raises(CodeMismatchError):
        lost.confirm(house.mailbox.code)


@pytest.mark.parametrize("change", OUT_OF_REACH[2:])
def test_a_code_helps_nobody_who_is_out_of_reach_meanwhile(
    house: House, lost: Lost, change: dict[str, Any]
) -> None:
    """An administrator has locked them out, say."""
    ana = lost.desk.person(**EMAIL)
    lost.begin()
    changed = lost.desk.change(ana, **change)

    with pytest.raises(ExpiredCodeError):
        lost.confirm(house.mailbox.code)
    assert house.user(lost.desk.pool, ana.sub) == changed


def test_a_code_is_no_good_for_somebody_of_the_same_name(
    house: House, lost: Lost
) -> None:
    """Who came after the one to whom it went was removed, in the very moment."""
    ana = lost.desk.person(**EMAIL)
    lost.begin()
    code = house.mailbox.code
    found = lost.recovery._find

    def removed(pool: Pool, name: str) -> User | None:
        user = found(pool, name)
        with house.database.writing() as connection:
            Users(connection).remove(pool.id, ana.sub)
        lost.desk.person(**EMAIL)
        return user

    lost.recovery._find = removed  # type: ignore[method-assign]
    with pytest.raises(ExpiredCodeError):
        lost.confirm(code)


def test_there_are_so_many_in_an_hour(house: House, lost: Lost) -> None:
    """Of messages and of tries; for names that nobody has as well."""
    lost.desk.person(**EMAIL)
    for name in ("ana", "nobody"):
        for _ in range(IN_AN_HOUR[Limited.FORGOT_PASSWORD]):
            lost.begin(name)
        with pytest.raises(LimitExceededError):
            lost.begin(name)
        for _ in range(IN_AN_HOUR[Limited.CONFIRM_PASSWORD]):
            assert lost.outcome("1", name) is not LimitExceededError
        assert lost.outcome("1", name) is LimitExceededError
    house.pass_time(WINDOW)
    lost.begin()


def test_whoever_was_made_to_wait_need_not_any_more(house: House, lost: Lost) -> None:
    lost.desk.person(**EMAIL)
    for _ in range(FREE_TRIES):
        with pytest.raises(GatewayError):
            lost.desk.begin(TypedPassword("wrong"))
    with pytest.raises(AttemptsExceededError):
        lost.desk.begin()
    lost.begin()
    lost.confirm(house.mailbox.code)

    assert isinstance(lost.desk.begin(TypedPassword(NEW)), SignedIn)


def test_an_address_that_leads_to_somebody_else_by_now_is_not_taken(
    house: House,
) -> None:
    """The code was sent by an administrator, to an address that was not proven."""
    aliases = SignInSettings(aliases=frozenset(Alias))
    lost = Lost(house, PoolSettings(name="people", sign_in=aliases))
    unproven = {**EMAIL, "email_verified": "false"}
    ana = lost.desk.change(
        lost.desk.person(**unproven), status=UserStatus.RESET_REQUIRED
    )
    with house.database.writing() as connection:
        notice = Notice(NoticeKind.FORGOT_PASSWORD, EMAIL_OF_ANA)
        lost.recovery.put_code(connection, lost.desk.pool, ana, notice)
    code = house.mailbox.code
    bob = house.person(lost.desk.pool, "bob", **EMAIL)

    with pytest.raises(NameTakenError):
        lost.confirm(code)
    with house.database.writing() as connection:
        Users(connection).remove(bob.pool_id, bob.sub)
    user = lost.confirm(code)

    assert user.attributes["email_verified"] == "true"
    assert isinstance(lost.desk.begin(TypedPassword(NEW), "ana@example.com"), SignedIn)


def _asking(kind: TriggerKind) -> PoolSettings:
    triggers = TriggerSettings(functions={kind: "it"})
    return PoolSettings(name="people", triggers=triggers)


def test_functions_are_told(house: House) -> None:
    """Once everything is kept: a function that fails undoes nothing."""
    recorder = Recorder()
    house.triggers = triggers_of(recorder)
    lost = Lost(house, _asking(TriggerKind.POST_CONFIRMATION))
    lost.desk.person(**EMAIL)
    lost.begin()
    lost.confirm(house.mailbox.code, context=replace(HOME, metadata={"a": "1"}))

    source = "PostConfirmation_ConfirmForgotPassword"
    assert recorder.event["triggerSource"] == source
    assert recorder.event["request"]["clientMetadata"] == {"a": "1"}

    house.triggers = triggers_of(Recorder(_raise))
    lost.recovery = Recovery(tools=house.tools)
    lost.begin()
    with pytest.raises(UnexpectedTriggerError):
        lost.confirm(house.mailbox.code, password=f"{NEW}!")
    assert isinstance(lost.desk.begin(TypedPassword(f"{NEW}!")), SignedIn)


def _raise(_: object) -> object:
    raise UnexpectedTriggerError("it fails")


def test_somebody_of_another_directory_is_brought_over(house: House) -> None:
    """And then has a new password here."""
    answer = {"userAttributes": EMAIL, "finalUserStatus": "RESET_REQUIRED"}
    house.triggers = triggers_of(Recorder(lambda _: answer))
    lost = Lost(house, _asking(TriggerKind.MIGRATE_USER))

    assert lost.begin() == EMAIL_OF_ANA
    assert lost.confirm(house.mailbox.code).username == "ana"


def test_all_of_it_is_kept_or_nothing(house: House, lost: Lost) -> None:
    """A message that cannot be kept keeps the code from being there."""
    ana = lost.desk.person(**EMAIL)
    house.mailbox.is_broken = True
    with pytest.raises(OSError, match="queue"):
        lost.begin()
    house.mailbox.is_broken = False

    assert lost.outcome("123456") is ExpiredCodeError
    assert house.secrets(ana) != UserSecrets()


def test_another_directory_is_not_asked_without_end(house: House) -> None:
    """About a name that is nobody's there either."""
    recorder = Recorder(lambda _: {})
    house.triggers = triggers_of(recorder)
    lost = Lost(house, _asking(TriggerKind.MIGRATE_USER))
    for _ in range(IN_AN_HOUR[Limited.FORGOT_PASSWORD]):
        lost.begin("nobody")

    with pytest.raises(LimitExceededError):
        lost.begin("nobody")
    assert len(recorder.events) == IN_AN_HOUR[Limited.FORGOT_PASSWORD]
