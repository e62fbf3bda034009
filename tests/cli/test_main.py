"""The command line as a whole."""

import subprocess
import sys
from importlib.metadata import version

import pytest
import typer

from gateway.cli.main import build_app, main
from tests.cli.desk import Desk

COMMANDS = ["serve", "check", "test", "explain", "show", "keys", "init"]


def test_every_command_has_help(desk: Desk) -> None:
    """And does nothing when asked for it."""
    for command in COMMANDS:
        result = desk.run(command, "--help", GATEWAY_CONFIG=None)
        assert result.exit_code == 0
        assert "Usage:" in result.stdout


def test_without_a_command_there_is_help(desk: Desk) -> None:
    """2: nothing was done."""
    result = desk.run()

    assert result.exit_code == 2
    assert all(command in result.output for command in COMMANDS)


def test_the_version_can_be_asked_for(desk: Desk) -> None:
    """It is the package's."""
    result = desk.run("--version")

    assert result.exit_code == 0
    assert result.stdout == f"federation-gateway {version('federation-gateway')}\n"


@pytest.mark.parametrize(
    "arguments", [["bake"], ["check", "--bake"], ["check", "--format", "xml"]]
)
def test_wrong_usage_is_told(desk: Desk, arguments: list[str]) -> None:
    """2, and no traceback."""
    result = desk.run(*arguments)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


ONE_FORMAT = {"serve", "schema", "repl"}


def test_every_command_has_both_formats() -> None:
    """Except where there is one only: logs and schemas are JSON, a dialogue is text."""
    app = typer.main.get_command(build_app())
    waiting = dict(app.commands)  # type: ignore[attr-defined]  # it is a group
    while waiting:
        name, command = waiting.popitem()
        inner = getattr(command, "commands", {})
        waiting |= inner
        options = {option for each in command.params for option in each.opts}
        assert inner or name in ONE_FORMAT or "--format" in options, name


def test_the_option_wins_over_the_environment(desk: Desk) -> None:
    """And the environment over the working folder."""
    there = str(desk.config)

    assert desk.run("check", "-c", there, GATEWAY_CONFIG="/nowhere").exit_code == 0
    assert desk.run("check", GATEWAY_CONFIG=there).exit_code == 0
    assert desk.run("check", GATEWAY_CONFIG="/nowhere/config.toml").exit_code == 3


def test_the_working_folder_is_the_last_resort(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`config.toml`, as the README has it."""
    monkeypatch.chdir(desk.root)

    assert desk.run("check", GATEWAY_CONFIG=None).exit_code == 0


def test_the_program_ends_with_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `gateway` on the command line runs."""
    monkeypatch.setattr("sys.argv", ["gateway", "show", "codes"])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 0


@pytest.mark.parametrize("command", ["check", "test"])
def test_what_judges_files_imports_no_database_and_no_server(
    desk: Desk, command: str
) -> None:
    """They are run after each change, so they have to start at once."""
    program = (
        "import sys\n"
        "from gateway.cli.main import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(*{name.partition('.')[0] for name in sys.modules})\n"
    )

    done = subprocess.run(  # noqa: S603 - the interpreter that runs this
        [sys.executable, "-c", program, command, "--config", str(desk.config)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    imported = set(done.stdout.split())
    assert "gateway" in imported
    assert not imported & {
        *("sqlalchemy", "alembic", "psycopg", "httpx", "httptools", "starlette"),
        *("uvicorn", "structlog", "jwt", "celpy", "lxml"),
    }


def test_each_command_is_there_by_itself() -> None:
    """As `main` builds it, when the arguments name it."""
    whole = typer.main.get_command(build_app())
    for name, command in whole.commands.items():  # type: ignore[attr-defined]
        alone = typer.main.get_command(build_app([name]))

        assert list(alone.commands) == [name]  # type: ignore[attr-defined]
        assert command.name == name
