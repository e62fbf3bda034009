"""How commands print."""

import io
import json

import pytest
from typing_extensions import override

from gateway.cli.output import (
    counted,
    fault_as_json,
    print_error,
    print_faults,
    print_json,
    print_table,
    print_text,
    printable,
)
from gateway.config.faults import Fault, Severity

FAULT = Fault(
    code="W120",
    message="role `x` reads [bold]identity.email[/bold] :smile:",
    file="policies/orders.toml",
    line=3,
    column=9,
    length=4,
    help="ask for it",
    source="when = true",
    severity=Severity.WARNING,
)


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def shown(fault: Fault, stream: io.StringIO) -> str:
    print_faults([fault], stream=stream)
    return stream.getvalue()


def test_a_fault_is_printed_as_it_is() -> None:
    """Markup and emoji names stand in somebody's file."""
    assert shown(FAULT, io.StringIO()) == f"{FAULT.as_text()}\n\n"


def test_a_fault_without_a_source_is_one_line() -> None:
    """A missing folder has no line."""
    fault = Fault(code="E101", message="is missing", file="config.toml")

    assert shown(fault, io.StringIO()) == "config.toml: error[E101] is missing\n\n"


def test_a_long_line_is_not_wrapped() -> None:
    """Editors read one line for each fault."""
    stream = io.StringIO()
    print_text("x" * 500, stream=stream)

    assert stream.getvalue() == "x" * 500 + "\n"


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """And for nobody who has said no to it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in shown(FAULT, Terminal())
    assert "\x1b[" not in shown(FAULT, io.StringIO())

    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in shown(FAULT, Terminal())


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("plain", "plain"),
        ("zwei\nZeilen\tü", "zwei\nZeilen\tü"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("over\rwritten", "over\\rwritten"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
    ],
)
def test_nothing_steers_the_terminal(text: str, visible: str) -> None:
    """Names and claims come from outside."""
    assert printable(text) == visible


def test_json_is_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """In ASCII, whatever the terminal's encoding is."""
    print_json({"name": "ü\x1b", "at": FAULT.severity})

    text = capsys.readouterr().out
    assert text.isascii()
    assert json.loads(text) == {"name": "ü\x1b", "at": "warning"}


def test_an_error_goes_to_the_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Results can be piped."""
    print_error("no such file")

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: no such file\n")


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    """Without spaces at the ends of lines."""
    print_table(["id", "path"], [["long-id", "/"], ["b", ""]])

    assert capsys.readouterr().out == "id       path\nlong-id  /\nb\n"


def test_a_table_without_rows_has_its_header(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No routes are an answer too."""
    print_table(["id"], [])

    assert capsys.readouterr().out == "id\n"


def test_counts_are_words() -> None:
    """One is not many."""
    assert [counted(n, "error") for n in (0, 1, 2)] == [
        "0 errors",
        "1 error",
        "2 errors",
    ]


def test_a_fault_is_plain_data() -> None:
    """The severity by its name."""
    assert fault_as_json(FAULT)["severity"] == "warning"
    json.dumps(fault_as_json(FAULT))
