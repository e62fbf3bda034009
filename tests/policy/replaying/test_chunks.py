"""Logs in chunks: every line once, in order, and no more of them than fit."""

import gc
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.replaying import chunks
from gateway.policy.replaying.answers import Verdict
from gateway.policy.replaying.chunks import Chunk, chunks_of, replay_chunk
from gateway.policy.replaying.report import to_json
from gateway.policy.replaying.summary import Summary
from tests.policy.files import access, engine, identity, rule
from tests.policy.replaying.recorder import line_of, replayer

BEFORE = rule("own", "identity.email == 'b@x.com'")
AFTER = rule("own", "identity.email == 'a@x.com' || identity.name == 'x'")


def log() -> list[bytes]:
    """Denials, allows, lines of other logs and torn ones."""
    judge = engine(BEFORE)
    lines = [
        line_of(access(identity(email=email)), judge) + b"\n"
        for email in ("a@x.com", "b@x.com", "c@x.com")
    ]
    return [*lines, b'{"kind":"access"}\n', lines[0][:50] + b"\n"] * 6


@given(st.lists(st.binary(max_size=5), max_size=30), st.integers(1, 9))
def test_every_line_comes_once_with_its_number(lines: list[bytes], most: int) -> None:
    """However many fit into a chunk."""
    text = b"\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "MAX_LINES", most)
        found = list(chunks_of(BytesIO(text), "log"))

    assert b"".join(line for chunk in found for line in chunk.lines) == text
    assert sum(chunk.size for chunk in found) == len(text)
    number = 1
    for chunk in found:
        assert (chunk.name, chunk.first) == ("log", number)
        assert 1 <= len(chunk.lines) <= most
        number += len(chunk.lines)


def test_long_lines_are_few_in_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at a time has a bound."""
    monkeypatch.setattr(chunks, "MAX_BYTES", 10)
    text = b"1234567\n1234567\n1\n"

    found = [chunk.lines for chunk in chunks_of(BytesIO(text), "log")]

    assert found == [[b"1234567\n", b"1234567\n"], [b"1\n"]]


@pytest.mark.parametrize("most", [1, 2, 7, 1000])
def test_together_they_are_the_log(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Counts, groups, and the first examples of each."""
    monkeypatch.setattr(chunks, "MAX_LINES", most)
    asked = replayer(engine(AFTER))
    summary = Summary(examples=4)
    for chunk in chunks_of(BytesIO(b"".join(log())), "log"):
        summary.include(replay_chunk(chunk, replayer=asked, examples=4))

    found = to_json(summary, against="x")
    assert (found["decisions"], found["unreadable"], found["passed_over"]) == (18, 6, 6)
    assert summary.count(Verdict.NARROWED) == 0
    groups = {
        group["verdict"]: [each["where"] for each in group["examples"]]
        for group in found["groups"]
    }
    assert groups["widened"] == ["log:1", "log:6", "log:11", "log:16"]
    assert [each["where"] for each in found["unreadable_lines"]][:2] == [
        "log:5",
        "log:10",
    ]


def test_the_collector_runs_again_afterwards() -> None:
    """Also if something that nobody thought of ends the work."""

    class Broken:
        def answer(self, _: object) -> None:
            raise ZeroDivisionError

    chunk = Chunk("log", 1, log()[:1], 1)
    with pytest.raises(ZeroDivisionError):
        replay_chunk(chunk, replayer=Broken(), examples=1)  # type: ignore[arg-type]
    assert gc.isenabled()

    gc.disable()
    try:
        replay_chunk(chunk, replayer=replayer(engine(AFTER)), examples=1)
        assert not gc.isenabled()
    finally:
        gc.enable()
