"""The demo, started as `make run` starts it, in a folder that holds what a clone holds.

On the ports that it always has. If one of them is taken, whoever asks fails and says so.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.running_gateway import ENVIRONMENT, wait_for

ROOT = Path(__file__).parents[2]
PORTS = (8080, 8081, 8082, 8083, 8090)
GATEWAY = "http://localhost:8080"
ISSUER = "http://127.0.0.1:8082"
# What `make run` promises after installing; on this machine, or on a slower one.
READY_SECONDS = 60
COMMAND_SECONDS = 60
READY = "The gateway is ready."
END = "Ctrl-C ends it."
# What to run after a question, `Is every file right? .venv/bin/gateway check`.
_QUESTION = re.compile(r"^[A-Z][^?]*\?\s+(\.venv/.*)$")


@dataclass
class Demo:
    """The running demo.

    Attributes:
        folder: Where it runs.
        process: The program that starts the others.
        output: What it prints goes there.
    """

    folder: Path
    process: "subprocess.Popen[bytes]"
    output: Path

    def lines(self) -> list[str]:
        """Return the lines to paste, without comments."""
        text = self.output.read_text()
        text = text[text.index(READY) : text.index(END)]
        indented = [
            line.strip()
            for line in text.splitlines()
            if line.startswith("  ") and not line.lstrip().startswith("#")
        ]
        questions = map(_QUESTION.match, text.splitlines())
        return indented + [found[1] for found in questions if found]

    def paste(self) -> list[tuple[str, int, str]]:
        """Run the lines, all in one shell; return each with its status and output."""
        mark = "-- the next line --"
        lines = self.lines()
        script = "".join(
            f"{line}\nprintf '\\n%s %d\\n' '{mark}' $?\n" for line in lines
        )
        shell = subprocess.run(  # noqa: S603 - what the demo says to run
            ["/bin/bash", "-c", script],
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=True,
        )
        assert not shell.stderr, shell.stderr
        pieces = re.split(rf"\n{mark} (\d+)\n", shell.stdout)
        return [
            (line, int(status), printed)
            for line, printed, status in zip(
                lines, pieces[::2], pieces[1::2], strict=False
            )
        ]


def clone(folder: Path) -> None:
    """Copy what `git clone` and `make install` leave into a new folder."""
    folder.mkdir()
    for name in ("deploy", "providers", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.toml", folder)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])


def taken_ports() -> list[int]:
    """Return the demo's ports that somebody listens on."""
    taken: list[int] = []
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(port)
    return taken


def press_ctrl_c(process: "subprocess.Popen[bytes]") -> None:
    """Send what a terminal sends: to the program and to all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


@contextlib.contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Run the demo in a folder that `clone` has filled, until the block ends."""
    assert not taken_ports(), "the demo's ports are taken; is one running?"
    output = folder.parent / "output"
    command = [str(folder / ".venv/bin/python"), "deploy/demo/demo.py"]
    with output.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603 - the tests' own command
            command,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )

    def ready() -> bool:
        assert process.poll() is None, output.read_text()
        return END in output.read_text()

    try:
        wait_for(ready, "the demo", within=READY_SECONDS)
        yield Demo(folder, process, output)
    finally:
        press_ctrl_c(process)
        process.wait(60)
        # The next one wants the same ports.
        wait_for(lambda: not taken_ports(), "the end of all programs")
