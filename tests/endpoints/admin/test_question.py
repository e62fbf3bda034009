"""Questions."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.admin.question import MalformedQuestionError, parse_question

REQUEST = {"path": "/orders/1"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_question_says_who_and_what() -> None:
    """The rest has a default."""
    question = parse_question({"identity": "ana", "request": REQUEST})

    assert question.identity == "ana"
    assert question.request.method == "GET"
    assert question.token is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "valid"),
        ({}, "request"),
        ({"request": {"path": "orders"}}, "request.path"),
        ({"request": REQUEST | {"verb": "GET"}}, "request.verb"),
        ({"request": REQUEST, "identity": 7}, "identity"),
        ({"request": REQUEST, "token": "two words"}, "token"),
        ({"request": REQUEST, "token": ""}, "token"),
        ({"request": REQUEST, "token": "t", "identity": "ana"}, "not both"),
        ({"request": REQUEST, "now": "yesterday"}, "now"),
    ],
)
def test_what_is_wrong_is_said(document: Any, reason: str) -> None:
    """With the place of each fault."""
    with pytest.raises(MalformedQuestionError) as refused:
        parse_question(document)

    assert any(reason in each for each in refused.value.reasons)


def test_all_faults_are_said_at_once() -> None:
    """Who writes a question wants the whole list."""
    with pytest.raises(MalformedQuestionError) as refused:
        parse_question({"request": {"path": "x", "method": "get"}, "more": 1})

    assert len(refused.value.reasons) == 3


def test_a_token_is_not_shown() -> None:
    """Neither in a traceback nor in a fault."""
    question = parse_question({"token": "s3cret", "request": REQUEST})

    assert "s3cret" not in repr(question)
    with pytest.raises(MalformedQuestionError) as refused:
        parse_question({"token": "s3cret", "request": {"path": "x"}})
    assert "s3cret" not in str(refused.value)


@pytest.mark.long
@given(JSON)
def test_only_declared_errors_come_out(document: Any) -> None:
    """Whatever comes in."""
    for each in (document, {"request": REQUEST, "identity": document}):
        with contextlib.suppress(MalformedQuestionError):
            parse_question(each)
