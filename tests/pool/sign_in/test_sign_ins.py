"""From a name to somebody who is let in."""

from dataclasses import replace

import pytest

from gateway.model.errors import GatewayError
from gateway.model.user import UserStatus
from gateway.pool.errors import (
    DisabledError,
    InvalidSessionError,
    NotAllowedError,
    NotAuthorizedError,
    ResetRequiredError,
    TriggerRefusedError,
    UnconfirmedError,
    UnknownUserError,
)
from gateway.pool.settings import (
    Address,
    FirstFactor,
    MfaMode,
    MfaSettings,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
    TriggerKind,
    TriggerSettings,
)
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    Confirmed,
    ProvenElsewhere,
    SignedIn,
    TypedCode,
    TypedPassword,
)
from tests.pool.house import PASSWORD, House
from tests.pool.sign_in.desk import (
    EMAIL,
    HOME,
    MAIL,
    PHONE,
    RIGHT,
    SMS,
    TOTP,
    Desk,
    asking,
    told,
    with_mfa,
)
from tests.pool.sign_in.srp_client import SrpClient
from tests.pool.triggers.recorder import Recorder, triggers_of


def test_a_password_lets_somebody_in(house: House) -> None:
    """Of whom nothing more is asked. Each time it is another sign-in."""
    desk = Desk(house)
    ana = desk.person()

    first, second = desk.begin(), desk.begin(name="ANA")

    assert isinstance(first, SignedIn)
    assert isinstance(second, SignedIn)
    assert first == SignedIn(
        user=ana,
        client_id=desk.client.id,
        authenticated_at=house.now,
        amr=("pwd",),
        origin_id=first.origin_id,
    )
    assert first.origin_id != second.origin_id


def test_a_wrong_password_and_a_wrong_name_are_the_same(house: House) -> None:
    desk = Desk(house)
    desk.person()

    for first, name in ((TypedPassword("wrong"), "ana"), (RIGHT, "bob")):
        with pytest.raises(NotAuthorizedError) as caught:
            desk.begin(first, name)
        assert type(caught.value) is NotAuthorizedError


def test_a_client_may_be_told_who_is_known(house: House) -> None:
    """If its settings say so."""
    desk = Desk(house)
    desk.person()
    desk.client = replace(desk.client, hides_users=False)

    with pytest.raises(UnknownUserError):
        desk.begin(name="bob")
    assert isinstance(desk.begin(), SignedIn)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"enabled": False}, DisabledError),
        ({"status": UserStatus.UNCONFIRMED}, UnconfirmedError),
        ({"status": UserStatus.RESET_REQUIRED}, ResetRequiredError),
    ],
)
def test_who_is_not_let_in_learns_why(
    house: House, change: dict[str, object], error: type[GatewayError]
) -> None:
    """But only with the right password."""
    desk = Desk(house)
    desk.change(desk.person(), **change)

    with pytest.raises(error):
        desk.begin()
    with pytest.raises(NotAuthorizedError) as caught:
        desk.begin(TypedPassword("wrong"))
    assert type(caught.value) is NotAuthorizedError


def test_passwords_may_be_none_of_a_pools_business(house: House) -> None:
    only_codes = SignInSettings(first_factors=frozenset({FirstFactor.EMAIL_CODE}))
    desk = Desk(house, PoolSettings(name="people", sign_in=only_codes))
    desk.person()

    for first in (RIGHT, SrpClient(desk.pool.group).start):
        with pytest.raises(NotAllowedError):
            desk.begin(first)


def test_an_answer_needs_a_question(house: House) -> None:
    desk = Desk(house)

    with pytest.raises(InvalidSessionError):
        desk.answer("none", TypedCode("123456"))


def confirm(desk: Desk, name: str = "ana", **attributes: str) -> str:
    """Return what somebody is handed who has just confirmed."""
    user = desk.person(name, **attributes)
    return desk.sign_ins.after_confirmation(desk.pool, desk.client, user, HOME)


@pytest.mark.parametrize(
    ("verified", "attributes", "amr"),
    [
        (Address, {**EMAIL, **PHONE}, ("sms",)),
        ({Address.EMAIL}, {**EMAIL, **PHONE}, ("otp",)),
        (Address, EMAIL, ("otp",)),
    ],
)
def test_whoever_has_confirmed_signs_in_at_once(
    house: House,
    verified: set[Address],
    attributes: dict[str, str],
    amr: tuple[str, ...],
) -> None:
    """The code has proven them; it is good once."""
    settings = SignUpSettings(verified=frozenset(verified))
    desk = Desk(house, PoolSettings(name="people", sign_up=settings))
    session = confirm(desk, **attributes)

    signed_in = desk.begin(Confirmed(session), "ANA")

    assert isinstance(signed_in, SignedIn)
    assert (signed_in.user.username, signed_in.amr) == ("ana", amr)
    with pytest.raises(InvalidSessionError):
        desk.begin(Confirmed(session))


def test_what_is_asked_of_others_is_asked_of_the_confirmed(house: House) -> None:
    """The code that has proven them does not count twice."""
    desk = Desk(house, with_mfa(MfaMode.ON, MAIL, SMS))
    session = confirm(desk, **EMAIL, **PHONE)

    asked = desk.begin(Confirmed(session))

    assert isinstance(asked, Asked)
    assert asked.name is ChallengeName.SMS_CODE


def test_a_confirmation_is_good_for_its_person_alone(house: House) -> None:
    """And for nothing else than to begin with."""
    desk = Desk(house)
    session = confirm(desk, **EMAIL)
    desk.person("bob")

    for first, name in (
        (Confirmed(session), "bob"),
        (Confirmed("another"), "ana"),
        (Confirmed(desk.asked(Choice()).session), "ana"),
    ):
        with pytest.raises(InvalidSessionError):
            desk.begin(first, name)
    for answer in (RIGHT, ChosenFactor(ChallengeName.PASSWORD), TypedCode("1")):
        with pytest.raises(InvalidSessionError):
            desk.answer(session, answer)
    assert isinstance(desk.begin(Confirmed(session)), SignedIn)


def test_functions_are_asked_before_and_told_after(house: House) -> None:
    """With what the client has for them; about nobody as well."""
    recorder = told(house)
    kinds = (TriggerKind.PRE_AUTHENTICATION, TriggerKind.POST_AUTHENTICATION)
    desk = Desk(house, asking(*kinds))
    desk.person()
    context = replace(HOME, metadata={"a": "1"}, validation={"b": "2"})

    desk.begin(context=context)

    assert recorder.kinds == list(kinds)
    before, after = (event["request"] for event in recorder.events)
    assert before["validationData"] == {"b": "2"}
    assert after["clientMetadata"] == {"a": "1"}
    for first, name in ((TypedPassword("wrong"), "ana"), (RIGHT, "nobody")):
        with pytest.raises(NotAuthorizedError):
            desk.begin(first, name)
    assert recorder.events[-1]["request"]["userNotFound"]
    assert recorder.kinds.count(TriggerKind.POST_AUTHENTICATION) == 1


@pytest.mark.parametrize(
    "kind", [TriggerKind.PRE_AUTHENTICATION, TriggerKind.POST_AUTHENTICATION]
)
def test_functions_may_say_no(house: House, kind: TriggerKind) -> None:
    """Before as after."""
    told(house, _refuse)
    desk = Desk(house, asking(kind))
    desk.person()

    with pytest.raises(TriggerRefusedError):
        desk.begin()


def _refuse(_: object) -> object:
    raise TriggerRefusedError(trigger="It", message="no")


@pytest.mark.parametrize("name", ["", "\ud800", "\0", "x" * 10_000, "\N{SNOWMAN}"])
def test_whatever_is_typed_for_a_name_is_nobodys(house: House, name: str) -> None:
    """However it begins."""
    desk = Desk(house)
    start = SrpClient(desk.pool.group).start

    with pytest.raises(NotAuthorizedError):
        desk.begin(TypedPassword(PASSWORD), name)
    for first in (start, Choice(), Choice(ChallengeName.PASSWORD)):
        assert desk.asked(first, name).user is None


def test_who_signed_in_elsewhere_is_asked_no_second_factor_here(house: House) -> None:
    """It is the provider's to ask for; what the profile lacks is not."""
    desk = Desk(
        house,
        PoolSettings(name="people", mfa=MfaSettings(MfaMode.ON, frozenset({TOTP}))),
    )
    user = desk.person(**EMAIL)

    step = desk.sign_ins.after_federation(
        desk.pool, desk.client, user, HOME, ProvenElsewhere(("pwd", "mfa"))
    )

    assert isinstance(step, SignedIn)
    assert (step.user, step.amr) == (user, ("pwd", "mfa"))


def test_who_is_kept_out_is_kept_out_whoever_vouches(house: House) -> None:
    desk = Desk(house)
    user = desk.change(desk.person(), enabled=False)

    with pytest.raises(DisabledError):
        desk.sign_ins.after_federation(
            desk.pool, desk.client, user, HOME, ProvenElsewhere(())
        )


@pytest.mark.parametrize("is_new", [True, False])
def test_functions_hear_of_a_sign_in_from_the_second_one_on(
    house: House, *, is_new: bool
) -> None:
    """Cognito's order: the first time is told as a confirmation."""
    recorder = Recorder()
    house.triggers = triggers_of(recorder)
    functions = {TriggerKind.POST_AUTHENTICATION: "it"}
    triggers = TriggerSettings(functions=functions)
    desk = Desk(house, PoolSettings(name="people", triggers=triggers))
    user = desk.person()

    desk.sign_ins.after_federation(
        desk.pool, desk.client, user, HOME, ProvenElsewhere(("fed",), is_new)
    )

    assert len(recorder.events) == (0 if is_new else 1)


def test_who_signs_in_elsewhere_has_no_way_past_it(house: House) -> None:
    """A code by e-mail goes to nobody; and a session of another kind lets nobody in."""
    ways = SignInSettings(first_factors=frozenset(FirstFactor))
    desk = Desk(house, PoolSettings(name="people", sign_in=ways))
    ana = desk.change(desk.person(**EMAIL), status=UserStatus.EXTERNAL_PROVIDER)

    desk.begin(Choice(ChallengeName.EMAIL_CODE))
    session = desk.sign_ins.after_confirmation(desk.pool, desk.client, ana, HOME)

    assert house.mailbox.messages == []
    with pytest.raises(NotAuthorizedError):
        desk.begin(Confirmed(session))
