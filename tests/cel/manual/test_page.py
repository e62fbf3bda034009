"""The page is made from the declarations, and is not stale."""

from pathlib import Path

from gateway.cel.manual.page import render, signature
from gateway.cel.standard import FUNCTIONS, METHODS

PAGE = Path(__file__).parents[3] / "docs/cel.md"


def test_the_page_is_what_the_declarations_say() -> None:
    """Else: python -m gateway.cel.manual.page > docs/cel.md."""
    assert PAGE.read_text() == render()


def test_a_signature_names_the_types() -> None:
    """A method's receiver stands before its name."""
    (claim,) = FUNCTIONS["claim"]
    short, long = METHODS["split"]

    assert signature("claim", claim, is_method=False) == "claim(string, A) -> A"
    assert signature("split", short, is_method=True) == (
        "string.split(string) -> list(string)"
    )
    assert signature("split", long, is_method=True) == (
        "string.split(string, int) -> list(string)"
    )


def test_a_table_is_not_broken_by_what_is_in_it() -> None:
    """A bar is escaped, and a back quote stands between two."""
    page = render()
    rows = [line for line in page.splitlines() if line.startswith("|")]

    assert "`` claims.`plan` ``" in page
    assert "\n    - `claims.region == 'eu' || true` is `true`\n" in page
    assert all(" || " not in row for row in rows)
