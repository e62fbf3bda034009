"""The same work on many things, over as many processes as there are cores.

The processes are forked, so that each has all that was loaded without loading it, and share
nothing from then on: what they are handed and what they give back goes through pipes. With
one process, the work is done where one stands.

What comes of the things comes in their order. They are taken one by one, as there is
somebody to work on them, so that no more than a few are held at a time.
"""

import errno
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Each has its own share of the memory that the work takes.
MAX_PROCESSES: Final = 8

# How many things may be done before the one whose turn it is, for each process.
_AHEAD: Final = 4


def cores() -> int:
    """Return how many processes are worth having: 1 where none can be forked."""
    # Elsewhere, not everything that was loaded survives it.
    if sys.platform != "linux":
        return 1
    return min(len(os.sched_getaffinity(0)), MAX_PROCESSES)


class _Member(NamedTuple):
    """One process, and the ends of its pipes.

    Attributes:
        process: The process.
        things: Where it is handed what to work on.
        done: Where it gives back what came of it.
    """

    process: BaseProcess
    things: Connection
    done: Connection


class Crew(Generic[T, R]):
    """Processes that do the same work.

    To be entered while there is one thread: a fork has no other, and whatever a second one
    was about to do is never finished there.
    """

    def __init__(self, work: Callable[[T], R], *, processes: int) -> None:
        """Take the work.

        Args:
            work: What to do. The processes have it, and all that it refers to, as it is
                when the crew is entered.
            processes: How many; with 1, none is started.
        """
        self._work = work
        self._count = processes
        self._members: list[_Member] = []

    def __enter__(self) -> Self:
        """Start the processes."""
        if self._count > 1:
            # What is there now stays; looking through it would copy it, page by page.
            gc.freeze()
            for _ in range(self._count):
                self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes, whatever they are about to do."""
        for process, things, done in self._members:
            process.terminate()
            process.join()
            things.close()
            done.close()
        if self._members:
            gc.unfreeze()
        self._members.clear()

    def results(self, things: Iterable[T]) -> Iterator[R]:
        """Yield what comes of each thing, in the order of the things.

        Args:
            things: What can be sent through a pipe, and so can what comes of it.

        Raises:
            ChildProcessError: A process was ended by somebody else.
            Exception: What the work raises.
        """
        if not self._members:
            yield from map(self._work, things)
            return
        waiting = enumerate(things)
        idle = list(self._members)
        busy: dict[Connection, tuple[int, _Member]] = {}
        found: dict[int, R] = {}
        turn, is_more = 0, True
        while True:
            while idle and is_more and len(found) < _AHEAD * self._count:
                number, thing = next(waiting, (-1, None))
                is_more = number >= 0
                if is_more:
                    member = idle.pop()
                    member.things.send(thing)
                    busy[member.done] = number, member
            if turn in found:
                yield found.pop(turn)
                turn += 1
                continue
            if not busy:
                return
            for done in wait(list(busy)):
                number, member = busy.pop(done)  # type: ignore[call-overload]  # all are ours
                found[number] = _received(member)
                idle.append(member)

    def _start(self) -> None:
        context = get_context("fork")
        handed, things = context.Pipe(duplex=False)
        done, given = context.Pipe(duplex=False)
        # What a process holds open of another's pipes would keep it from seeing their end.
        others = [end for each in self._members for end in (each.things, each.done)]
        process = context.Process(
            target=serve,
            args=(self._work, handed, given),
            kwargs={"others": [*others, things, done]},
            daemon=True,
        )
        process.start()
        handed.close()
        given.close()
        self._members.append(_Member(process, things, done))


def serve(
    work: Callable[[Any], Any],
    things: Connection,
    done: Connection,
    *,
    others: Sequence[Connection] = (),
) -> None:
    """Do the work on all that comes, until nothing more will come.

    Args:
        work: What to do.
        things: What to work on.
        done: Where what comes of it goes, or the exception that did, marked.
        others: What to close.
    """
    # Ctrl-C reaches all processes of a terminal, and the first of them ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    while True:
        try:
            thing = things.recv()
        except EOFError:
            return
        try:
            answer = True, work(thing)
        except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
            answer = False, error
        done.send(answer)


def _received(member: _Member) -> Any:
    try:
        is_fine, answer = member.done.recv()
    except EOFError:
        message = "it was ended before its work was done"
        name = f"process {member.process.pid}"
        raise ChildProcessError(errno.ECHILD, message, name) from None
    if not is_fine:
        raise answer
    return answer
