"""Requests of the decision log, as far as a record tells them.

A record holds what the old policies read. Everything else is as if nothing were known, so
what comes of such a request is no replay (`gateway replay` is): it is one more request to
begin with, and a likely one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from gateway.cel.paths import MalformedPathError, parse_path
from gateway.model.route import Route
from gateway.policy.comparison.searching.inputs import METHOD, NOW, PROVIDER, Inputs
from gateway.policy.comparison.searching.writing import edits_of
from gateway.policy.recording.values import MalformedValueError, decode
from gateway.policy.replaying.errors import MalformedRecordError
from gateway.policy.replaying.record import Record, parse_record

# Different ones; a log of a day has many that are alike.
MOST: Final = 5_000


def logged(
    lines: Iterable[bytes], routes: Sequence[Route], *, most: int = MOST
) -> list[Inputs]:
    """Return the requests of a decision log, each once.

    Args:
        lines: Of the log. What is no record of a decision is passed over.
        routes: Those of the side that decided.
        most: How many requests to take.
    """
    by_id = {route.id: route for route in routes}
    found: dict[tuple[Any, ...], Inputs] = {}
    for line in lines:
        record = _parsed(line)
        if record is None or record.route not in by_id:
            continue
        inputs = _inputs_of(record, by_id[record.route])
        # The time apart: it is another one in each record.
        key = inputs.edited({NOW: record.at.replace(hour=0, minute=0, second=0)}).key
        found.setdefault(key, inputs)
        if len(found) >= most:
            break
    return list(found.values())


def _parsed(line: bytes) -> Record | None:
    try:
        return parse_record(line)
    except MalformedRecordError:
        return None


def _inputs_of(record: Record, route: Route) -> Inputs:
    inputs = Inputs(route, record.kind, values={METHOD: record.method, NOW: record.at})
    if record.provider:
        inputs = inputs.edited({PROVIDER: record.provider})
    for written, encoded in record.reads.items():
        for path, value in _read(written, encoded):
            for edit in edits_of(path, value):
                inputs = inputs.edited(edit)
    return inputs


def _read(written: str, encoded: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the input that a record holds; a hash of one is none."""
    try:
        path, value = tuple(parse_path(written)), decode(encoded)
    except (MalformedPathError, MalformedValueError):
        return
    if path[:2] == ("route", "params"):
        if len(path) > len(("route", "params")):
            yield path[1:], value
        else:
            items = value.items() if isinstance(value, dict) else ()
            yield from ((("params", str(name)), each) for name, each in items)
    elif path != PROVIDER:
        yield path, value
