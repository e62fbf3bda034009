"""The schemas of the three kinds of file.

A file of `providers/` holds one provider, or several as `[[provider]]`; which keys one has
follows from its `kind`.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

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
    several = head["properties"]["provider"] | {"items": {"$ref": _ANY_PROVIDER}}
    # Beside the one provider of a file, its `schema` may stand.
    alone = {kind: _with(schema, version) for kind, schema in kinds.items()}
    return {
        "type": "object",
        "if": {"required": ["provider"]},
        "then": head | {"properties": version | {"provider": several}},
        "else": _by_kind(alone),
        "definitions": {"provider": _by_kind(kinds)},
    }


def _with(schema: Schema, more: Schema) -> Schema:
    return schema | {"properties": more | schema["properties"]}


def _by_kind(kinds: Mapping[str, Schema]) -> Schema:
    """Return the schema of one provider of any kind.

    What each kind has is decided by its `kind`; that keys are completed before there is
    one, the keys of all kinds are named first.
    """
    every: dict[str, Any] = {}
    for schema in kinds.values():
        for key, value in schema["properties"].items():
            every.setdefault(key, {"description": value["description"]})
    return {
        "type": "object",
        "properties": every | {"kind": {**every["kind"], "enum": list(kinds)}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": schema,
            }
            for kind, schema in kinds.items()
        ],
    }


_MADE: Final[Mapping[FileKind, Callable[[], Schema]]] = {
    FileKind.CONFIG: lambda: section_schema(Config),
    FileKind.PROVIDER: _provider_file,
    FileKind.POLICY: lambda: section_schema(PolicySettings),
}
