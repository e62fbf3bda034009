"""What becomes of a failure."""

import pytest
import typer
from typer.testing import CliRunner, Result

from gateway.cli.failures import Commands, explained
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.endpoints.listener.errors import ListenError
from gateway.model.errors import GatewayError, StorageError


def run(failure: BaseException, *arguments: str) -> Result:
    """Run a command that fails."""
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @app.callback()
    def options(*, debug: bool = False) -> None:
        pass

    @app.command()
    def fail() -> None:
        raise failure

    return CliRunner().invoke(app, [*arguments, "fail"])


def test_faults_are_printed_on_the_standard_error() -> None:
    """The standard output is for results."""
    fault = Fault(code="E103", message="unknown key `x`", file="config.toml", line=3)

    result = run(ConfigError([fault]))

    assert result.exit_code == 3
    assert "error[E103] unknown key `x`" in result.stderr
    assert not result.stdout


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (StorageError("database is locked"), "storage_unavailable: database is locked"),
        (GatewayError(), "server_error: The request could not be completed."),
        (ListenError("127.0.0.1:8080 is taken"), "127.0.0.1:8080 is taken"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
    ],
)
def test_a_failure_is_one_clear_line(failure: Exception, line: str) -> None:
    """1, and no traceback."""
    result = run(failure)

    assert result.exit_code == 1
    assert result.stderr == f"error: {line}\n"


def test_what_nobody_thought_of_asks_for_a_report() -> None:
    """With the type and the message; the traceback on demand."""
    result = run(ZeroDivisionError("division by zero"))

    assert result.exit_code == 1
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "Please report it" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_traceback_is_there_on_demand() -> None:
    """`--debug` lets the failure through."""
    failure = ZeroDivisionError()

    assert run(failure, "--debug").exception is failure


@pytest.mark.parametrize(
    ("signal", "code"),
    [(typer.Exit(7), 7), (typer.Abort(), 1), (typer.BadParameter("no"), 2)],
)
def test_what_the_library_means_is_left_to_it(signal: Exception, code: int) -> None:
    """Ends, and wrong usage."""
    result = run(signal)

    assert result.exit_code == code
    assert "report" not in result.stderr


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    """`gateway show codes | head -1`."""
    assert "report" not in run(BrokenPipeError(32, "Broken pipe")).stderr


def test_an_os_error_without_a_name_is_told_as_it_is() -> None:
    """There is no file to name."""
    assert explained(OSError(5, "I/O error")).startswith("OSError: [Errno 5] I/O error")
