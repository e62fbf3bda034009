"""What a field of a section is, in the words of JSON Schema.

Reference: JSON Schema draft-07, which editors for TOML know.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from gateway.config.settings.section import (
    Abbreviated,
    Called,
    Matching,
    Section,
    Shape,
    distinct,
    key_of,
)
from gateway.config.settings.values import duration_text, size_text
from gateway.config.settings.written import written

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_UNIT: Final = "(ms|s|m|h|d)"

# Values with a grammar of their own, by what they are called.
_CALLED: Final[Mapping[str, Schema]] = {
    "CEL": {"type": "string"},
    "URL": {"type": "string", "pattern": "^https?://"},
    "database": {"type": "string", "pattern": "^sqlite:"},
    "date and time": {
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*([Zz]|[+-][0-9]{2}:[0-9]{2})$",
    },
    "file": {
        "type": "object",
        "properties": {"file": {**_TEXT, "description": "Path of the file."}},
        "required": ["file"],
        "additionalProperties": False,
    },
    "host": {"type": "string"},
    "host and port": {"type": "string", "pattern": ":[0-9]+$"},
    "id": {"type": "string"},
    "module:function": {"type": "string"},
    "length of time": {"type": "string", "pattern": f"^[0-9]{{1,9}}{_UNIT}$"},
    "network": _TEXT,
    "path": _TEXT,
    "rate": {"type": "string", "pattern": f"^[0-9]{{1,9}}/([0-9]{{1,9}})?{_UNIT}$"},
    "secret": {
        "type": "object",
        "properties": {
            "env": {**_TEXT, "description": "Name of an environment variable."},
            "file": {**_TEXT, "description": "Path of a file."},
        },
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    },
    "sink": {"type": "string", "pattern": "^(stdout|none|file:.+)$"},
    "size": {
        "type": ["string", "integer"],
        "pattern": "^[0-9]{1,12} ?(B|KiB|MiB|GiB|TiB)$",
    },
}

_PLAIN: Final[Mapping[Any, Schema]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    date: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    dict: {"type": "object"},
    Any: {},
}

_NUMBER: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_BOUNDS: Final[Mapping[str, Mapping[str, str]]] = {
    "integer": _NUMBER,
    "number": _NUMBER,
    "string": {"min_length": "minLength", "max_length": "maxLength"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
}

# Bounds of what is written as text can only be told to people.
_SAID: Final[Mapping[str, Callable[[Any], str]]] = {
    "length of time": duration_text,
    "size": size_text,
}
_BOUND_WORDS: Final = {"ge": "At least", "gt": "More than", "le": "At most"}


def section_schema(section: type[Section]) -> Schema:
    """Return the schema of a table."""
    fields = section.model_fields
    required = [
        key_of(section, n) for n, field in fields.items() if field.is_required()
    ]
    schema: Schema = {
        "type": "object",
        "properties": {
            key_of(section, name): field_schema(field) for name, field in fields.items()
        },
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def field_schema(field: FieldInfo) -> Schema:
    """Return the schema of a field, with its description and its default."""
    schema = _schema(field.annotation, field.metadata)
    bounds = " ".join(_bounds_in_words(field.annotation, field.metadata))
    schema = {"description": f"{field.description} {bounds}".rstrip()} | schema
    default = _default(field)
    return schema if default is None else schema | {"default": default}


def _default(field: FieldInfo) -> Any:
    """Return the default as TOML has it; nothing for a table, whose keys have their own."""
    default = field.default
    if field.is_required() or field.default_factory or isinstance(default, Section):
        return None
    # TOML has no word for nothing, and an empty default says none either.
    if default is None or default in ("", (), {}):
        return None
    if _called(field.annotation, field.metadata) == "size":
        return size_text(default)
    return tomllib.loads(f"x = {written(default)}")["x"]


def _schema(annotation: Any, metadata: Any) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _schema(arguments[0], (*arguments[1:], *metadata))
    called = _called(annotation, metadata)
    if origin in (Union, UnionType) and not called:
        return _schema(_present(arguments), metadata)
    schema = dict(_CALLED[called]) if called else _of_type(annotation)
    for each in _unpacked(metadata):
        schema |= _constraint(each, schema)
    return _abbreviated(schema) if _has(metadata, Abbreviated) else schema


def _of_type(annotation: Any) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], ())}
    if origin is Mapping:
        names = _schema(arguments[0], ())
        schema = {"type": "object", "additionalProperties": _schema(arguments[1], ())}
        return schema if names == _PLAIN[str] else schema | {"propertyNames": names}
    if origin is dict:
        return dict(_PLAIN[dict])
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return section_schema(annotation)
    return dict(_PLAIN[annotation])


def _constraint(constraint: Any, schema: Schema) -> Schema:
    """Return what one piece of metadata adds."""
    match constraint:
        case Shape(keywords=said):
            return dict(said)
        case Matching(pattern=pattern):
            return {"pattern": f"^({pattern})$"}
        case _ if getattr(constraint, "func", None) is distinct:
            return {"uniqueItems": True}
    # A size in plain bytes is a number with bounds; a length of time is none.
    kinds = schema.get("type", "")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    keywords: dict[str, str] = {}
    for kind in kinds:
        keywords |= _BOUNDS.get(kind, {})
    return {
        keyword: bound
        for name, keyword in keywords.items()
        if (bound := getattr(constraint, name, None)) is not None
    }


def _bounds_in_words(annotation: Any, metadata: Any) -> Iterator[str]:
    """Yield the bounds that no keyword can say."""
    say = _SAID.get(_called(annotation, metadata))
    if say is None:
        return
    for each in metadata:
        for name, words in _BOUND_WORDS.items():
            bound = getattr(each, name, None)
            if bound is not None:
                yield f"{words} {say(bound)}."


def _abbreviated(schema: Schema) -> Schema:
    """Return the schema of what may be text instead: an only item, or a first key."""
    text = schema.get("items", _TEXT)
    return {"anyOf": [text, schema]}


def _called(annotation: Any, metadata: Any) -> str:
    """Return what a value is called, if it has a grammar of its own; else nothing."""
    for each in metadata:
        if isinstance(each, Called):
            return each.words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _called(arguments[0], arguments[1:])
    is_optional = origin in (Union, UnionType) and type(None) in arguments
    return _called(_present(arguments), ()) if is_optional else ""


def _present(arguments: Any) -> Any:
    """Return what an optional value is if it is there."""
    (present,) = (each for each in arguments if each is not type(None))
    return present


def _unpacked(metadata: Any) -> Iterator[Any]:
    """Yield the constraints, also those that a named type has in a field of its own."""
    for each in metadata:
        yield from each.metadata if isinstance(each, FieldInfo) else [each]


def _has(metadata: Any, kind: type) -> bool:
    return any(isinstance(each, kind) for each in metadata)
