"""The page of all commands."""

from pathlib import Path

from gateway.cli.reference import render
from tests.cli.desk import Desk

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    """Run `python -m gateway.cli.reference > docs/cli.md` when this fails."""
    assert PAGE.read_text() == render()


def test_the_page_has_the_help_that_is_printed(desk: Desk) -> None:
    """The same text, word for word."""
    page = render()

    for command in (["check"], ["explain"], ["keys", "rotate"], ["show", "provider"]):
        printed = desk.run(*command, "--help", GATEWAY_CONFIG=None).stdout
        assert " ".join(printed.split()[2:]) in " ".join(page.split())
