"""What triggers may call."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app.functions import Functions, build_functions
from gateway.config.errors import ConfigError
from gateway.pool.settings import TriggerKind
from gateway.pool.triggers.functions import Function
from gateway.pool.triggers.local import LocalFunction
from gateway.pool.triggers.remote import RemoteFunction
from gateway.pool.triggers.threads import Threads
from tests.config.files import NOON, Folder

WEBHOOK = '[triggers.far.webhook]\nurl = "https://a.example"\nsecret = { env = "S" }\n'
PYTHON = '[triggers.near]\npython = "trigger_of_this_test:answer"\nfolder = "code"\n'
ANSWER = "def answer(event, context):\n    return [event, context.function_name]\n"


def build(folder: Folder, threads: Threads) -> dict[str, Function]:
    folder.environ["S"] = "x" * 32
    return dict(build_functions(folder.load(), threads=threads, clock=lambda: NOON))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr("sys.path", ["/nowhere", *__import__("sys").path])
    return Folder(tmp_path)


def test_functions_are_made_of_what_the_file_says(folder: Folder) -> None:
    """By their names; one in Python is there at once, or the gateway does not start."""
    folder.add("config.toml", WEBHOOK + PYTHON)
    folder.write("code/trigger_of_this_test.py", ANSWER)
    threads = Threads()

    functions = build(folder, threads)

    assert isinstance(functions["far"], RemoteFunction)
    near = functions["near"]
    assert isinstance(near, LocalFunction)
    answer: Any = near.call(TriggerKind.PRE_SIGN_UP, {"a": 1})
    assert answer == [{"a": 1}, "near"]


def test_all_that_are_none_are_told_with_their_places(folder: Folder) -> None:
    """With line and column."""
    one_more = PYTHON.replace("trigger_of_this_test", "nowhere_either")
    folder.add("config.toml", one_more + '[triggers.b]\npython = "nowhere_at_all:b"\n')

    with pytest.raises(ConfigError) as caught:
        build(folder, Threads())

    one, two = caught.value.faults
    assert (one.code, two.code) == ("E337", "E337")
    assert "nowhere_either" in one.message
    assert two.line > one.line > 1


def test_a_reload_replaces_them() -> None:
    """Who is asked for meanwhile gets one or the other."""
    functions = Functions()
    assert functions.find("near") is None
    near = LocalFunction("near", lambda event, _: event, threads=functions.threads)

    functions.use({"near": near})

    assert functions.find("near") is near
    assert functions.threads.abandoned == 0
