"""Python functions, called as Lambda calls them."""

import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.pool.errors import (
    BadTriggerAnswerError,
    TriggerRefusedError,
    UnexpectedTriggerError,
)
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.functions import MAX_ANSWER_BYTES
from gateway.pool.triggers.local import LocalFunction, load_function
from gateway.pool.triggers.threads import Threads
from gateway.pool.triggers.triggers import Triggers
from gateway.pool.triggers.values import SignUpAnswer, SignUpSource
from tests.pool.triggers.recorder import ANA, CALLER, pool_with

KIND = TriggerKind.PRE_SIGN_UP

# From AWS's own documentation, but for the domain: nothing in it knows of a gateway.
LAMBDA = """
def lambda_handler(event, context):
    # Set the user pool autoConfirmUser flag after validating the email domain
    event['response']['autoConfirmUser'] = False

    # Split the email address so we can compare domains
    address = event['request']['userAttributes']['email'].split('@')

    # This example uses a custom attribute "custom:domain"
    if address[1] == 'example.com':
        event['response']['autoConfirmUser'] = True
    else:
        raise Exception("Cannot authenticate users from this domain")
    print(context.aws_request_id, context.get_remaining_time_in_millis())
    # Return to Amazon Cognito
    return event
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = set(sys.modules), list(sys.path)
    yield tmp_path
    sys.path[:] = before[1]
    for name in set(sys.modules) - before[0]:
        del sys.modules[name]


def function(of: Any, limit: timedelta = timedelta(seconds=30)) -> LocalFunction:
    return LocalFunction("it", of, threads=Threads(), limit=limit)


def test_a_lambda_handler_runs_as_it_is(folder: Path) -> None:
    """Event, context, return and raise."""
    (folder / "pre_sign_up_of_a_shop.py").write_text(LAMBDA)
    handler = load_function(
        "pre_sign_up_of_a_shop:lambda_handler", folder=folder, threads=Threads()
    )
    triggers = Triggers(find={"it": function(handler)}.get)
    pool = pool_with(KIND)

    answer = triggers.pre_sign_up(pool, ANA, SignUpSource.SIGN_UP, CALLER)

    assert answer == SignUpAnswer(confirm=True)
    stranger = {"email": "ana@other.example"}
    elsewhere = type(ANA)(
        **{
            **{name: getattr(ANA, name) for name in ANA.__slots__},
            "attributes": stranger,
        }
    )
    with pytest.raises(TriggerRefusedError) as caught:
        triggers.pre_sign_up(pool, elsewhere, SignUpSource.SIGN_UP, CALLER)
    assert caught.value.message == "Cannot authenticate users from this domain"


def test_a_handler_finds_what_lambda_would_tell_it() -> None:
    """Under the names that it has there."""
    seen: list[Any] = []

    def handler(_: Any, context: Any) -> Any:
        seen.append(context)
        return {"left": context.get_remaining_time_in_millis()}

    answer: Any = function(handler).call(KIND, {})

    (context,) = seen
    assert 0 < answer["left"] <= 30_000
    assert context.function_name == "it"
    assert context.invoked_function_arn.endswith(":function:it")
    assert context.log_group_name == "/aws/lambda/it"
    assert context.function_version == "$LATEST"
    assert context.aws_request_id != context.log_stream_name


def test_what_a_handler_changes_is_its_own() -> None:
    """It may go on with the event after the answer."""
    event = {"request": {"a": "1"}}

    def handler(its_own: Any, _: Any) -> None:
        its_own["request"]["a"] = "2"

    assert function(handler).call(KIND, event) is None
    assert event == {"request": {"a": "1"}}


def test_one_that_takes_too_long_is_left_alone() -> None:
    """It is not called again, since the last call still goes on."""
    go_on = threading.Event()
    calls: list[int] = []

    def handler(_: Any, __: Any) -> None:
        calls.append(1)
        go_on.wait(30)

    with pytest.raises(UnexpectedTriggerError, match="longer"):
        function(handler, timedelta(milliseconds=20)).call(KIND, {})

    assert calls == [1]
    go_on.set()


def test_ending_the_program_is_no_refusal() -> None:
    """`sys.exit` ends the call and nothing else."""

    def handler(_: Any, __: Any) -> None:
        sys.exit(1)

    with pytest.raises(UnexpectedTriggerError, match="SystemExit"):
        function(handler).call(KIND, {})


@pytest.mark.parametrize(
    "odd", [object(), {1, 2}, float("nan"), {("a", "b"): 1}, "x" * MAX_ANSWER_BYTES]
)
def test_an_answer_is_json_of_bounded_size(odd: Any) -> None:
    """Whatever else Python has is no event."""
    with pytest.raises(BadTriggerAnswerError):
        function(lambda _, __: odd).call(KIND, {})


def test_an_answer_that_holds_itself_is_none() -> None:
    """It would be written for ever."""
    loop: list[Any] = []
    loop.append(loop)

    with pytest.raises(BadTriggerAnswerError):
        function(lambda _, __: loop).call(KIND, {})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere_to_be_found:it", "ModuleNotFoundError"),
        ("broken_trigger:it", "ZeroDivisionError"),
        ("json:it", "has no function 'it'"),
        ("json:decoder.x", "has no"),
        ("json:__name__", "has no function"),
    ],
)
def test_what_is_no_function_is_told_at_the_start(
    folder: Path, name: str, why: str
) -> None:
    """And not when the first person signs up."""
    (folder / "broken_trigger.py").write_text("1 / 0")

    with pytest.raises(ValueError, match=why):
        load_function(name, folder=folder, threads=Threads())


def test_a_function_may_stand_in_an_installed_module() -> None:
    """Then there is no folder."""
    assert load_function("operator:add", threads=Threads())(3, 4) == 7


def test_an_import_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module may connect somewhere when it is imported."""
    threads = Threads(at_once=1)
    go_on = threading.Event()
    with pytest.raises(TimeoutError):
        threads.run(lambda: go_on.wait(30), limit=timedelta(milliseconds=1))
    monkeypatch.setattr(
        "gateway.pool.triggers.local._IMPORT_LIMIT", timedelta(milliseconds=1)
    )

    with pytest.raises(ValueError, match="too long"):
        load_function("json:dumps", threads=threads)

    go_on.set()
