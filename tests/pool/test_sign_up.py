"""From nobody to somebody who has proven an address."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.attributes.schema import (
    Attribute,
    AttributeProblem,
    AttributeType,
    Schema,
)
from gateway.pool.codes import LIFETIMES, MAX_TRIES, Purpose
from gateway.pool.errors import (
    BadTriggerAnswerError,
    CodeMismatchError,
    ExpiredCodeError,
    InvalidParameterError,
    InvalidPasswordError,
    LimitExceededError,
    NameTakenError,
    NotAllowedError,
    UnknownUserError,
    WrongStateError,
)
from gateway.pool.limits import IN_AN_HOUR, WINDOW, Limited
from gateway.pool.messenger import SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    Alias,
    FirstFactor,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.sign_up import SignUp, SignUps
from gateway.storage.pools.secrets import UserSecrets
from gateway.storage.pools.users import Users
from tests.pool.house import NOON, PASSWORD, POOL_ID, House
from tests.pool.triggers.recorder import CALLER, Recorder, triggers_of

EMAIL = {"email": "ana@example.com"}
ANA = SignUp("ana", PASSWORD, EMAIL)
ALIASES = PoolSettings(name="aliases", sign_in=SignInSettings(aliases=frozenset(Alias)))
ADDRESSES = PoolSettings(
    name="addresses", sign_in=SignInSettings(addresses=frozenset(Address))
)


@pytest.fixture
def sign_ups(house: House) -> SignUps:
    return SignUps(tools=house.tools)


def count(house: House) -> int:
    return house.read(lambda connection: Users(connection).count(POOL_ID))


def test_a_person_signs_up_and_confirms(house: House, sign_ups: SignUps) -> None:
    """With the code that came by mail; the address is then theirs."""
    pool = house.pool()

    signed_up = sign_ups.sign_up(pool, ANA)

    user = house.user(pool, signed_up.user.sub)
    assert user == signed_up.user
    assert user.status is UserStatus.UNCONFIRMED
    assert user.attributes == {**EMAIL, "email_verified": "false"}
    assert signed_up.sent == SentCode(Address.EMAIL, "ana@example.com")
    (message,) = house.mailbox.messages
    assert (message.sub, message.to) == (user.sub, signed_up.sent)

    house.pass_time(timedelta(minutes=1))
    confirmed = sign_ups.confirm(pool, "Ana", house.mailbox.code)

    assert confirmed == house.user(pool, user.sub)
    assert confirmed.status is UserStatus.CONFIRMED
    assert confirmed.attributes["email_verified"] == "true"
    assert confirmed.updated_at == house.now
    with pytest.raises(WrongStateError):
        sign_ups.confirm(pool, "ana", house.mailbox.code)


def test_where_addresses_are_names_the_address_leads_to_the_person(
    house: House, sign_ups: SignUps
) -> None:
    """The stored name is the id; it is unique from the sign-up on, whatever its case."""
    pool = house.pool(ADDRESSES)

    user = sign_ups.sign_up(pool, SignUp("Ana@Example.com", PASSWORD)).user

    assert user.username == user.sub
    assert user.attributes["email"] == "Ana@Example.com"
    with pytest.raises(NameTakenError):
        sign_ups.sign_up(pool, SignUp("ana@example.com", PASSWORD))
    assert sign_ups.confirm(pool, "ANA@example.com", house.mailbox.code).sub == user.sub
    with pytest.raises(InvalidParameterError) as caught:
        sign_ups.sign_up(pool, SignUp("ana", PASSWORD))
    assert caught.value.problems == {"username": AttributeProblem.WRONG_TYPE}


def test_a_phone_comes_before_an_address(house: House, sign_ups: SignUps) -> None:
    """If both are to be verified, as Cognito has it."""
    both = SignUpSettings(verified=frozenset(Address))
    pool = house.pool(PoolSettings(name="people", sign_up=both))
    attributes = {**EMAIL, "phone_number": "+14155552671"}

    signed_up = sign_ups.sign_up(pool, SignUp("ana", PASSWORD, attributes))

    assert signed_up.sent == SentCode(Address.PHONE, "+14155552671")
    confirmed = sign_ups.confirm(pool, "ana", house.mailbox.code)
    assert confirmed.attributes["phone_number_verified"] == "true"
    assert confirmed.attributes["email_verified"] == "false"


def test_without_an_address_an_administrator_has_to_help(
    house: House, sign_ups: SignUps
) -> None:
    """Nothing is sent, and nothing can be sent again."""
    pool = house.pool()

    assert sign_ups.sign_up(pool, SignUp("ana", PASSWORD)).sent is None
    with pytest.raises(NotAllowedError):
        sign_ups.resend(pool, "ana")
    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "ana", "123456")
    assert not house.mailbox.messages


def _closed(pool: Pool) -> Pool:
    return replace(
        pool, settings=replace(pool.settings, sign_up=SignUpSettings(is_open=False))
    )


def _demanding(pool: Pool) -> Pool:
    schema = Schema.of(required=["name", "email"])
    return replace(pool, settings=replace(pool.settings, schema=schema))


@pytest.mark.parametrize(
    ("change", "asked", "error"),
    [
        (_closed, ANA, NotAllowedError),
        (_demanding, ANA, InvalidParameterError),
        (None, replace(ANA, password="short"), InvalidPasswordError),
        (None, replace(ANA, username="a b"), InvalidParameterError),
        (None, replace(ANA, username=""), InvalidParameterError),
        (None, replace(ANA, attributes={"email": "ana"}), InvalidParameterError),
        (None, replace(ANA, attributes={"sub": "1"}), InvalidParameterError),
        (
            None,
            replace(ANA, attributes={"email_verified": "true"}),
            InvalidParameterError,
        ),
        (None, replace(ANA, attributes={"shoe": "46"}), InvalidParameterError),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    house: House,
    sign_ups: SignUps,
    change: Callable[[Pool], Pool] | None,
    asked: SignUp,
    error: type[GatewayError],
) -> None:
    """No person, no message."""
    pool = house.pool()
    pool = change(pool) if change else pool

    with pytest.raises(error):
        sign_ups.sign_up(pool, asked)

    assert count(house) == 0
    assert not house.mailbox.messages


def test_nobody_signs_up_under_somebodys_address(
    house: House, sign_ups: SignUps
) -> None:
    """Where an address may lead to people, it is no user name; nor is a nickname free."""
    pool = house.pool(ALIASES)

    for asked in (
        SignUp("ana@example.com", PASSWORD, EMAIL),
        SignUp("ana", PASSWORD, {"preferred_username": "bob"}),
    ):
        with pytest.raises(InvalidParameterError):
            sign_ups.sign_up(pool, asked)


def test_all_of_it_is_kept_or_nothing(house: House, sign_ups: SignUps) -> None:
    """A message that cannot be kept keeps the person from being there."""
    pool = house.pool()
    house.mailbox.is_broken = True

    with pytest.raises(OSError, match="queue"):
        sign_ups.sign_up(pool, ANA)

    assert count(house) == 0
    house.mailbox.is_broken = False
    assert sign_ups.sign_up(pool, ANA).sent is not None


def test_of_many_who_want_one_name_one_gets_it(house: House, sign_ups: SignUps) -> None:
    """At the same moment, in every spelling."""
    pool = house.pool()

    def attempt(name: str) -> bool:
        try:
            sign_ups.sign_up(pool, replace(ANA, username=name))
        except NameTakenError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(attempt, ["ana", "ANA", "Ana", "aNa"]))

    assert sorted(won) == [False, False, False, True]
    assert count(house) == 1
    assert len(house.mailbox.messages) == 1


def test_a_new_code_replaces_the_one_before(house: House, sign_ups: SignUps) -> None:
    pool = house.pool()
    sign_ups.sign_up(pool, ANA)
    first = house.mailbox.code
    sent = sign_ups.resend(pool, "ana")
    while house.mailbox.code == first:
        sent = sign_ups.resend(pool, "ana")

    assert sent == SentCode(Address.EMAIL, "ana@example.com")
    with pytest.raises(CodeMismatchError):
        sign_ups.confirm(pool, "ana", first)
    sign_ups.confirm(pool, "ana", house.mailbox.code)
    with pytest.raises(WrongStateError):
        sign_ups.resend(pool, "ana")


def test_a_code_has_its_time_and_its_tries(house: House, sign_ups: SignUps) -> None:
    """What was missed is counted, though the request failed."""
    pool = house.pool()
    sign_ups.sign_up(pool, ANA)
    wrong = f"{(int(house.mailbox.code) + 1) % 10**6:06}"
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            sign_ups.confirm(pool, "ana", wrong)
    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "ana", house.mailbox.code)

    sign_ups.resend(pool, "ana")
    house.now = NOON + LIFETIMES[Purpose.SIGN_UP]
    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "ana", house.mailbox.code)


def test_a_code_proves_the_address_that_it_went_to(
    house: House, sign_ups: SignUps
) -> None:
    """And not the one that took its place meanwhile."""
    pool = house.pool()
    user = sign_ups.sign_up(pool, ANA).user
    moved = replace(user, attributes={**user.attributes, "email": "eve@example.com"})
    with house.database.writing() as connection:
        Users(connection).change(moved, search={"by_username": "ana"})

    with pytest.raises(CodeMismatchError):
        sign_ups.confirm(pool, "ana", house.mailbox.code)


def test_nobody_is_told_who_is_known(house: House, sign_ups: SignUps) -> None:
    """No code for nobody is no other answer than an old code; "sent", it is missed."""
    pool = house.pool()

    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "nobody", "123456")
    sent = sign_ups.resend(pool, "nobody")
    assert (sent.address, sent.destination[0]) == (Address.EMAIL, "n")
    assert sent == sign_ups.resend(pool, "nobody")
    for _ in range(MAX_TRIES):
        with pytest.raises(CodeMismatchError):
            sign_ups.confirm(pool, "nobody", "123456")
    with pytest.raises(ExpiredCodeError):
        sign_ups.confirm(pool, "nobody", "123456")
    assert not house.mailbox.messages


def test_whoever_may_know_is_told_that_nobody_has_the_name(
    house: House, sign_ups: SignUps
) -> None:
    """Where the client does not hide users."""
    with pytest.raises(UnknownUserError):
        sign_ups.resend(house.pool(), "nobody", hides_users=False)


def test_nobodys_code_goes_where_somebodys_would(
    house: House, sign_ups: SignUps
) -> None:
    """To the phone, if both are verified; nowhere, if none is."""
    both = SignUpSettings(verified=frozenset(Address))
    none = replace(both, verified=frozenset())
    pool = house.pool(PoolSettings(name="people", sign_up=both))
    addressless = replace(pool, settings=PoolSettings(name="people", sign_up=none))

    assert sign_ups.resend(pool, "nobody").address is Address.PHONE
    with pytest.raises(NotAllowedError):
        sign_ups.resend(addressless, "nobody")


def test_a_proven_address_becomes_a_name(house: House, sign_ups: SignUps) -> None:
    """Of the first who proves it; of a later one only if that is asked for."""
    pool = house.pool(ALIASES)
    ana = sign_ups.sign_up(pool, ANA).user
    code_of_ana = house.mailbox.code
    bob = sign_ups.sign_up(pool, replace(ANA, username="bob")).user
    code_of_bob = house.mailbox.code

    def named(name: str) -> str:
        user = house.read(lambda c: Users(c).find_named(pool.id, name))
        return user.sub if user else ""

    assert named("ana@example.com") == ""
    sign_ups.confirm(pool, "ana", code_of_ana)
    assert named("ana@example.com") == ana.sub

    with pytest.raises(NameTakenError):
        sign_ups.confirm(pool, "bob", code_of_bob)
    assert house.user(pool, bob.sub).status is UserStatus.UNCONFIRMED

    sign_ups.confirm(pool, "bob", code_of_bob, take_over=True)
    assert named("ana@example.com") == bob.sub
    assert house.user(pool, ana.sub).attributes["email_verified"] == "false"
    assert named("ana") == ana.sub


def test_taking_over_what_nobody_has_is_an_ordinary_confirmation(
    house: House, sign_ups: SignUps
) -> None:
    pool = house.pool(ALIASES)
    sign_ups.sign_up(pool, ANA)

    confirmed = sign_ups.confirm(pool, "ana", house.mailbox.code, take_over=True)

    assert confirmed.status is UserStatus.CONFIRMED


def with_function(house: House, function: Recorder) -> SignUps:
    return SignUps(tools=replace(house.tools, triggers=triggers_of(function)))


def asking(*kinds: TriggerKind) -> PoolSettings:
    triggers = TriggerSettings(functions=dict.fromkeys(kinds, "it"))
    return PoolSettings(
        name="asking",
        sign_in=SignInSettings(aliases=frozenset({Alias.EMAIL})),
        triggers=triggers,
    )


def test_a_trigger_confirms_and_verifies(house: House) -> None:
    """Then no code is sent, the address is a name at once, and the next one is told."""
    function = Recorder(
        lambda _: dict.fromkeys(
            ("autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"), True
        )
    )
    pool = house.pool(asking(TriggerKind.PRE_SIGN_UP, TriggerKind.POST_CONFIRMATION))
    sign_ups = with_function(house, function)

    signed_up = sign_ups.sign_up(pool, replace(ANA, caller=CALLER))

    user = house.user(pool, signed_up.user.sub)
    assert user == signed_up.user
    assert user.status is UserStatus.CONFIRMED
    assert user.attributes == {**EMAIL, "email_verified": "true"}
    assert signed_up.sent is None
    assert not house.mailbox.messages
    assert function.kinds == [TriggerKind.PRE_SIGN_UP, TriggerKind.POST_CONFIRMATION]
    assert function.events[0]["callerContext"]["clientId"] == CALLER.client_id
    with pytest.raises(NameTakenError):
        sign_ups.sign_up(pool, replace(ANA, username="other"))


def test_a_trigger_is_told_of_a_confirmation(house: House) -> None:
    """After it is kept; without a function that is asked first, the code goes out."""
    function = Recorder()
    pool = house.pool(asking(TriggerKind.POST_CONFIRMATION))
    sign_ups = with_function(house, function)
    sub = sign_ups.sign_up(pool, ANA).user.sub
    assert not function.events

    sign_ups.confirm(pool, "ana", house.mailbox.code, caller=CALLER)

    assert function.event["triggerSource"] == "PostConfirmation_ConfirmSignUp"
    assert function.event["request"]["clientMetadata"] == CALLER.metadata
    assert house.user(pool, sub).status is UserStatus.CONFIRMED


def test_a_trigger_that_fails_leaves_nothing(house: House) -> None:
    """The name is free for somebody else."""
    pool = house.pool(asking(TriggerKind.PRE_SIGN_UP))

    with pytest.raises(BadTriggerAnswerError):
        with_function(house, Recorder(lambda _: 7)).sign_up(pool, ANA)

    assert count(house) == 0
    assert not house.mailbox.messages


def test_where_people_sign_in_without_a_password_none_is_needed(house: House) -> None:
    """It may be chosen all the same, and is then checked like others."""
    codes = SignInSettings(
        first_factors=frozenset({FirstFactor.PASSWORD, FirstFactor.EMAIL_CODE})
    )
    pool = house.pool(PoolSettings(name="people", sign_in=codes))
    sign_ups = SignUps(tools=house.tools)

    user = sign_ups.sign_up(pool, replace(ANA, password="")).user

    assert house.secrets(user) == UserSecrets()
    confirmed = sign_ups.confirm(pool, "ana", house.mailbox.code)
    assert confirmed.status is UserStatus.CONFIRMED
    with pytest.raises(InvalidPasswordError):
        sign_ups.sign_up(pool, replace(ANA, username="bob", password="short"))
    bob = sign_ups.sign_up(pool, replace(ANA, username="bob")).user
    assert house.secrets(bob).password_hash is not None


def test_elsewhere_a_password_is_needed(house: House, sign_ups: SignUps) -> None:
    with pytest.raises(InvalidPasswordError):
        sign_ups.sign_up(house.pool(), replace(ANA, password=""))


def test_there_are_so_many_codes_in_an_hour(house: House, sign_ups: SignUps) -> None:
    """And so many tries, for names that nobody has as well; elsewhere others."""
    pool = house.pool()
    sign_ups.sign_up(pool, ANA)

    for name in ("ana", "nobody"):
        for _ in range(IN_AN_HOUR[Limited.RESEND_CODE]):
            sign_ups.resend(pool, name, caller=CALLER)
        with pytest.raises(LimitExceededError):
            sign_ups.resend(pool, name, caller=CALLER)
        for _ in range(IN_AN_HOUR[Limited.CONFIRM_SIGN_UP]):
            with pytest.raises((CodeMismatchError, ExpiredCodeError)):
                sign_ups.confirm(pool, name, "1", caller=CALLER)
        with pytest.raises(LimitExceededError):
            sign_ups.confirm(pool, name, "1", caller=CALLER)
    sign_ups.resend(pool, "ana")
    house.pass_time(WINDOW)
    sign_ups.resend(pool, "ana", caller=CALLER)


@pytest.mark.parametrize(
    ("writable", "refused"),
    [
        (None, {"custom:tier"}),
        (frozenset({"custom:tier"}), {"nickname"}),
        (frozenset({"custom:tier", "nickname"}), set()),
    ],
)
def test_a_client_writes_what_it_may(
    house: House,
    sign_ups: SignUps,
    writable: frozenset[str] | None,
    refused: set[str],
) -> None:
    """As Cognito has it; but for what nobody can sign up without: here, the address."""
    tier = Attribute("custom:tier", AttributeType.STRING)
    schema = Schema.of(required=["name"], custom=[tier])
    pool = house.pool(PoolSettings(name="people", schema=schema))
    client = house.client(pool, writable=writable)
    given = {"email": "ana@example.com", "name": "Ana"}
    given |= {"custom:tier": "gold", "nickname": "A"}
    asked = SignUp("ana", PASSWORD, given, client=client)

    if not refused:
        user = sign_ups.sign_up(pool, asked).user
        assert user.attributes["custom:tier"] == "gold"
        return
    with pytest.raises(InvalidParameterError) as caught:
        sign_ups.sign_up(pool, asked)

    assert set(caught.value.problems) == refused
    assert house.mailbox.messages == []
