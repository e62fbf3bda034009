"""One fault in a file, and how it is told to people and to editors."""

from gateway.config.faults import Fault, Severity


def test_a_fault_on_one_line_is_what_editors_understand() -> None:
    """`file:line:column: severity[code] message`."""
    fault = Fault(
        "W120", "reads an e-mail", "policies/a.toml", 3, 9, severity=Severity.WARNING
    )

    assert fault.as_line() == "policies/a.toml:3:9: warning[W120] reads an e-mail"


def test_a_fault_of_a_whole_file_names_no_line() -> None:
    """There is none."""
    fault = Fault("E101", "is missing", "config.toml", severity=Severity.WARNING)

    assert fault.where == "config.toml"
    assert fault.as_text() == "config.toml: warning[E101] is missing"


def test_without_a_source_line_the_help_stands_alone() -> None:
    """It is not lost with the line."""
    fault = Fault("E101", "is missing", "config.toml", help="write it")

    assert fault.as_text() == "config.toml: error[E101] is missing\n      write it"


def test_the_caret_stands_below_the_place() -> None:
    """Tabs are kept, as the terminal widens them in both lines alike."""
    fault = Fault("E1", "no", "a", 12, 3, 4, "do", "\tx = 1")

    assert fault.as_text().splitlines()[1:] == [
        "   12 | \tx = 1",
        "      | \t ^^^^ do",
    ]


def test_without_help_the_caret_line_has_no_blank_end() -> None:
    """Editors and diffs complain about it."""
    fault = Fault("E1", "no", "a", 1, 1, source="x")

    assert fault.as_text().splitlines()[2] == "      | ^"
