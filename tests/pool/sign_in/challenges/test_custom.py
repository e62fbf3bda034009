"""A sign-in that the functions of a pool lead."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from gateway.model.user import UserStatus
from gateway.pool.errors import (
    AttemptsExceededError,
    BadTriggerAnswerError,
    InvalidParameterError,
    InvalidSessionError,
    NotAuthorizedError,
    UnconfirmedError,
    UnexpectedTriggerError,
)
from gateway.pool.settings import MfaMode, MfaSettings, TriggerKind
from gateway.pool.sign_in.challenges.custom import MAX_ROUNDS
from gateway.pool.sign_in.values import (
    Asked,
    ChallengeName,
    ChosenFactor,
    CustomAnswer,
    CustomStart,
    SendAgain,
)
from gateway.pool.throttling import FREE_TRIES
from tests.pool.house import NOON, House
from tests.pool.sign_in.desk import EMAIL, HOME, MAIL, Desk, asking, told
from tests.pool.sign_in.srp_client import SrpClient
from tests.pool.triggers.recorder import Recorder

LEADS = asking(
    TriggerKind.DEFINE_CHALLENGE,
    TriggerKind.CREATE_CHALLENGE,
    TriggerKind.VERIFY_CHALLENGE,
)
RIGHT, WRONG = CustomAnswer("blue"), CustomAnswer("red")
START = CustomStart()
Answers = Callable[[list[Mapping[str, Any]]], Mapping[str, Any]]


def riddle(event: Any, define: Answers) -> object:
    """Answer as three functions together: a riddle, and its solution."""
    source, asked = event["triggerSource"], event["request"]
    if source.startswith("Define"):
        return define(asked["session"])
    if source.startswith("Create"):
        return {
            "publicChallengeParameters": {"riddle": "the colour of the sky"},
            "privateChallengeParameters": {"solution": "blue"},
            "challengeMetadata": f"SKY_{len(asked['session'])}",
        }
    solution = asked["privateChallengeParameters"]["solution"]
    return {"answerCorrect": asked["challengeAnswer"] == solution}


def usual(session: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Ask until the answer is right; after three wrong ones it is over."""
    if session and session[-1]["challengeResult"]:
        return {"issueTokens": True}
    if len(session) >= 3:
        return {"failAuthentication": True}
    return {"challengeName": "CUSTOM_CHALLENGE"}


def after_password(session: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Ask for a password first, and then the riddle."""
    names = [each["challengeName"] for each in session]
    if names == ["SRP_A"]:
        return {"challengeName": "PASSWORD_VERIFIER"}
    if not session[-1]["challengeResult"]:
        return {"failAuthentication": True}
    if names[-1] == "PASSWORD_VERIFIER":
        return {"challengeName": "CUSTOM_CHALLENGE"}
    return {"issueTokens": True}


def led(house: House, define: Answers = usual) -> tuple[Desk, Recorder]:
    """Return a desk of a pool that is led like this, with Ana."""
    recorder = told(house, lambda event: riddle(event, define))
    desk = Desk(house, LEADS)
    desk.person(**EMAIL)
    return desk, recorder


def test_whoever_solves_the_riddle_is_let_in(house: House) -> None:
    """A wrong answer is another round, and not an error."""
    desk, recorder = led(house)

    asked = desk.asked(START, context=replace(HOME, metadata={"shop": "1"}))
    assert asked.name is ChallengeName.CUSTOM
    assert asked.parameters == {"riddle": "the colour of the sky"}
    again = desk.asked_then(asked, WRONG)
    signed_in = desk.signed_in(again, RIGHT)

    assert signed_in.amr == ()
    last = recorder.events[-1]["request"]["session"]
    assert [(each["challengeResult"], each["challengeMetadata"]) for each in last] == [
        (False, "SKY_0"),
        (True, "SKY_1"),
    ]
    assert recorder.events[0]["request"]["clientMetadata"] == {"shop": "1"}
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, RIGHT)


def test_the_solution_is_not_kept_to_be_read(house: House) -> None:
    """Nor shown."""
    desk, _ = led(house)

    asked = desk.asked(START)

    assert "blue" not in json.dumps(dict(asked.parameters))
    assert "solution" not in json.dumps(dict(asked.parameters))


def test_functions_say_when_it_is_over(house: House) -> None:
    desk, _ = led(house)

    asked = desk.asked(START)
    for _ in range(2):
        asked = desk.asked_then(asked, WRONG)
    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, WRONG)
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, RIGHT)


def test_a_password_may_come_first(house: House) -> None:
    desk, recorder = led(house, after_password)
    client = SrpClient(desk.pool.group)

    asked = desk.asked(CustomStart(client.start.a))
    assert asked.name is ChallengeName.PASSWORD_VERIFIER
    riddled = desk.asked_then(asked, client.proof(asked, NOON))
    assert riddled.name is ChallengeName.CUSTOM
    assert desk.signed_in(riddled, RIGHT).amr == ("pwd",)
    session = recorder.events[-1]["request"]["session"]
    assert [each["challengeName"] for each in session] == [
        "SRP_A",
        "PASSWORD_VERIFIER",
        "CUSTOM_CHALLENGE",
    ]
    guess = replace(client, password="wrong")
    asked = desk.asked(CustomStart(client.start.a))
    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, guess.proof(asked, NOON))
    with pytest.raises(InvalidSessionError):
        desk.answer(asked, client.proof(asked, NOON))


def test_nobody_is_led_through_and_never_let_in(house: House) -> None:
    """The functions are told; whoever signs in is not."""
    desk, recorder = led(house)

    asked = desk.asked(START, "nobody")
    with pytest.raises(NotAuthorizedError) as caught:
        desk.answer(asked, RIGHT)

    assert type(caught.value) is NotAuthorizedError
    assert recorder.events[0]["request"]["userNotFound"]


def test_whoever_is_not_let_in_learns_why_at_the_end(house: House) -> None:
    desk, _ = led(house)
    ana = desk.asked(START).user
    assert ana is not None
    desk.change(ana, status=UserStatus.UNCONFIRMED)

    with pytest.raises(UnconfirmedError):
        desk.answer(desk.asked(START), RIGHT)


def test_functions_see_to_the_second_factor_themselves(house: House) -> None:
    """As in Cognito: nothing more is asked."""
    desk, _ = led(house)
    mfa = MfaSettings(MfaMode.ON, frozenset({MAIL}))
    desk.pool = replace(desk.pool, settings=replace(desk.pool.settings, mfa=mfa))

    desk.signed_in(desk.asked(START), RIGHT)


def test_guesses_are_counted(house: House) -> None:
    """Functions that forgive everything do not know how often."""
    desk, _ = led(house, lambda _: {"challengeName": "CUSTOM_CHALLENGE"})
    asked = desk.asked(START)
    for _ in range(FREE_TRIES):
        asked = desk.asked_then(asked, WRONG)

    with pytest.raises(AttemptsExceededError):
        desk.answer(asked, WRONG)


def test_it_does_not_go_on_for_ever(house: House) -> None:
    desk, _ = led(house, lambda _: {"challengeName": "CUSTOM_CHALLENGE"})
    asked = desk.asked(START)
    for _ in range(MAX_ROUNDS - 1):
        asked = desk.asked_then(asked, RIGHT)

    with pytest.raises(NotAuthorizedError):
        desk.answer(asked, RIGHT)


@pytest.mark.parametrize("name", ["SMS_MFA", "PASSWORD_VERIFIER", "sky"])
def test_a_challenge_that_there_is_not_is_a_fault_of_the_function(
    house: House, name: str
) -> None:
    """Nor can a password be proven whose proof has not begun."""
    desk, _ = led(house, lambda _: {"challengeName": name})

    with pytest.raises(BadTriggerAnswerError):
        desk.begin(START)


def test_a_proof_cannot_be_asked_for_twice(house: House) -> None:
    """The client has sent one half alone."""
    desk, _ = led(house, lambda _: {"challengeName": "PASSWORD_VERIFIER"})
    client = SrpClient(desk.pool.group)
    asked = desk.asked(CustomStart(client.start.a))

    with pytest.raises(BadTriggerAnswerError):
        desk.answer(asked, client.proof(asked, NOON))


def test_a_pool_without_functions_is_not_led(house: House) -> None:
    desk = Desk(house)
    desk.person()

    with pytest.raises(UnexpectedTriggerError):
        desk.begin(START)


def test_the_clients_half_has_to_be_a_number(house: House) -> None:
    desk, _ = led(house)

    with pytest.raises(InvalidParameterError):
        desk.begin(CustomStart("no number"))


def test_an_answer_to_another_question_is_none(house: House) -> None:
    desk, _ = led(house, after_password)
    asked = desk.asked(CustomStart(SrpClient(desk.pool.group).start.a))

    for answer in (RIGHT, SendAgain(), ChosenFactor("CUSTOM_CHALLENGE")):
        with pytest.raises(InvalidSessionError):
            desk.answer(asked, answer)


def test_of_two_answers_at_once_one_wins(house: House) -> None:
    desk, _ = led(house)
    asked: Asked = desk.asked(START)

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(
            threads.map(
                lambda _: desk.outcome(lambda: desk.answer(asked, RIGHT)), range(4)
            )
        )

    assert outcomes.count(None) == 1
    assert set(outcomes) == {None, InvalidSessionError}
