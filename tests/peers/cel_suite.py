"""The public conformance suite of CEL, as a package that somebody else publishes.

`@bufbuild/cel-spec` holds the test data of github.com/google/cel-spec (Apache-2.0) as
JSON. Read here are the cases that a policy author could write: nothing that needs a
protobuf message, whose types nobody declares to the gateway.
"""

import base64
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.cel.library.instants import duration, timestamp
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
    ListType,
    MapType,
)
from gateway.cel.values import TypeName, Uint
from tests.peers.processes import PROGRAMS

_PRINT: Final = (
    "import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';"
    "process.stdout.write(JSON.stringify(tests));"
)

# Messages of the suite's own and of protobuf; and the enumerations among them.
_MESSAGES: Final = re.compile(
    r"TestAllTypes|GlobalEnum|NullValue|cel\.expr|proto\."
    r"|google\.protobuf\.(?!(?:Timestamp|Duration)\b(?!\s*\{))"
)

_PRIMITIVES: Final = {
    "BOOL": BOOL,
    "INT64": INT,
    "UINT64": UINT,
    "DOUBLE": DOUBLE,
    "STRING": STRING,
    "BYTES": BYTES,
}
_WELL_KNOWN: Final = {
    "TIMESTAMP": TIMESTAMP,
    "DURATION": DURATION,
    "google.protobuf.Timestamp": TIMESTAMP,
    "google.protobuf.Duration": DURATION,
}


class _MessageError(Exception):
    """The case is about protobuf messages."""


@dataclass(frozen=True)
class Case:
    """One case of the suite.

    Attributes:
        name: `file/section/name`.
        expression: What is evaluated.
        variables: The types of the variables.
        values: Their values.
        checked: Whether types are checked before.
        fails: Whether there is no value.
        value: The value that is expected; `None` too where any will do.
        any_value: Whether the case is about types alone.
    """

    name: str
    expression: str
    variables: Mapping[str, CelType]
    values: Mapping[str, Any]
    checked: bool
    fails: bool
    value: Any
    any_value: bool


def read_suite() -> list[Case]:
    """Return the cases of all files that need no message."""
    printed = subprocess.run(  # noqa: S603 - nothing from outside is in it
        ["node", "--input-type=module", "--eval", _PRINT],  # noqa: S607 - as it is found
        cwd=PROGRAMS,
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout
    return list(_cases(json.loads(printed), ()))


def _cases(suite: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Case]:
    for test in suite.get("tests", ()):
        try:
            yield _case(test["original"], "/".join(above))
        except _MessageError:
            continue
    for inner in suite.get("suites", ()):
        yield from _cases(inner, (*above, inner["name"]))


def _case(test: Mapping[str, Any], section: str) -> Case:
    if _MESSAGES.search(test["expr"]):
        raise _MessageError
    typed = test.get("typedResult", {})
    expected = test.get("value", typed.get("result"))
    fails = "evalError" in test
    any_value = expected is None and not fails and bool(typed)
    # A case that says nothing expects `true`.
    value = True if expected is None else _value(expected)
    return Case(
        name=f"{section}/{test['name']}",
        expression=test["expr"],
        variables={
            each["name"]: _type(each["ident"].get("type", {"dyn": {}}))
            for each in test.get("typeEnv", ())
            if "ident" in each or _refuse()
        },
        values={
            name: _value(each["value"])
            for name, each in test.get("bindings", {}).items()
        },
        checked=not test.get("disableCheck", False),
        fails=fails,
        value=value,
        any_value=any_value,
    )


def _refuse() -> bool:
    # A function of the case's own: whoever writes a policy declares none.
    raise _MessageError


def _type(written: Mapping[str, Any]) -> CelType:  # noqa: PLR0911 - one for each kind
    match written:
        case {"primitive": name}:
            return _PRIMITIVES[name]
        case {"wellKnown": name} | {"messageType": name} if name in _WELL_KNOWN:
            return _WELL_KNOWN[name]
        case {"listType": inner}:
            return ListType(_type(inner.get("elemType", {"dyn": {}})))
        case {"mapType": {"keyType": key, "valueType": value}}:
            return MapType(_type(key), _type(value))
        case {"dyn": _}:
            return DYN
        case {"null": _}:
            return NULL
        case {"type": _}:
            return TYPE
        case _:
            raise _MessageError


def _value(written: Mapping[str, Any]) -> Any:
    ((kind, value),) = written.items()
    match kind, value:
        case "listValue", _:
            return [_value(item) for item in value.get("values", ())]
        case "mapValue", _:
            entries = value.get("entries", ())
            return {_value(each["key"]): _value(each["value"]) for each in entries}
        case "objectValue", {"@type": name, "value": text}:
            if name.endswith("google.protobuf.Timestamp"):
                return timestamp(text)
            if name.endswith("google.protobuf.Duration"):
                return duration(text)
            raise _MessageError
        case _ if kind in _PLAIN:
            return _PLAIN[kind](value)
        case _:
            raise _MessageError


_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "boolValue": bool,
    "stringValue": str,
    "int64Value": int,
    "uint64Value": lambda text: Uint(int(text)),
    "doubleValue": float,
    "bytesValue": base64.b64decode,
    "nullValue": lambda _: None,
    "typeValue": TypeName,
}
