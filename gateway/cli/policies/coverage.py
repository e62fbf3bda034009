"""Coverage for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from gateway.cli.output import counted, print_table, print_text
from gateway.policy.assurance.coverage import (
    Coverage,
    FileCoverage,
    ItemCoverage,
    Point,
    percent,
)

_HEADER = ("", "true", "false", "error", "value", "decided")


def print_coverage(coverage: Coverage) -> None:
    """Print what the tests have seen, and where they have not."""
    for file in coverage.files:
        print_text(f"{file.file}: {_figure(file)}", style="bold")
        if file.items:
            print_table(_HEADER, [_row(item) for item in file.items])
        for line in gaps_of(file):
            print_text(line, style="yellow")
        print_text("")


def summary(coverage: Coverage) -> str:
    """Return how much was seen, in one line."""
    return f"coverage {_figure(coverage)}"


def gaps_of(file: FileCoverage) -> Iterator[str]:
    """Yield what was not seen, each with its place."""
    for item in file.items:
        for point in item.points:
            if point.lacks:
                yield f"{point.where}: {item.label}: {_lack(point)}"


def as_json(coverage: Coverage) -> dict[str, Any]:
    """Return the coverage in the types of JSON. Keys are added, never renamed."""
    return {
        "percent": rounded(percent(coverage)),
        "covered": coverage.covered,
        "demanded": coverage.demanded,
        "files": [
            {
                "policy": file.policy,
                "file": file.file,
                "percent": rounded(percent(file)),
                "covered": file.covered,
                "demanded": file.demanded,
                "items": [_item_as_json(item) for item in file.items],
            }
            for file in coverage.files
        ],
    }


def _item_as_json(item: ItemCoverage) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "name": item.name,
        "decided": item.decided,
        **asdict(item.whole),
        "conditions": [asdict(point) for point in item.conditions],
        "require": None if item.require is None else asdict(item.require),
    }


def _figure(part: FileCoverage | Coverage) -> str:
    return f"{rounded(percent(part))} % ({part.covered} of {part.demanded})"


def rounded(figure: Fraction) -> float:
    """Return a percentage with one digit; only all of it is a hundred."""
    return int(figure * 10) / 10


def _row(item: ItemCoverage) -> Sequence[str]:
    whole = item.whole
    if not whole.is_reached:
        return (item.label, "-", "-", "-", "-", "-")
    decided = str(item.decided) if item.kind == "rule" else ""
    counts = (whole.true, whole.false, whole.error, whole.other)
    return (item.label, *map(str, counts), decided)


def _lack(point: Point) -> str:
    what = f"`{' '.join(point.text.split())}`"
    if not point.is_reached or point.lacks == ("value",):
        return f"{what} was never evaluated{_errors(point)}"
    return f"{what} was never {' or '.join(point.lacks)}{_errors(point)}"


def _errors(point: Point) -> str:
    return f" ({counted(point.error, 'error')})" if point.error else ""
