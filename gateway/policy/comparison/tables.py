"""A matrix as text, as CSV and as a page that stands alone.

All of them are made to be compared with an earlier one: the order is fixed, and a change
of one cell changes one line.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from gateway.model.route import Route
from gateway.policy.comparison.matrix import Access, Cell, Matrix

_NO_ROLE: Final = "no role"
_NAMES: Final = ("route", "method", "host", "path", "kind", "role", "access")
_LISTS: Final = ("allows", "step_up", "denies", "shadows")

_MEANING: Final = {
    Access.ALLOW: "always allowed",
    Access.UNLESS: "allowed, unless a deny rule is true",
    Access.STEP_UP: "allowed after a stronger or fresher sign-in",
    Access.IF: "allowed if the condition of a rule is true",
    Access.DENY: "always denied by a rule",
    Access.NO: "no rule allows it",
}


def rules_of(cell: Cell) -> str:
    """Return the rules that matter in a cell, for people."""
    words = []
    if cell.allows:
        marked = [
            f"{name} (step-up)" if name in cell.step_up else name
            for name in cell.allows
        ]
        words.append(", ".join(marked))
    if cell.denies and cell.allows:
        words.append(f"unless {', '.join(cell.denies)}")
    if cell.shadows:
        words.append(f"watched by {', '.join(cell.shadows)}")
    if cell.note:
        words.append(cell.note)
    return "; ".join(words)


def to_text(matrix: Matrix) -> str:
    """Return the matrix as lines: one for each role, below its route and method."""
    widths = [
        max((len(column[part] or _NO_ROLE) for column in matrix.columns), default=0)
        for part in (0, 1)
    ]
    lines: list[str] = []
    for route, method, cells in _rows(matrix):
        lines.append(f"{method} {route.path}  ({route.id}{_host(route)})")
        for cell in cells:
            kind = cell.kind.ljust(widths[0])
            role = (cell.role or _NO_ROLE).ljust(widths[1])
            access = cell.access.ljust(7)
            lines.append(f"  {kind}  {role}  {access}  {rules_of(cell)}".rstrip())
        lines.append("")
    return "\n".join(lines).rstrip("\n")


def to_csv(matrix: Matrix) -> str:
    """Return the matrix as CSV (RFC 4180), one line for each cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((*_NAMES, *_LISTS, "note"))
    for route, method, cells in _rows(matrix):
        for cell in cells:
            place = (route.id, method, route.host, route.path)
            lists = (" ".join(getattr(cell, name)) for name in _LISTS)
            row = (*place, cell.kind, cell.role, cell.access, *lists, cell.note)
            writer.writerow(row)
    return text.getvalue()


def _host(route: Route) -> str:
    return "" if route.host == "*" else f", {route.host}"


def _rows(matrix: Matrix) -> Iterator[tuple[Route, str, Sequence[Cell]]]:
    """Yield the cells of each route and method."""
    for route in matrix.routes:
        own = [cell for cell in matrix.cells if cell.route == route.id]
        for method in dict.fromkeys(cell.method for cell in own):
            yield route, method, [cell for cell in own if cell.method == method]


def to_html(matrix: Matrix) -> str:
    """Return the matrix as a page that needs nothing else, neither script nor network."""
    heads = "".join(
        f'<th scope="col">{escape(kind)}<br><b>{escape(role or _NO_ROLE)}</b></th>'
        for kind, role in matrix.columns
    )
    body = "\n".join(
        _html_row(route, method, cells, matrix.columns)
        for route, method, cells in _rows(matrix)
    )
    legend = "".join(
        f'<li><span class="{access}">{access}</span> {meaning}</li>'
        for access, meaning in _MEANING.items()
    )
    return _PAGE.format(style=_STYLE, heads=heads, body=body, legend=legend)


def _html_row(
    route: Route,
    method: str,
    cells: Sequence[Cell],
    columns: Sequence[tuple[str, str]],
) -> str:
    by_column = {(cell.kind, cell.role): cell for cell in cells}
    host = "" if route.host == "*" else f"<small>{escape(route.host)}</small>"
    head = (
        f'<th scope="row"><b>{escape(method)}</b> <code>{escape(route.path)}</code>'
        f"<small>{escape(route.id)}</small>{host}</th>"
    )
    inner = "\n".join(_html_cell(by_column.get(each), each) for each in columns)
    return f"<tr>{head}\n{inner}</tr>"


def _html_cell(cell: Cell | None, column: tuple[str, str]) -> str:
    label = escape(f"{column[0]}: {column[1] or _NO_ROLE}", quote=True)
    if cell is None:
        return f'<td class="none" data-label="{label}"></td>'
    rules = rules_of(cell)
    told = f"<small>{escape(rules)}</small>" if rules else ""
    access = f'<span class="{cell.access}">{cell.access}</span>'
    return f'<td data-label="{label}">{access}{told}</td>'


_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; }
h1 { font-size: 1.3rem; margin: 0 0 .75rem; }
ul { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; list-style: none;
  margin: 0 0 1.25rem; padding: 0; font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .45rem .6rem; text-align: left;
  vertical-align: top; font-weight: normal; }
thead th { background: var(--soft); white-space: nowrap; }
tbody th { position: sticky; left: 0; background: Canvas; min-width: 13rem; }
code { overflow-wrap: anywhere; }
small { display: block; opacity: .75; overflow-wrap: anywhere; }
td small { min-width: 9rem; margin-top: .2rem; }
span { display: inline-block; padding: 0 .5em; border-radius: .6em; font-weight: 600;
  color: #fff; }
.allow { background: #a3271f; } .unless { background: #a65400; }
.step-up { background: #7a5c00; } .if { background: #245fa8; }
.deny, .no { background: #50595f; }
@media (max-width: 640px) {
  body { margin: .75rem; }
  thead { display: none; }
  table, tbody, tr, th, td { display: block; }
  tr { margin-bottom: 1rem; border: 1px solid var(--line); }
  th, td { border: 0; border-bottom: 1px solid var(--line); }
  tbody th { position: static; background: var(--soft); }
  td::before { content: attr(data-label); display: block; font-size: .8rem;
    opacity: .75; }
  td.none { display: none; }
}
"""

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Who may do what</title>
<style>{style}</style>
</head>
<body>
<h1>Who may do what</h1>
<ul>{legend}</ul>
<div class="scroll"><table>
<thead><tr><th scope="col">route</th>{heads}</tr></thead>
<tbody>
{body}
</tbody>
</table></div>
</body>
</html>
"""
