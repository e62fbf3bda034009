"""Answers of functions: what means something, and what does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.answers import (
    Answer,
    made_challenge,
    migrated,
    next_challenge,
    sign_up,
    wording,
)
from gateway.pool.triggers.values import (
    MadeChallenge,
    MigratedUser,
    NextChallenge,
    SignUpAnswer,
    Wording,
)

KIND = TriggerKind.PRE_SIGN_UP


def answer(**fields: Any) -> Answer:
    return Answer.read(KIND, {"response": fields})


@pytest.mark.parametrize(
    "odd", [None, [], "yes", {}, {"response": None}, {"response": 1}]
)
def test_an_answer_is_an_event_with_a_response(odd: object) -> None:
    """A Lambda function returns the whole event."""
    with pytest.raises(BadTriggerAnswerError):
        Answer.read(KIND, odd)


def test_what_is_left_out_is_as_it_was() -> None:
    """So is what is null."""
    assert sign_up(answer()) == SignUpAnswer()
    assert sign_up(answer(autoConfirmUser=None)) == SignUpAnswer()
    assert made_challenge(answer()) == MadeChallenge()
    assert wording(answer(smsMessage=None)) == Wording()
    assert not answer(a=None).has("a")
    assert answer(a=0).has("a")


@pytest.mark.parametrize("odd", [1, "true", [], {}])
def test_true_is_true_alone(odd: object) -> None:
    """`"false"` would be true in many a language."""
    with pytest.raises(BadTriggerAnswerError):
        sign_up(answer(autoConfirmUser=odd))


@pytest.mark.parametrize("odd", [1, True, [], {}])
def test_a_text_is_no_number(odd: object) -> None:
    """It would be shown in some form or other."""
    with pytest.raises(BadTriggerAnswerError):
        wording(answer(emailSubject=odd))


@pytest.mark.parametrize("odd", ["EMAIL", [1], {"a": "b"}, 7])
def test_a_list_of_texts_is_nothing_else(odd: object) -> None:
    """A single text is a list of its letters to Python."""
    with pytest.raises(BadTriggerAnswerError):
        answer(a=odd).texts("a")


@pytest.mark.parametrize("odd", ["a", [1], {"a": 1}, {1: "a"}])
def test_parameters_are_texts(odd: object) -> None:
    """They are on Cognito's wire."""
    with pytest.raises(BadTriggerAnswerError):
        made_challenge(answer(publicChallengeParameters=odd))


def test_a_sign_in_goes_on_or_ends() -> None:
    """One of the three, and not two that exclude each other."""
    assert next_challenge(answer(challengeName="CUSTOM_CHALLENGE")) == NextChallenge(
        "CUSTOM_CHALLENGE"
    )
    assert next_challenge(answer(issueTokens=True)).issue_tokens
    assert next_challenge(answer(failAuthentication=True)).fail
    for odd in ({}, {"issueTokens": True, "failAuthentication": True}):
        with pytest.raises(BadTriggerAnswerError):
            next_challenge(answer(**odd))


def test_a_migrated_person_is_described_by_attributes() -> None:
    """Without any, nobody was found."""
    said: dict[str, Any] = {
        "userAttributes": {"email": "ana@example.com", "name": None},
        "desiredDeliveryMediums": ["EMAIL"],
        "forceAliasCreation": True,
    }

    assert migrated(answer(**said)) == MigratedUser(
        {"email": "ana@example.com"}, media=("EMAIL",), takes_over=True
    )
    assert migrated(answer()) is None
    with pytest.raises(BadTriggerAnswerError):
        migrated(answer(**{**said, "desiredDeliveryMediums": ["FAX"]}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = (
    "autoConfirmUser",
    "challengeName",
    "issueTokens",
    "userAttributes",
    "smsMessage",
)


@given(said=st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON)))
def test_whatever_comes_back_only_the_declared_error_comes_out(said: Any) -> None:
    """A function may answer anything."""
    for read in (sign_up, next_challenge, made_challenge, migrated, wording):
        try:
            read(answer(**said))
        except BadTriggerAnswerError:
            continue
