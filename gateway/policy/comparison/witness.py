"""A request that shows a difference, in the forms in which people can use it.

As a `[[test]]` with its fixture, to be pasted into a policy file; as the arguments of
`gateway explain`; as JSON.
"""

import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gateway.policy.comparison.findings import Outcome
from gateway.policy.comparison.searching.inputs import NOW, PROVIDER, Inputs
from gateway.policy.comparison.searching.side import (
    SOMEONE,
    Side,
)

_ANY_HOST: Final = "*"
_TIMES: Final = frozenset({"now", "request", "request.time"})


def identity_of(inputs: Inputs, side: Side) -> dict[str, Any]:
    """Return the fields of a fixture for who asks."""
    given: dict[str, Any] = {}
    if not inputs.anonymous:
        given |= {"id": SOMEONE, "subject": SOMEONE}
        provider = inputs.get(PROVIDER, "")
        settings = side.provider_settings.get(provider)
        if settings is not None:
            given["provider"] = provider
        if settings is None:
            given["kind"] = str(side.kind_of(inputs))
    for path, value in sorted(inputs.below("identity"), key=repr):
        if len(path) == 1 and path != PROVIDER[1:]:
            given[path[0]] = value
    for head in (("identity", "attributes"), ("claims",)):
        if found := inputs.nested(*head):
            given[head[-1]] = found
    return {name: written(value) for name, value in given.items()}


def request_of(inputs: Inputs) -> dict[str, Any]:
    """Return the fields of a test's request."""
    asked: dict[str, Any] = {"method": inputs.method, "path": inputs.target}
    if inputs.route.host != _ANY_HOST or inputs.get(("request", "host")):
        asked["host"] = inputs.host
    for name in ("scheme", "ip"):
        if value := inputs.get(("request", name)):
            asked[name] = value
    headers: dict[str, list[str]] = {}
    for header, content in inputs.headers:
        values = headers.setdefault(header.decode("latin-1"), [])
        values.append(content.decode("latin-1"))
    return asked | ({"headers": headers} if headers else {})


def written(value: Any) -> Any:
    """Return a value as JSON and TOML both have it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple | list):
        return [written(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): written(each) for name, each in value.items()}
    return value


def as_json(inputs: Inputs, side: Side) -> dict[str, Any]:
    """Return a witness in the types of JSON."""
    return {
        "identity": "guest" if inputs.anonymous else identity_of(inputs, side),
        "request": request_of(inputs),
        **({"now": _now(inputs, side)} if _counts_time(inputs, side) else {}),
    }


def as_arguments(inputs: Inputs, side: Side) -> str:
    """Return the command that explains the decision on a witness."""
    request = request_of(inputs)
    words = ["gateway", "explain", "--method", request["method"]]
    words += ["--path", request["path"]]
    for name in ("host", "scheme", "ip"):
        if name in request:
            words += [f"--{name}", request[name]]
    for name, values in request.get("headers", {}).items():
        for value in values:
            words += ["--header", f"{name}: {value}"]
    if not inputs.anonymous:
        identity = identity_of(inputs, side)
        words += ["--identity", json.dumps(identity, ensure_ascii=False)]
    if _counts_time(inputs, side):
        words += ["--now", _now(inputs, side)]
    return shlex.join(words)


def as_test(inputs: Inputs, side: Side, outcome: Outcome, *, name: str) -> str:
    """Return a test, with its fixture, that expects what a side says.

    Args:
        inputs: The request.
        side: Where it was asked.
        outcome: What was said.
        name: Of the test.
    """
    lines = []
    who: Any = {"fixture": "guest"} | identity_of(inputs, side)
    if not inputs.anonymous:
        lines.append("[fixture.witness]")
        identity = identity_of(inputs, side)
        lines += [f"{key} = {toml(value)}" for key, value in identity.items()]
        lines.append("")
        who = "witness"
    elif len(who) == 1:
        who = "guest"
    expect: dict[str, Any] = {"allow": outcome.allowed}
    if outcome.rule:
        expect["rule"] = outcome.rule
    lines += [
        "[[test]]",
        f"name     = {toml(name)}",
        f"identity = {toml(who)}",
        *([f"now      = {_now(inputs, side)}"] if _counts_time(inputs, side) else []),
        f"request  = {toml(request_of(inputs))}",
        f"expect   = {toml(expect)}",
    ]
    return "\n".join(lines)


def _counts_time(inputs: Inputs, side: Side) -> bool:
    """Whether the answer may be another one at another time."""
    if NOW in inputs.values:
        return True
    reads = side.engine.plan_of(inputs.route.id, side.kind_of(inputs)).reads
    return any(path in _TIMES for path in reads)


def _now(inputs: Inputs, side: Side) -> str:
    moment: str = written(inputs.get(NOW, side.now))
    return moment


def toml(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    match value:
        case None:
            # TOML has no null; a claim that is null cannot be written there.
            return '""'
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's, but for the slash, which JSON may leave alone.
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            entries = (f"{_key(key)} = {toml(each)}" for key, each in value.items())
            return "{ " + ", ".join(entries) + " }" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return repr(value)


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name)
