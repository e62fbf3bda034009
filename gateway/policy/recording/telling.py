"""Lines of the decision log, told to people.

Works on what the JSON reader gives, whatever somebody made of the line: what is missing is
left out, and nothing is believed to be of its type.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Record = Mapping[str, Any]

_KIND: Final = "decision"
_TAGS: Final[Mapping[str, Callable[[Any], str]]] = {
    "$hash": lambda digest: f"<hash {digest}>",
    "$time": str,
    "$duration": str,
    "$bytes": lambda text: f"<bytes {text}>",
    "$uint": lambda number: f"{number}u",
    "$double": str,
}
_LONGEST: Final = 200
# Deeper than any value that the gateway writes.
_DEEPEST: Final = 32


def parse_line(line: bytes) -> Record | None:
    """Return the record of a decision; `None` if a line is none.

    Args:
        line: Of a log; from anybody.
    """
    if b'"decision"' not in line:
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and document.get("kind") == _KIND:
        return document
    return None


def as_line(record: Record) -> str:
    """Return a decision in one line: when, what came of it, for what, why, and its id."""
    parts = [
        _text(record, "time"),
        f"{_text(record, 'effect'):<5}",
        f"{_text(record, 'method')} {_text(record, 'route')}",
        f"{_text(record, 'rule') or 'no rule'} [{_text(record, 'reason')}]",
        f"by {_who(record)}",
        *(f"shadow {told}" for told in _shadows(record) if "would" in told),
        _text(record, "decision_id"),
    ]
    return "  ".join(parts)


def as_text(record: Record) -> str:
    """Return a decision with everything that its record says."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    yield f"decision  {_text(record, 'decision_id')}"
    yield f"time      {_text(record, 'time')}"
    yield f"request   {_text(record, 'request_id')}"
    revision = _text(record, "revision")
    commit = f", git {revision}" if revision else ""
    yield f"policies  {_text(record, 'policy_digest')}{commit}"
    yield f"route     {_text(record, 'route')}, {_text(record, 'method')}"
    pseudonym = _text(record, "identity")
    yield f"identity  {_who(record)}{f', pseudonym {pseudonym}' if pseudonym else ''}"
    rule = f" by {_text(record, 'rule')}" if _text(record, "rule") else ""
    yield f"answer    {_text(record, 'effect')}{rule} [{_text(record, 'reason')}]"
    yield f"roles     {', '.join(map(str, _items(record, 'roles'))) or 'none'}"
    for fault in _items(record, "faults"):
        if isinstance(fault, Mapping):
            yield f"error     at {_text(fault, 'where')}: {_text(fault, 'message')}"
    for told in _shadows(record):
        yield f"shadow    {told}"
    yield from _inputs(record)
    if _text(record, "claims"):
        yield f"claims    <hash {_text(record, 'claims')}>"
    if _text(record, "token_id"):
        yield f"token     {_text(record, 'token_id')}"
    yield f"took      {_took(record)}"


def _inputs(record: Record) -> Iterator[str]:
    reads = record.get("reads")
    yield "reads     what it depended on, and nothing else"
    if isinstance(reads, Mapping):
        for path, value in reads.items():
            yield f"  {path} = {_brief(value)}"
    for path in _items(record, "absent"):
        yield f"  {path}: not there"
    for path in _items(record, "dropped"):
        yield f"  {path}: not recorded"


def _shadows(record: Record) -> Iterator[str]:
    for result in _items(record, "shadow"):
        if isinstance(result, Mapping):
            outcome = _text(result, "outcome")
            told = {"true": f"would {_text(result, 'effect')}", "false": "no match"}
            yield f"{_text(result, 'rule')}: {told.get(outcome, outcome)}"


def _who(record: Record) -> str:
    kind, provider = _text(record, "identity_kind"), _text(record, "provider")
    if record.get("anonymous") is True:
        return f"anonymous {kind}"
    return f"{kind} of provider {provider}"


def _took(record: Record) -> str:
    steps = record.get("steps_us")
    each = steps.items() if isinstance(steps, Mapping) else ()
    parts = ", ".join(f"{name} {length}" for name, length in each if length)
    return f"{record.get('us', '?')} µs{f' ({parts})' if parts else ''}"


def _brief(value: Any) -> str:
    plain = _untagged(value)
    text = json.dumps(plain, ensure_ascii=False)
    # A value that is one tag stands without quotes.
    if isinstance(value, Mapping) and text.startswith('"'):
        text = str(plain)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _untagged(value: Any, depth: int = _DEEPEST) -> Any:
    match value:
        case list() | dict() if not depth:
            return "…"
        case list():
            return [_untagged(item, depth - 1) for item in value]
        case dict():
            if len(value) == 1:
                ((tag, inner),) = value.items()
                if tag in _TAGS:
                    return _TAGS[tag](inner)
            return {name: _untagged(item, depth - 1) for name, item in value.items()}
        case _:
            return value


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name, "")
    return value if isinstance(value, str) else ""


def _items(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []
