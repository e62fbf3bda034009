"""A passkey as the first factor."""

import json

import pytest

from gateway.model.user import User
from gateway.pool.errors import (
    InvalidSessionError,
    NotAllowedError,
    PasskeyError,
    PasskeyNotProvenError,
    PasskeyQuestionError,
    TriggerRefusedError,
)
from gateway.pool.settings import (
    FirstFactor,
    MfaMode,
    PoolSettings,
    SignInSettings,
    TriggerKind,
)
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    Choice,
    ChosenFactor,
    Parameter,
    PasskeyAnswer,
    PasskeyStart,
)
from tests.pool.factors.authenticator import PRESENT, SYNCABLE, VERIFIED, Authenticator
from tests.pool.house import House
from tests.pool.sign_in.desk import EMAIL, MAIL, Desk, asking, told, with_mfa

PASSKEY = ChallengeName.PASSKEY
OPEN = SignInSettings(first_factors=frozenset(FirstFactor))
START = PasskeyStart()


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house, PoolSettings(name="people", sign_in=OPEN))


def give(
    desk: Desk, user: User, authenticator: Authenticator | None = None
) -> Authenticator:
    """Give somebody a passkey."""
    authenticator = authenticator or Authenticator()
    ceremonies = desk.factors.passkeys
    made = authenticator.make(ceremonies.registration_options(desk.pool, user))
    ceremonies.register(desk.pool, user, json.dumps(made))
    return authenticator


def used(authenticator: Authenticator, asked: Asked) -> PasskeyAnswer:
    options = asked.parameters[Parameter.PASSKEY_OPTIONS]
    return PasskeyAnswer(json.dumps(authenticator.use(options)))


@pytest.mark.parametrize(
    ("flags", "amr"),
    [
        (PRESENT | VERIFIED, ("hwk", "mfa")),
        (PRESENT | VERIFIED | SYNCABLE, ("swk", "mfa")),
        (PRESENT, ("hwk",)),
    ],
)
def test_a_passkey_lets_somebody_in(
    desk: Desk, flags: int, amr: tuple[str, ...]
) -> None:
    """With a name, with a choice, and with nothing said at all."""
    ana = desk.person()
    phone = give(desk, ana, Authenticator(flags=flags))

    chosen = desk.asked_then(desk.asked(Choice()), ChosenFactor(PASSKEY))
    for asked in (
        chosen,
        desk.asked(Choice(PASSKEY)),
        desk.asked(START),
        desk.asked(START, "whatever"),
    ):
        assert asked.name is PASSKEY
        signed_in = desk.signed_in(asked, used(phone, asked))
        assert (signed_in.user, signed_in.amr) == (ana, amr)


def test_one_that_knows_its_owner_is_two_factors_in_one(house: House) -> None:
    """Another one is not."""
    desk = Desk(house, with_mfa(MfaMode.ON, MAIL, sign_in=OPEN))
    ana = desk.person(**EMAIL)
    phone, key = give(desk, ana), give(desk, ana, Authenticator(flags=PRESENT))

    asked = desk.asked(START)
    assert desk.signed_in(asked, used(phone, asked)).amr == ("hwk", "mfa")
    asked = desk.asked(START)
    then = desk.asked_then(asked, used(key, asked))
    assert then.name is ChallengeName.EMAIL_CODE


def test_an_answer_is_good_once_and_for_its_question(desk: Desk) -> None:
    phone = give(desk, desk.person())
    one, two = desk.asked(START), desk.asked(START)
    answer = used(phone, one)

    with pytest.raises(PasskeyQuestionError):
        desk.answer(two, answer)
    answer = used(phone, two)
    desk.signed_in(two, answer)
    with pytest.raises(InvalidSessionError):
        desk.answer(two, answer)


def test_somebody_elses_passkey_proves_nothing(desk: Desk) -> None:
    """Where a name was typed."""
    give(desk, desk.person())
    eves = give(desk, desk.person("eve"))
    asked = desk.asked(Choice(PASSKEY))

    with pytest.raises(PasskeyNotProvenError):
        desk.answer(asked, used(eves, asked))


@pytest.mark.parametrize("credential", ["", "{}", "[]", "\ud800", "x" * 100_000])
def test_what_is_no_answer_is_refused(desk: Desk, credential: str) -> None:
    asked = desk.asked(START)

    with pytest.raises(PasskeyError):
        desk.answer(asked, PasskeyAnswer(credential))


def test_a_passkey_answers_nothing_else(desk: Desk) -> None:
    phone = give(desk, desk.person())
    answer = used(phone, desk.asked(START))

    with pytest.raises(InvalidSessionError):
        desk.answer(desk.asked(Choice()), answer)


def test_a_pool_may_have_none(house: House) -> None:
    with pytest.raises(NotAllowedError):
        Desk(house).begin(START)


def test_functions_are_asked_once_it_is_known_about_whom(house: House) -> None:
    """Before somebody is let in, whether a name was typed or not."""
    recorder = told(house)
    desk = Desk(house, asking(TriggerKind.PRE_AUTHENTICATION, sign_in=OPEN))
    phone = give(desk, desk.person())

    asked = desk.asked(START)
    assert not recorder.events
    desk.signed_in(asked, used(phone, asked))
    assert recorder.event["userName"] == "ana"
    asked = desk.asked(Choice(PASSKEY))
    desk.signed_in(asked, used(phone, asked))
    assert len(recorder.events) == 2

    told(house, _refuse)
    desk.open()
    asked = desk.asked(START)
    with pytest.raises(TriggerRefusedError):
        desk.answer(asked, used(phone, asked))


def _refuse(_: object) -> object:
    raise TriggerRefusedError(trigger="PreAuthentication", message="no")


def test_what_is_wanted_of_somebody_without_one_is_a_choice(desk: Desk) -> None:
    """As for nobody."""
    desk.person()

    for name in ("ana", "nobody"):
        asked = desk.asked(Choice(PASSKEY), name)
        assert asked.name is ChallengeName.SELECT_CHALLENGE
        assert PASSKEY not in asked.choices
