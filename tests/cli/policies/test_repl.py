"""`gateway repl`: through a pipe, and at a real terminal."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.policies.repl import history_in
from tests.cli.desk import POLICY, Desk

HERS = ["repl", "--identity", "ana", "--path", "/orders/ana"]

# On a busy machine; a start takes a second or two.
SECONDS = 60


class TestPipe:
    """Lines from a pipe are answered one by one."""

    def test_each_line_is_answered(self, desk: Desk) -> None:
        """Without a prompt."""
        result = desk.run(*HERS, stdin="identity.id\nroute.params.order == 'ana'\n")

        assert result.stdout == "'ana' : string\ntrue : bool\n"
        assert result.stderr == ""
        assert result.exit_code == 0

    def test_a_line_may_go_on(self, desk: Desk) -> None:
        """After a backslash, also if it is the last."""
        result = desk.run(*HERS, stdin="true && \\\nfalse\n'a' + \\\n'b' \\\n")

        assert result.stdout == "false : bool\n'ab' : string\n"

    def test_a_line_that_cannot_be_answered_fails_the_command(self, desk: Desk) -> None:
        """And the others are answered all the same."""
        result = desk.run(*HERS, stdin="identity.emial\n1 + 1\n")

        assert result.stdout == "2 : int\n"
        assert "<input>:1:10: error[E201]" in result.stderr
        assert result.exit_code == 1

    def test_it_ends_when_asked(self, desk: Desk) -> None:
        """What stands behind is not looked at."""
        result = desk.run(*HERS, stdin=":quit\n)\n")

        assert (result.stdout, result.exit_code) == ("", 0)

    def test_who_and_what_may_be_left_out(self, desk: Desk) -> None:
        """A guest, and no route."""
        result = desk.run("repl", stdin="identity.kind\nroute.id\n:request /orders/x\n"
                          "route.id\n")  # fmt: skip

        assert result.stdout == "'guest' : string\n'' : string\n'orders' : string\n"
        assert "no route" in result.stderr
        assert result.exit_code == 0

    def test_who_asks_can_be_another(self, desk: Desk) -> None:
        """A fixture of the policy, or a record."""
        lines = ':identity {"id": "bea"}\nidentity.id\n:identity ana\nidentity.id\n'
        result = desk.run(*HERS, stdin=lines)

        assert result.stdout == "'bea' : string\n'ana' : string\n"

    def test_bytes_that_are_no_text_are_no_crash(self, desk: Desk) -> None:
        """They are no expression either."""
        result = desk.run(*HERS, stdin="\udcff\n".encode("utf-8", "surrogateescape"))

        assert result.exit_code == 1
        assert "error[E200]" in result.stderr

    def test_one_of_several_policies_is_named(self, desk: Desk) -> None:
        """Its fixtures are known by their names alone."""
        other = POLICY.replace('id = "orders"', 'id = "other"', 1)
        other = other.replace("[[test]]", "[vars]\nx = \"'y'\"\n[[test]]", 1)
        desk.write("policies/other.toml", other)

        chosen = desk.run(*HERS, "--policy", "other", stdin="vars.x\nidentity.id\n")
        unnamed = desk.run(*HERS, stdin="")
        assert chosen.stdout == "'y' : string\n'ana' : string\n"
        assert unnamed.exit_code == 2
        assert "--policy is one of: orders, other" in unnamed.stderr

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--identity", "bob"], "no policy has a fixture `bob`"),
            (["--identity", "{"], "the identity is no JSON object"),
            (["--policy", "nope"], "--policy is one of: orders"),
            (["--path", "no-slash"], ""),
        ],
    )
    def test_arguments_are_checked(
        self, desk: Desk, arguments: list[str], complaint: str
    ) -> None:
        """Before anything is read."""
        result = desk.run("repl", *arguments, stdin="1\n")

        assert result.stdout == ""
        assert result.exit_code in {1, 2}
        assert complaint in result.stderr

    def test_files_with_faults_are_told(self, desk: Desk) -> None:
        """As by every command."""
        desk.change("policies/orders.toml", "identity.id", "identity.di")

        assert desk.run("repl", stdin="").exit_code == 3


def test_the_history_has_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder for such things; without a home there is none."""
    monkeypatch.setenv("HOME", str(tmp_path))
    place = Path("federation-gateway", "repl_history")

    assert history_in(None) == tmp_path / ".local" / "state" / place
    assert history_in(tmp_path) == tmp_path / place
    monkeypatch.setattr(Path, "home", Homeless.home)
    assert history_in(None) is None


class Homeless:
    """Stands for a user that the system does not know."""

    @staticmethod
    def home() -> Path:
        raise RuntimeError


class Terminal:
    """The program at a terminal, with somebody who types."""

    # The terminal has to be the program's own, or Ctrl-C would reach nobody.
    PROGRAM = (
        "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        "from gateway.cli.main import main; main()"
    )

    def __init__(self, arguments: list[str], env: dict[str, str]) -> None:
        self._master, slave = os.openpty()
        self._process = subprocess.Popen(  # noqa: S603 - the program itself
            [sys.executable, "-c", self.PROGRAM, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self._seen = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> str:
        """Return everything up to a text that the program shows."""
        end = time.monotonic() + SECONDS
        while text not in self._seen:
            assert time.monotonic() < end, self._seen
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    self._seen += os.read(self._master, 4096).decode()
                except OSError:
                    break
        assert text in self._seen, self._seen
        before, found, self._seen = self._seen.partition(text)
        return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", before) + found

    def interrupt(self, prompt: str) -> None:
        """Press Ctrl-C until there is a new prompt.

        Python misses a signal that comes just before it begins to wait for a key; a person
        presses once more.
        """
        end = time.monotonic() + SECONDS
        while prompt not in self._seen:
            assert time.monotonic() < end, self._seen
            self.type("\x03")
            # Long enough for a prompt: one more press would take what is typed next.
            again = time.monotonic() + 5
            while prompt not in self._seen and time.monotonic() < again:
                if select.select([self._master], [], [], 0.2)[0]:
                    self._seen += os.read(self._master, 4096).decode()
        self.wait_for(prompt)

    def end(self) -> int:
        """Return the exit code of a program that is about to end."""
        return self._process.wait(SECONDS)

    def close(self) -> None:
        """Leave nothing behind."""
        self._process.kill()
        self._process.wait(SECONDS)
        os.close(self._master)


@pytest.fixture
def terminal(desk: Desk, tmp_path: Path) -> Iterator[Terminal]:
    """The program, started at a terminal; a home of its own keeps the history."""
    env = {**os.environ, "TERM": "dumb", "XDG_STATE_HOME": str(tmp_path / "home")}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    started = Terminal(["repl", "--config", str(desk.config), *HERS[1:]], env)
    yield started
    started.close()


@pytest.mark.long
def test_a_terminal_completes_interrupts_and_remembers(
    terminal: Terminal, tmp_path: Path
) -> None:
    """One start for all of it: it takes its time."""
    terminal.wait_for("orders> ")
    terminal.type("identity.subj\t == 'ana'\n")
    assert "identity.subject == 'ana'" in terminal.wait_for("true : bool")
    terminal.type("route.par\t.or\t\n")
    assert "route.params.order" in terminal.wait_for("'ana' : string")
    terminal.type(":ty\t 1u\n")
    assert ":type" in terminal.wait_for("uint")

    terminal.wait_for("orders> ")
    terminal.type("identity.")
    terminal.wait_for("identity.")
    terminal.interrupt("orders> ")
    terminal.type("1 + \\\n")
    terminal.wait_for("......> ")
    terminal.type("2\n")
    terminal.wait_for("3 : int")
    terminal.type("1 / 0\n")
    terminal.wait_for("division by zero")
    terminal.wait_for("orders> ")
    terminal.type("\x04")

    assert terminal.end() == 0
    history = tmp_path / "home" / "federation-gateway" / "repl_history"
    assert "identity.subject == 'ana'" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600


@pytest.mark.long
def test_at_a_terminal_it_ends_when_asked(terminal: Terminal) -> None:
    """With 0, whatever was typed before."""
    terminal.wait_for("orders> ")
    terminal.type(")\n")
    terminal.wait_for("error[E200]")
    terminal.type(":quit\n")

    assert terminal.end() == 0
