"""Lines one by one: joined where they go on, given up, and ended."""

from collections.abc import Iterator

import pytest

from gateway.cli.policies.conversation import answer_all, converse, joined
from gateway.cli.policies.dialogue import Dialogue
from gateway.policy.workbench.bench import Bench
from tests.policy.files import PERSON, access, engine, policy, rule

Output = pytest.CaptureFixture[str]


class Typist:
    """Types what it is told to; an exception is Ctrl-C or Ctrl-D."""

    def __init__(self, *lines: str | BaseException) -> None:
        self.lines: Iterator[str | BaseException] = iter(lines)
        self.prompts: list[str] = []
        self.closed = False

    def read(self, prompt: str) -> str:
        self.prompts.append(prompt)
        line = next(self.lines)
        if isinstance(line, BaseException):
            raise line
        return line

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def dialogue() -> Dialogue:
    """A session."""
    bench = Bench(policy(rule("x")), engine=engine(rule("x")), access=access(PERSON))
    return Dialogue(bench, question={}, access_of=lambda _: access(PERSON))


def test_lines_that_go_on_are_one() -> None:
    """Also the last one, if nothing follows."""
    assert list(joined(["a", "b \\", "c", "", "d\\"])) == ["a", "b \nc", "", "d"]
    assert list(joined([])) == []


def test_all_lines_of_a_pipe_are_answered(dialogue: Dialogue, capsys: Output) -> None:
    """Whatever their ends; until one asks for the end."""
    assert answer_all(dialogue, ["1\r\n", "2\n", ":quit\n", ")\n"])

    assert capsys.readouterr().out == "1 : int\n2 : int\n"


def test_one_line_without_an_answer_is_told_at_the_end(dialogue: Dialogue) -> None:
    """The pair of the above."""
    assert not answer_all(dialogue, [")", "1"])


def test_a_person_is_asked_until_there_is_no_more(
    dialogue: Dialogue, capsys: Output
) -> None:
    """Ctrl-C gives up a line, also one that goes on; Ctrl-D ends."""
    typist = Typist("1", "2 + \\", "3", "4 \\", KeyboardInterrupt(), "5", EOFError())
    converse(dialogue, typist, name="orders")

    output = capsys.readouterr().out
    assert [line for line in output.splitlines() if " : " in line] == [
        *("1 : int", "5 : int", "5 : int")
    ]
    assert typist.prompts == [
        *("orders> ", "orders> ", "......> ", "orders> ", "......> ", "orders> "),
        "orders> ",
    ]
    assert typist.closed


def test_a_person_may_ask_for_the_end(dialogue: Dialogue) -> None:
    """And is not asked again."""
    typist = Typist(":quit")
    converse(dialogue, typist, name="orders")

    assert typist.prompts == ["orders> "]
    assert typist.closed
