"""`gateway check`."""

import re

import pytest

from tests.cli.desk import Desk


def test_files_without_a_fault_are_fine(desk: Desk) -> None:
    """One line, and 0."""
    result = desk.run("check")

    assert result.exit_code == 0
    # A rule that no test is decided by is worth a warning.
    assert "warning[W208] no test is decided by rule `visit`" in result.stdout
    assert result.stdout.endswith("config.toml: 0 errors, 1 warning\n")


def test_a_fault_is_shown_where_it_is(desk: Desk) -> None:
    """The form that editors understand, the source, the caret, the help."""
    desk.change("policies/orders.toml", "identity.id", "identity.idd")

    result = desk.run("check")

    assert result.exit_code == 3
    line, source, caret = result.stdout.splitlines()[:3]
    assert re.match(r"policies/orders\.toml:9:\d+: error\[E201\] ", line)
    assert source.startswith("    9 | when = ")
    assert re.search(r"\^+ did you mean `id`\?", caret)
    assert "1 error, " in result.stdout


def test_faults_of_all_files_are_shown_at_once(desk: Desk) -> None:
    """Who repairs a file wants the whole list."""
    desk.change("config.toml", "[guest]", "[guests]")
    desk.change("providers/visitors.toml", "owner", "onwer")

    faults = desk.json("check")

    assert {fault["file"] for fault in faults} >= {
        "config.toml",
        "providers/visitors.toml",
    }
    assert desk.run("check").exit_code == 3


def test_json_is_a_stable_list(desk: Desk) -> None:
    """A contract with programs."""
    desk.change("config.toml", "schema = 1", "schema = 1\nspeed = 3")

    (fault,) = [each for each in desk.json("check") if each["severity"] == "error"]

    assert fault.keys() == {
        "code",
        "message",
        "file",
        "line",
        "column",
        "length",
        "help",
        "source",
        "severity",
    }
    assert (fault["code"], fault["file"], fault["line"]) == ("E103", "config.toml", 2)


def test_no_fault_is_an_empty_list(desk: Desk) -> None:
    """Not nothing: the output is always JSON."""
    desk.change("policies/orders.toml", 'id = "visit"', 'id = "visit"\nmode = "shadow"')

    assert desk.json("check") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{ file = "state/store.key" }', '"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"'),
        ('{ file = "state/store.key" }', '{ env = "NO_SUCH_VARIABLE" }'),
        ("/orders/{order}", "/orders/{order"),
    ],
)
def test_a_secret_is_never_printed(desk: Desk, old: str, new: str) -> None:
    """Also if it stands where it must not."""
    desk.change("config.toml", old, new)

    for result in (desk.run("check"), desk.run("check", "--format", "json")):
        assert result.exit_code == 3
        assert "c2VjcmV0" not in result.output


def test_a_missing_file_is_a_fault(desk: Desk) -> None:
    """And no traceback."""
    result = desk.run("check", "--config", str(desk.root / "nothing.toml"))

    assert result.exit_code == 3
    assert "error[E101]" in result.stdout


def test_overlapping_routes_are_a_fault_with_a_witness(desk: Desk) -> None:
    """Which route such a request takes must not be an accident."""
    more = """
[[routes]]
id = "more"
host = "api.example.com"
path = "/{what}/1"
methods = ["GET"]
upstream = "orders"
"""
    desk.write("config.toml", (desk.root / "config.toml").read_text() + more)

    result = desk.run("check")

    assert result.exit_code == 3
    assert "witness: GET " in result.stdout
