"""Attributes, as people change their own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.codes import LIFETIMES, MAX_TRIES, Purpose
from gateway.pool.errors import (
    CodeMismatchError,
    ExpiredCodeError,
    InvalidParameterError,
    LimitExceededError,
    NameTakenError,
    UserNotFoundError,
)
from gateway.pool.limits import IN_AN_HOUR, WINDOW, Limited
from gateway.pool.messenger import SentCode
from gateway.pool.people.own_attributes import Changed, OwnAttributes
from gateway.pool.people.standing import Standings
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    Alias,
    NoticeKind,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
)
from gateway.pool.sign_in.values import Context
from gateway.storage.pools.users import Users
from tests.pool.house import POOL_ID, House

EVERYTHING = PoolSettings(
    name="people",
    sign_in=SignInSettings(aliases=frozenset(Alias)),
    sign_up=SignUpSettings(verified=frozenset(Address)),
)
OLD = {"email": "ana@example.com", "email_verified": "true"}
NEW = "anna@example.com"
TO_NEW = SentCode(Address.EMAIL, NEW)
CLIENT = Client("c" * 26, POOL_ID, "app")
HOME = Context("192.0.2.7", language="de", metadata={"shop": "1"})


class Account:
    """What Ana does with her account."""

    def __init__(self, house: House, settings: PoolSettings = EVERYTHING) -> None:
        self.house = house
        self.pool: Pool = house.pool(settings)
        self.ana = house.person(self.pool, **OLD)
        self.own = OwnAttributes(tools=house.tools)
        house.pass_time(timedelta(minutes=5))

    def change(self, client: Client = CLIENT, **values: str) -> Changed:
        return self.own.change(self.pool, client, self.ana, values, HOME)

    def send(self, address: Address = Address.EMAIL) -> SentCode:
        return self.own.send_code(self.pool, CLIENT, self.ana, address, HOME)

    def verify(self, code: str, address: Address = Address.EMAIL) -> User:
        return self.own.verify(self.pool, self.ana, address, code, HOME)

    def outcome(self, code: str) -> type[GatewayError] | None:
        try:
            self.verify(code)
        except GatewayError as error:
            return type(error)
        return None

    @property
    def now(self) -> User:
        return self.house.user(self.pool, self.ana.sub)

    def named(self, name: str) -> str:
        user = self.house.read(lambda c: Users(c).find_named(self.pool.id, name))
        return user.sub if user else ""


@pytest.fixture
def account(house: House) -> Account:
    return Account(house)


def test_the_old_address_stays_until_the_new_one_is_proven(
    house: House, account: Account
) -> None:
    """Then it is told that there is another one."""
    changed = account.change(email=NEW, name="Ana")

    assert changed == Changed(account.now, (TO_NEW,))
    assert account.now.attributes == {**OLD, "name": "Ana"}
    assert account.named("ana@example.com") == account.ana.sub
    (message,) = house.mailbox.messages
    assert (message.kind, message.to) == (NoticeKind.UPDATE_ATTRIBUTE, TO_NEW)

    house.pass_time(timedelta(minutes=1))
    proven = account.verify(message.code)

    assert proven == account.now
    assert proven.attributes == {**OLD, "email": NEW, "name": "Ana"}
    assert proven.updated_at == house.now
    assert account.named("ana@example.com") == ""
    assert account.named(NEW) == account.ana.sub
    told = house.mailbox.messages[-1]
    assert told.kind is NoticeKind.ATTRIBUTE_CHANGED
    assert told.to == SentCode(Address.EMAIL, "ana@example.com")
    with pytest.raises(ExpiredCodeError):
        account.verify(message.code)


def test_where_the_pool_does_not_say_so_it_changes_at_once(house: House) -> None:
    """And is to be proven all the same."""
    account = Account(house, replace(EVERYTHING, proven_before_change=frozenset()))

    changed = account.change(email=NEW)

    assert changed == Changed(account.now, (TO_NEW,))
    assert account.now.attributes == {"email": NEW, "email_verified": "false"}
    account.verify(house.mailbox.code)
    assert account.now.attributes == {"email": NEW, "email_verified": "true"}
    # Nobody of before has to be told: the address was this one already.
    assert len(house.mailbox.messages) == 1


def test_what_is_not_verified_here_changes_without_a_code(house: House) -> None:
    """Where nothing can be sent, nobody could ever change it."""
    account = Account(house, PoolSettings(name="people"))

    changed = account.change(phone_number="+14155552671", email="ana@example.com")

    assert changed.sent == ()
    assert account.now.attributes == {
        **OLD,
        "phone_number": "+14155552671",
        "phone_number_verified": "false",
    }
    assert not house.mailbox.messages


def test_both_addresses_have_codes_of_their_own(house: House, account: Account) -> None:
    """And the phone's change is told by mail."""
    changed = account.change(email=NEW, phone_number="+14155552671")
    by_mail, by_phone = house.mailbox.messages
    assert [to.address for to in changed.sent] == [Address.EMAIL, Address.PHONE]

    account.verify(by_phone.code, Address.PHONE)

    assert account.now.attributes["phone_number_verified"] == "true"
    assert account.now.attributes["email"] == "ana@example.com"
    assert house.mailbox.messages[-1].kind is NoticeKind.ATTRIBUTE_CHANGED
    account.verify(by_mail.code)
    assert account.now.attributes["email"] == NEW


def test_a_code_can_be_sent_again(house: House, account: Account) -> None:
    """To the address that waits; to the present one, if none does (any more)."""
    assert account.send() == SentCode(Address.EMAIL, "ana@example.com")
    assert house.mailbox.messages[-1].kind is NoticeKind.VERIFY_ATTRIBUTE
    account.change(email=NEW)
    first = house.mailbox.code

    assert account.send() == TO_NEW
    while house.mailbox.code == first:
        account.send()
    with pytest.raises(CodeMismatchError):
        account.verify(first)
    house.pass_time(LIFETIMES[Purpose.VERIFY_ATTRIBUTE])
    assert account.send() == SentCode(Address.EMAIL, "ana@example.com")
    with pytest.raises(InvalidParameterError) as caught:
        account.send(Address.PHONE)
    assert caught.value.problems == {"phone_number": AttributeProblem.MISSING}


def test_who_thinks_better_of_it_keeps_the_old_address(
    house: House, account: Account
) -> None:
    """Saying the old one again, or removing it, ends the wait."""
    account.change(email=NEW)
    code = house.mailbox.code

    account.change(email="ana@example.com")

    assert account.outcome(code) is ExpiredCodeError
    account.change(email=NEW)
    account.change(email="")
    assert account.outcome(house.mailbox.code) is ExpiredCodeError
    assert account.now.attributes == {}
    assert account.named("ana@example.com") == ""


def test_a_change_of_nothing_is_none(account: Account) -> None:
    """Not even of the time of the last one."""
    assert account.change(email="ana@example.com", name="") == Changed(account.ana, ())
    assert account.now == account.ana


def test_a_code_has_its_time_and_its_tries(house: House, account: Account) -> None:
    """What was missed is counted, though the request failed."""
    account.change(email=NEW)
    code = house.mailbox.code
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert IN_AN_HOUR[Limited.VERIFY_ATTRIBUTE] == MAX_TRIES

    outcomes = [account.outcome(wrong) for _ in range(MAX_TRIES)]

    assert outcomes == [CodeMismatchError] * MAX_TRIES
    assert account.outcome(code) is LimitExceededError
    house.pass_time(WINDOW)
    assert account.outcome(code) is ExpiredCodeError
    account.change(email=NEW)
    house.pass_time(LIFETIMES[Purpose.VERIFY_ATTRIBUTE])
    assert account.outcome(house.mailbox.code) is ExpiredCodeError
    assert account.now == account.ana


def test_codes_are_not_sent_without_end(house: House, account: Account) -> None:
    """Whichever way they are asked for; what sends none is not counted."""
    for _ in range(IN_AN_HOUR[Limited.RESEND_CODE] - 1):
        account.send()
    account.change(email=NEW)

    for send in (account.send, lambda: account.change(email="x@example.com")):
        with pytest.raises(LimitExceededError):
            send()
    account.change(name="Ana")
    assert len(house.mailbox.messages) == IN_AN_HOUR[Limited.RESEND_CODE]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"email": "nothing", "name": "Ana"}, ("email", AttributeProblem.NO_EMAIL)),
        (
            {"email_verified": "true"},
            ("email_verified", AttributeProblem.RESERVED),
        ),
        ({"custom:tier": "gold"}, ("custom:tier", AttributeProblem.RESERVED)),
        ({"sub": "1"}, ("sub", AttributeProblem.RESERVED)),
    ],
)
def test_what_cannot_be_is_refused_whole(
    house: House,
    account: Account,
    values: dict[str, str],
    problem: tuple[str, AttributeProblem],
) -> None:
    """Also what would have to be proven first; nothing is kept or sent."""
    with pytest.raises(InvalidParameterError) as caught:
        account.change(CLIENT, **values)

    assert caught.value.problems == dict([problem])
    assert account.now == account.ana
    assert not house.mailbox.messages


def test_a_client_writes_what_it_may(account: Account) -> None:
    """And nothing beside it."""
    client = replace(CLIENT, writable=frozenset({"name"}))

    with pytest.raises(InvalidParameterError) as caught:
        account.change(client, name="Ana", nickname="Annie")
    assert caught.value.problems == {"nickname": AttributeProblem.RESERVED}
    assert account.change(client, name="Ana").user.attributes["name"] == "Ana"


def test_an_address_of_somebody_else_is_not_taken(
    house: House, account: Account
) -> None:
    """Only who proves it learns that it is somebody's; a nickname is refused at once."""
    house.person(
        account.pool, "bob", email=NEW, email_verified="true", preferred_username="bo"
    )
    account.change(email=NEW)
    code = house.mailbox.code

    with pytest.raises(NameTakenError):
        account.verify(code)
    assert account.now == account.ana
    with pytest.raises(NameTakenError):
        account.change(preferred_username="Bo")
    Standings(database=house.database, clock=house.clock).delete(account.pool, "bob")
    assert account.verify(code).attributes["email"] == NEW


def test_all_of_it_is_kept_or_nothing(house: House, account: Account) -> None:
    """A message that cannot be kept keeps the change from being made."""
    house.mailbox.is_broken = True

    with pytest.raises(OSError, match="queue"):
        account.change(email=NEW, name="Ana")
    assert account.now == account.ana


def test_who_is_gone_changes_nothing(house: House, account: Account) -> None:
    """A token may still be good for a moment."""
    Standings(database=house.database, clock=house.clock).delete(account.pool, "ana")

    for call in (
        lambda: account.change(name="Ana"),
        account.send,
        lambda: account.verify("123456"),
    ):
        with pytest.raises(UserNotFoundError):
            call()
