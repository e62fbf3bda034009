"""Work over several processes: what one process would have done, in its order."""

import os
import signal
from collections.abc import Iterator
from multiprocessing import Pipe, get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.app.crew import MAX_PROCESSES, Crew, cores, serve


class Named:
    """Work that depends on what was there when the crew was entered."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, number: int) -> tuple[str, int]:
        if number < 0:
            raise ValueError(f"{number} is none")
        return self.name * (number % 7 * 10_000), number


@pytest.mark.parametrize("processes", [1, 2, 3])
@settings(max_examples=5)
@given(st.lists(st.integers(0, 100), max_size=40))
def test_what_comes_of_things_comes_in_their_order(
    processes: int, things: list[int]
) -> None:
    """Whoever is done first, and however large it is."""
    work = Named("x")

    with Crew(work, processes=processes) as crew:
        assert list(crew.results(things)) == list(map(work, things))
        assert list(crew.results(things[:1])) == list(map(work, things[:1]))


class Tardy:
    """Work of which the first thing is done when a later one is."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.reached = get_context("fork").Event()

    def __call__(self, number: int) -> int:
        if number == self.last:
            self.reached.set()
        if not number:
            assert self.reached.wait(60)
        return number


@pytest.mark.parametrize("last", range(1, 9))
def test_all_comes_however_long_the_first_takes(last: int) -> None:
    """Others may be ahead of it, as far as they are let."""
    with Crew(Tardy(last), processes=2) as crew:
        assert list(crew.results(range(20))) == list(range(20))


def where(_: int) -> int:
    return os.getpid()


def test_several_processes_do_it() -> None:
    """And none of them is this one, if there is more than one."""
    with Crew(where, processes=1) as alone:
        assert set(alone.results(range(9))) == {os.getpid()}
    with Crew(where, processes=2) as crew:
        assert os.getpid() not in set(crew.results(range(9)))
        members = [member.process for member in crew._members]
        assert all(process.is_alive() for process in members)

    assert all(process.exitcode is not None for process in members)


@pytest.mark.parametrize("processes", [1, 2])
def test_few_things_are_taken_before_they_are_needed(processes: int) -> None:
    """A log may be larger than the memory."""
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    with Crew(Named("x"), processes=processes) as crew:
        results = crew.results(things())
        for number in range(100):
            assert next(results)[1] == number
            assert len(taken) <= number + 1 + processes * 5


@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_work_raises_is_raised_here(processes: int) -> None:
    """And the processes end all the same."""
    with (
        Crew(Named("x"), processes=processes) as crew,
        pytest.raises(ValueError, match="-1 is none"),
    ):
        list(crew.results([1, -1, 2]))


def vanish(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_ended_is_told() -> None:
    """By whom, nobody knows; mostly for want of memory."""
    with (
        Crew(vanish, processes=2) as crew,
        pytest.raises(ChildProcessError, match="ended before its work was done"),
    ):
        list(crew.results([1, 2]))


def test_a_member_works_until_nothing_more_comes() -> None:
    """And leaves Ctrl-C to the process that started it."""
    handed, things = Pipe(duplex=False)
    done, given_back = Pipe(duplex=False)
    other, _ = Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    for number in (1, -1):
        things.send(number)
    things.close()
    try:
        serve(Named("x"), handed, given_back, others=[other])
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)

    assert other.closed
    assert done.recv() == (True, ("x" * 10_000, 1))
    is_fine, error = done.recv()
    assert not is_fine
    assert isinstance(error, ValueError)


def test_there_are_as_many_as_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a bound, and one where processes cannot be forked."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(3)))
    assert cores() == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(99)))
    assert cores() == MAX_PROCESSES
    monkeypatch.setattr("sys.platform", "darwin")
    assert cores() == 1
