"""Programs that the tests talk to: started, waited for, and ended.

Each prints one line `READY name address` when it answers, and ends on SIGTERM. A program
that cannot be started is a failed test, never a skipped one.
"""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

PROGRAMS = Path(__file__).with_name("programs")

# On a busy machine; a start takes a second or two.
START_SECONDS = 30
STOP_SECONDS = 10


@dataclass(frozen=True)
class Program:
    """A program that answers.

    Attributes:
        address: Where, as it says itself.
        process: The process.
        log: What it writes to its error output.
    """

    address: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self) -> int:
        """End the program as its operator would, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait(STOP_SECONDS)
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()


class Programs:
    """Starts programs, and ends all of them.

    Args:
        folder: Where their error output goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Program] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Program:
        """Return a program once it answers.

        Args:
            name: What stands after READY in its line.
            command: The program and its arguments.
            cwd: Its working folder; by default, that of the peers' programs.
            env: Variables beside those of the tests.
        """
        log = self._folder / f"{len(self._running)}-{name}.log"
        with log.open("w") as errors:
            process = subprocess.Popen(  # noqa: S603 - the tests' own commands
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                cwd=cwd or PROGRAMS,
                env=os.environ | dict(env or {}),
                text=True,
                start_new_session=True,
            )
        program = Program("", process, log)
        self._running.append(program)
        address = _wait_for_ready(process, name, log)
        started = Program(address, process, log)
        self._running[-1] = started
        return started

    def node(self, name: str, script: str, *arguments: str) -> Program:
        """Return a Node program of this folder, on a free port."""
        if not (PROGRAMS / "node_modules").is_dir():
            raise AssertionError("the programs are not installed: run `make peers`")
        port = str(free_port())
        return self.start(name, ["node", script, "--port", port, *arguments])

    def stop_all(self) -> None:
        """End everything that was started, the last first."""
        while self._running:
            self._running.pop().stop()


def free_port() -> int:
    """Return a port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_ready(process: subprocess.Popen[str], name: str, log: Path) -> str:
    assert process.stdout is not None
    lines: SimpleQueue[str | None] = SimpleQueue()
    Thread(target=_drain, args=(process.stdout, lines), daemon=True).start()
    try:
        while (line := lines.get(timeout=START_SECONDS)) is not None:
            match line.split():
                case ["READY", said, address] if said == name:
                    return address
    except Empty:
        pass
    raise AssertionError(f"{name} does not answer: {log.read_text()[-2000:]}")


def _drain(output: IO[str], lines: "SimpleQueue[str | None]") -> None:
    # To the end of the program, or it would wait for somebody to read.
    with contextlib.suppress(ValueError):
        for line in output:
            lines.put(line)
    lines.put(None)
