"""The demo does what it prints: its lines are taken from its output and run.

It is started as `make run` starts it, in a folder that holds what a fresh clone holds, on
the ports that it always has. If one of them is taken, these tests fail and say so.
"""

import contextlib
import json
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
from typing import Any

import pytest

from tests.peers.running_gateway import ENVIRONMENT, client, wait_for

pytestmark = pytest.mark.peer

ROOT = Path(__file__).parents[2]
PORTS = (8080, 8081, 8082, 8090)
GATEWAY = "http://127.0.0.1:8080"
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


def _clone(folder: Path) -> None:
    """Copy what `git clone` and `make install` leave."""
    for name in ("deploy", "providers", "policies"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.toml", folder)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])


def _taken() -> list[int]:
    taken = []
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(port)
    return taken


def _press_ctrl_c(process: "subprocess.Popen[bytes]") -> None:
    """Send what a terminal sends: to the program and to all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    assert not _taken(), "the demo's ports are taken; is one running?"
    folder = tmp_path_factory.mktemp("demo") / "clone"
    folder.mkdir()
    _clone(folder)
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
    demo = Demo(folder, process, output)

    def ready() -> bool:
        assert process.poll() is None, output.read_text()
        return END in output.read_text()

    try:
        wait_for(ready, "the demo", within=READY_SECONDS)
        yield demo
    finally:
        _press_ctrl_c(process)
        process.wait(60)


@pytest.fixture(scope="module")
def pasted(demo: Demo) -> dict[str, tuple[int, str]]:
    """Return what each line has printed, and its status."""
    return {line: (status, printed) for line, status, printed in demo.paste()}


def _printed(pasted: dict[str, tuple[int, str]], *parts: str) -> Any:
    """Return the document that the only line with these parts has printed."""
    found = [
        printed
        for line, (status, printed) in pasted.items()
        if all(part in line for part in parts) and status == 0
    ]
    assert len(found) == 1, f"{parts}: {list(pasted)}"
    return json.loads(found[0])


def test_the_makefile_runs_what_is_run_here() -> None:
    """`make run`, after installing."""
    recipe = (ROOT / "Makefile").read_text().partition("\nrun: install")[2]

    assert recipe.splitlines()[1].strip() == "@$(BIN)/python deploy/demo/demo.py"


def test_1_a_guest_reads_the_public_feed(pasted: dict[str, tuple[int, str]]) -> None:
    document = _printed(pasted, "/v1/feed")

    assert document["you_asked"] == "GET /v1/feed?channel=public"
    assert document["token_verified"] is True
    assert document["claims"]["client_id"] == "guest"


def test_2_ana_reads_her_own_order(pasted: dict[str, tuple[int, str]]) -> None:
    document = _printed(pasted, "$ANA", "/v1/orders/ana-77")

    assert document["you_asked"] == "GET /v1/orders/ana-77"
    assert document["token_verified"] is True
    assert document["claims"]["client_id"] == "demo"
    assert document["claims"]["roles"] == ["customer"]


def test_3_another_order_and_a_changed_token_are_refused(
    pasted: dict[str, tuple[int, str]],
) -> None:
    refused = _printed(pasted, "/v1/orders/sam-1", "curl")
    changed = _printed(pasted, "ANA%")

    assert (refused["status"], refused["type"]) == (403, "urn:gateway:access_denied")
    assert changed["status"] == 401
    assert changed["type"].startswith("urn:gateway:")


def test_4_the_upstream_shows_one_credential_and_it_is_ours(
    pasted: dict[str, tuple[int, str]],
) -> None:
    document = _printed(pasted, "/v1/echo")

    assert document["token_verified"] is True
    assert document["claims"]["iss"] == GATEWAY
    assert document["claims"]["name"] == "Ana Lima"
    assert "Bearer" not in json.dumps(document["headers"])


def test_the_questions_are_answered(pasted: dict[str, tuple[int, str]]) -> None:
    """Why it was refused, and whether the files are right: each line ends with 0."""
    assert len(pasted) == 8
    assert all(status == 0 for status, _ in pasted.values()), pasted
    (explained,) = [text for line, (_, text) in pasted.items() if "explain" in line]
    (checked,) = [text for line, (_, text) in pasted.items() if " check" in line]
    assert "read-own" in explained
    assert "no_allow" in explained
    assert "0 failed" in checked


def test_an_edited_policy_takes_effect_at_once(demo: Demo) -> None:
    """As the demo's last line says."""
    policy = demo.folder / "policies" / "demo.toml"
    text = policy.read_text()
    with client("http://127.0.0.1:8082") as issuer:
        token = issuer.post("/token", data={"name": "ana"}).text

    def status() -> int:
        with client(GATEWAY, {"authorization": f"Bearer {token}"}) as caller:
            return caller.get("/v1/echo").status_code

    assert status() == 200
    policy.write_text(
        text.replace('when   = "true"', "when   = \"identity.name != 'Ana Lima'\"")
    )
    wait_for(lambda: status() == 403, "the changed policy")
    policy.write_text(text)
    wait_for(lambda: status() == 200, "the policy of before")


def test_a_second_demo_says_which_port_is_taken(demo: Demo) -> None:
    """In one line; the first one goes on."""
    second = subprocess.run(
        [sys.executable, "deploy/demo/demo.py"],
        cwd=demo.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr.strip() == (
        "Port 8080 is taken; the demo needs it. Is one running?"
    )
    assert demo.process.poll() is None


def test_ctrl_c_ends_all_of_it(demo: Demo) -> None:
    """The last test: no program is left, and no traceback."""
    _press_ctrl_c(demo.process)

    assert demo.process.wait(60) == 0
    wait_for(lambda: not _taken(), "the end of all programs")
    assert "Traceback" not in demo.output.read_text()
