"""Errors that are known by name."""

import pytest

from tests.endpoints.hosted_ui.visitor import Visitor

HEADINGS = {
    "access_denied": "Access was denied",
    "server_error": "Something went wrong",
    "stale_step": "This page has expired",
    "": "That did not work",
    "<b>": "That did not work",
    "again": "That did not work",
    "unknown.title": "That did not work",
}


@pytest.mark.parametrize(("name", "heading"), HEADINGS.items(), ids=range(7))
def test_a_name_is_told_in_words(visitor: Visitor, name: str, heading: str) -> None:
    """And what nobody knows, in others."""
    visitor.goto("/error", {"error": name, "lang": "en"})

    assert visitor.page.status_code == 400
    assert visitor.heading == heading


def test_what_a_link_says_is_not_repeated(visitor: Visitor) -> None:
    """Or anybody could write on this page."""
    query = {"error": "x", "error_description": "Call 555-0100", "client_id": "evil"}

    visitor.goto("/error", query)

    assert "555-0100" not in visitor.text
    assert "evil" not in visitor.text
