"""The schemas of the three kinds of file.

A file of `providers/` holds one provider, or several as `[[provider]]`; which keys one has
follows from its `kind`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from gateway.config.load import KINDS
from gateway.config.policies.policy import PolicySettings
from gateway.config.providers.head import ProvidersHead
from gateway.config.schemas.fields import Schema, section_schema
from gateway.config.settings.root import Config

DRAFT: Final = "http://json-schema.org/draft-07/schema#"

_ANY_PROVIDER: Final = "#/definitions/provider"


class FileKind(StrEnum):
    """What a file is about."""

    CONFIG = "config"
    PROVIDER = "provider"
    POLICY = "policy"


_TITLES: Final[Mapping[FileKind, str]] = {
    FileKind.CONFIG: "config.toml of the federation gateway",
    FileKind.PROVIDER: "providers/*.toml of the federation gateway",
    FileKind.POLICY: "policies/*.toml of the federation gateway",
}


def schema_text(kind: FileKind) -> str:
    """Return the schema of a kind of file, as it is kept in `docs/schemas/`."""
    return json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def schema_of(kind: FileKind) -> Schema:
    """Return the schema of a kind of file, in the types of JSON."""
    schema = _MADE[kind]()
    return {"$schema": DRAFT, "title": _TITLES[kind]} | schema


def _provider_file() -> Schema:
    kinds = {kind: section_schema(model) for kind, model in KINDS.items()}
    head = section_schema(ProvidersHead)
    version = {"schema": head["properties"]["schema"]}
    # Beside the one provider of a file, its `schema` may stand.
    alone = {kind: _with(schema, version) for kind, schema in kinds.items()}
    one = _by_kind(kinds)
    several = head["properties"]["provider"] | {"items": {"$ref": _ANY_PROVIDER}}
    return {
        "type": "object",
        "properties": version | {"provider": several} | one["properties"],
        "if": {"required": ["provider"]},
        "then": head | {"properties": version | {"provider": several}},
        "else": _by_kind(alone),
        "definitions": {"provider": one},
    }


def _with(schema: Schema, more: Schema) -> Schema:
    return schema | {"properties": more | schema["properties"]}


def _by_kind(kinds: Mapping[str, Schema]) -> Schema:
    """Return the schema of one provider of any kind.

    Which keys it may have is decided by its `kind`.
    """
    offered = _offered(list(kinds.values()))
    offered["properties"]["kind"]["enum"] = list(kinds)
    return offered | {
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": schema,
            }
            for kind, schema in kinds.items()
        ],
    }


def _offered(schemas: Sequence[Schema]) -> Schema:
    """Return what editors offer where any of some schemas may apply.

    They do not look behind `if`, so all keys of all kinds are named before it. Only what
    all kinds agree on is demanded there.
    """
    first = schemas[0]
    if all(schema == first for schema in schemas):
        return first
    told: Schema = {key: first[key] for key in ("description", "type") if key in first}
    if not all("properties" in schema for schema in schemas):
        told.pop("type", None)
        return told
    keys = dict.fromkeys(key for schema in schemas for key in schema["properties"])
    named = [schema["properties"] for schema in schemas]
    return told | {
        "properties": {
            key: _offered([each[key] for each in named if key in each]) for key in keys
        }
    }


_MADE: Final[Mapping[FileKind, Callable[[], Schema]]] = {
    FileKind.CONFIG: lambda: section_schema(Config),
    FileKind.PROVIDER: _provider_file,
    FileKind.POLICY: lambda: section_schema(PolicySettings),
}
