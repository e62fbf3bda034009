"""People whom an administrator makes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.errors import (
    InvalidParameterError,
    InvalidPasswordError,
    NameTakenError,
    TriggerRefusedError,
    UserNotFoundError,
    WrongStateError,
)
from gateway.pool.messenger import SentCode
from gateway.pool.people.creation import Creations, Invitation, NewPerson
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
from gateway.pool.triggers.functions import Event
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import Caller
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, PASSWORD, POOL_ID, House
from tests.pool.triggers.recorder import Recorder, triggers_of

EMAIL = {"email": "ana@example.com"}
BOTH = {**EMAIL, "phone_number": "+14155552671"}
BY_MAIL = SentCode(Address.EMAIL, "ana@example.com")
BY_PHONE = SentCode(Address.PHONE, "+14155552671")
ANA = NewPerson("ana", EMAIL)
ALIASES = PoolSettings(name="aliases", sign_in=SignInSettings(aliases=frozenset(Alias)))


def creations_of(house: House, triggers: Triggers | None = None) -> Creations:
    return Creations(
        database=house.database,
        credentials=house.credentials,
        messenger=house.mailbox,
        triggers=triggers or Triggers(),
        clock=house.clock,
    )


@pytest.fixture
def creations(house: House) -> Creations:
    return creations_of(house)


def count(house: House) -> int:
    return house.read(lambda connection: Users(connection).count(POOL_ID))


def test_somebody_is_made_and_invited(house: House, creations: Creations) -> None:
    """The password came by mail, and is good for a week."""
    pool = house.pool()

    created = creations.create(pool, ANA)

    user = house.user(pool, created.user.sub)
    assert user == created.user
    assert user.status is UserStatus.FORCE_CHANGE_PASSWORD
    assert user.attributes == {**EMAIL, "email_verified": "false"}
    assert created.sent == (BY_MAIL,)
    (message,) = house.mailbox.messages
    assert (message.sub, message.kind) == (user.sub, NoticeKind.INVITATION)
    secrets = house.secrets(user)
    assert house.passwords.verify(secrets.password_hash, message.code).matches
    assert secrets.temporary_until == NOON + timedelta(days=7)
    assert pool.settings.password.problems(message.code) == ()


@pytest.mark.parametrize(
    ("attributes", "invitation", "sent"),
    [
        (BOTH, Invitation(), (BY_MAIL,)),
        ({"phone_number": "+14155552671"}, Invitation(), (BY_PHONE,)),
        (BOTH, Invitation(by=frozenset(Address)), (BY_MAIL, BY_PHONE)),
        (BOTH, Invitation(by=frozenset({Address.PHONE})), (BY_PHONE,)),
        (EMAIL, Invitation(by=frozenset({Address.PHONE})), ()),
        (BOTH, Invitation(is_sent=False), ()),
        ({}, Invitation(), ()),
    ],
)
def test_invitations_go_where_they_are_to_go(
    house: House,
    creations: Creations,
    attributes: dict[str, str],
    invitation: Invitation,
    sent: tuple[SentCode, ...],
) -> None:
    """To the e-mail address, unless something else is said; or nowhere."""
    asked = NewPerson("ana", attributes, invitation=invitation)

    created = creations.create(house.pool(), asked)

    assert created.sent == sent
    assert tuple(message.to for message in house.mailbox.messages) == sent


def test_the_administrator_may_choose_the_password(
    house: House, creations: Creations
) -> None:
    """It is checked like any other, and is nowhere to be read."""
    pool = house.pool()
    chosen = replace(ANA, temporary_password=PASSWORD)
    assert PASSWORD not in repr(chosen)

    user = creations.create(pool, chosen).user

    assert house.mailbox.code == PASSWORD
    assert house.passwords.verify(house.secrets(user).password_hash, PASSWORD).matches
    with pytest.raises(InvalidPasswordError):
        creations.create(pool, NewPerson("bob", temporary_password="short"))


def test_where_people_do_without_passwords_they_begin_without(
    house: House, creations: Creations
) -> None:
    """Unless one is chosen for them."""
    sign_in = SignInSettings(first_factors=frozenset(FirstFactor))
    pool = house.pool(PoolSettings(name="people", sign_in=sign_in))

    ana = creations.create(pool, ANA)
    bob = creations.create(pool, NewPerson("bob", temporary_password=PASSWORD))

    assert ana.user.status is UserStatus.CONFIRMED
    assert house.secrets(ana.user).password_hash is None
    assert (ana.sent, house.mailbox.messages) == ((), [])
    assert bob.user.status is UserStatus.FORCE_CHANGE_PASSWORD


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (NewPerson("a b"), InvalidParameterError),
        (NewPerson("eve", {"shoe": "46"}), InvalidParameterError),
        (NewPerson("ANA"), NameTakenError),
        (NewPerson("eve", {**EMAIL, "email_verified": "true"}), NameTakenError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    house: House, creations: Creations, asked: NewPerson, error: type[GatewayError]
) -> None:
    """No person, no message."""
    pool = house.pool(ALIASES)
    creations.create(pool, NewPerson("ana", {**EMAIL, "email_verified": "true"}))
    house.mailbox.messages.clear()

    with pytest.raises(error):
        creations.create(pool, asked)

    assert count(house) == 1
    assert not house.mailbox.messages


def test_an_address_may_be_taken_over(house: House, creations: Creations) -> None:
    """If that is asked for."""
    pool = house.pool(ALIASES)
    proven = {**EMAIL, "email_verified": "true"}
    ana = creations.create(pool, NewPerson("ana", proven)).user
    eve = creations.create(pool, NewPerson("eve", proven, take_over=True)).user

    found = house.read(lambda c: Users(c).find_named(pool.id, "ana@example.com"))

    assert found == eve
    assert house.user(pool, ana.sub).attributes["email_verified"] == "false"


def test_all_of_it_is_kept_or_nothing(house: House, creations: Creations) -> None:
    """A message that cannot be kept keeps the person from being there."""
    pool = house.pool()
    house.mailbox.is_broken = True

    with pytest.raises(OSError, match="queue"):
        creations.create(pool, ANA)

    assert count(house) == 0


def _with_function(house: House, respond: Any) -> tuple[Any, Creations, Recorder]:
    settings = PoolSettings(
        name="people",
        triggers=TriggerSettings(functions={TriggerKind.PRE_SIGN_UP: "it"}),
    )
    function = Recorder(respond)
    return house.pool(settings), creations_of(house, triggers_of(function)), function


def test_the_pools_function_is_asked(house: House) -> None:
    """What it takes for granted of addresses counts; nobody is confirmed by it."""
    answer = {"autoConfirmUser": True, "autoVerifyEmail": True, "autoVerifyPhone": True}
    pool, creations, function = _with_function(house, lambda _: answer)

    user = creations.create(pool, ANA, Caller(metadata={"shop": "1"})).user

    assert function.event["triggerSource"] == "PreSignUp_AdminCreateUser"
    assert function.event["request"]["clientMetadata"] == {"shop": "1"}
    assert user.status is UserStatus.FORCE_CHANGE_PASSWORD
    assert user.attributes == {**EMAIL, "email_verified": "true"}


def test_the_pools_function_may_say_no(house: House) -> None:
    """Then nobody is made."""

    def refuse(_: Event) -> object:
        raise TriggerRefusedError("not her")

    pool, creations, _ = _with_function(house, refuse)

    with pytest.raises(TriggerRefusedError):
        creations.create(pool, ANA)
    assert count(house) == 0


def test_whoever_did_not_come_is_invited_again(
    house: House, creations: Creations
) -> None:
    """With another password and more time; the first one is good no more."""
    pool = house.pool()
    user = creations.create(pool, ANA).user
    first = house.mailbox.code
    house.pass_time(timedelta(days=10))

    again = creations.invite_again(pool, "Ana")

    assert (again.user, again.sent) == (user, (BY_MAIL,))
    secrets = house.secrets(user)
    assert secrets.temporary_until == house.now + timedelta(days=7)
    assert house.passwords.verify(secrets.password_hash, house.mailbox.code).matches
    assert not house.passwords.verify(secrets.password_hash, first).matches

    creations.invite_again(
        pool, user.sub, Invitation(is_sent=False), temporary_password=PASSWORD
    )
    assert len(house.mailbox.messages) == 2
    assert house.passwords.verify(house.secrets(user).password_hash, PASSWORD).matches
    with pytest.raises(InvalidPasswordError):
        creations.invite_again(pool, "ana", temporary_password="short")


def test_nobody_else_is_invited_again(house: House, creations: Creations) -> None:
    """Not who is there already, nor who is nobody."""
    pool = house.pool()
    house.person(pool, "bob")

    with pytest.raises(WrongStateError):
        creations.invite_again(pool, "bob")
    with pytest.raises(UserNotFoundError):
        creations.invite_again(pool, "nobody")
    assert not house.mailbox.messages


def test_who_comes_while_being_invited_again_keeps_the_password(house: House) -> None:
    """What was true before the hashing is looked at again."""
    pool = house.pool()
    user = creations_of(house).create(pool, ANA).user

    class Meanwhile:
        """Lets the person choose a password while another one is made."""

        def make_temporary(self, *args: Any, **named: Any) -> Any:
            confirmed = replace(user, status=UserStatus.CONFIRMED)
            with house.database.writing() as connection:
                Users(connection).change(confirmed, search={"by_username": "ana"})
            return house.credentials.make_temporary(*args, **named)

    creations = creations_of(house)
    creations._credentials = Meanwhile()  # type: ignore[assignment]  # stands in for it
    before = house.secrets(user)

    with pytest.raises(WrongStateError):
        creations.invite_again(pool, "ana")
    assert house.secrets(user) == before
