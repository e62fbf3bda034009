"""`gateway.policy.comparison.tables`."""

import csv
import io
from html.parser import HTMLParser

from typing_extensions import override

from gateway.policy.comparison.matrix import Matrix, build_matrix
from gateway.policy.comparison.tables import to_csv, to_html, to_text
from tests.policy.comparison.pairs import FEED, FILES, Files, rule_of
from tests.policy.comparison.sides import side
from tests.policy.files import mint, route

EVIL = route("evil", "/v1/<b>&\"'", host="*")
ROLE = '[[role]]\nid = "staff"\nfor = "authenticated"\nwhen = "true"\n'
SHADOW = rule_of("true", name="w", effect="deny", routes="files")
TEXT = (
    ROLE
    + rule_of("true", routes="files", more='roles = ["staff"]\nrequire = { acr = "x" }')
    + rule_of("identity.disabled", name="no", effect="deny", routes="files")
    + SHADOW.replace('effect = "deny"', 'effect = "deny"\nmode = "shadow"')
    + mint(["files"], a="claims.hd")
)


def matrix() -> Matrix:
    made = side(Files((TEXT,), routes=(FILES, FEED, EVIL)))
    return build_matrix(made.engine, made.routes)


def test_text_has_a_line_for_each_cell() -> None:
    """Below its route and method, with the rules that matter."""
    lines = to_text(matrix()).split("\n")

    assert lines[0] == "DELETE /v1/files/{owner}/{name}  (files, api.example.com)"
    assert lines[1] == "  authenticated  no role  no       watched by orders/w"
    assert lines[2] == (
        "  authenticated  staff    if       orders/only (step-up); "
        "unless orders/no; watched by orders/w; a claim may fail"
    )
    assert "GET /v1/<b>&\"'  (evil)" in lines
    assert to_text(Matrix((), (), ())) == ""


def test_csv_has_a_line_for_each_cell() -> None:
    """RFC 4180; lists are divided by spaces."""
    rows = list(csv.DictReader(io.StringIO(to_csv(matrix()), newline="")))

    staff = next(row for row in rows if row["role"] == "staff")
    assert staff["access"] == "if"
    assert staff["allows"] == staff["step_up"] == "orders/only"
    assert staff["denies"] == "orders/no"
    assert len(rows) == len(matrix().cells)


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.labels: list[str] = []
        self.links: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.labels += [value for key, value in attrs if key == "data-label" and value]
        self.links += [
            value or "" for key, value in named.items() if key in {"src", "href"}
        ]


def test_a_page_stands_alone() -> None:
    """No script, and nothing that is fetched."""
    page = _Page()
    page.feed(to_html(matrix()))

    assert "script" not in page.tags
    assert "b" in page.tags
    assert page.links == []
    assert page.tags.count("tr") == 6
    assert "authenticated: staff" in page.labels


def test_what_stands_in_files_cannot_become_markup() -> None:
    """A path may hold nearly anything."""
    text = to_html(matrix())

    assert "/v1/&lt;b&gt;&amp;" in text
    assert "/v1/<b>" not in text


def test_a_role_that_a_route_does_not_know_has_an_empty_cell() -> None:
    """Scopes make that so."""
    scoped = f'[policy]\nid = "orders"\nscope = ["files"]\n{TEXT}'
    made = side(Files((scoped,), routes=(FILES, FEED)))

    text = to_html(build_matrix(made.engine, made.routes))

    assert '<td class="none" data-label="authenticated: staff"></td>' in text
