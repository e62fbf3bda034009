"""Values as they are written in a file: the way back from settings to TOML.

For defaults in the reference, and for presets shown in full.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import singledispatch
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from textwrap import wrap
from typing import Any

from gateway.config.settings.addresses import Listen, Url
from gateway.config.settings.log import Sink
from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.section import Section, key_of
from gateway.config.settings.storage import PostgresqlUrl, SqliteUrl
from gateway.config.settings.values import Rate, duration_text, rate_text

_WIDTH = 88
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@singledispatch
def written(value: Any) -> str:
    """Return a value as it is written behind an equals sign.

    Sizes come back as numbers: the unit they were written with is not kept.
    """
    return str(value)


@written.register
def _(value: str) -> str:
    # JSON's escapes are TOML's too, as long as no character is left to surrogates; but
    # TOML lets no DEL stand for itself.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@written.register
def _(value: bool) -> str:  # noqa: FBT001 - the dispatch is by the type of the argument
    return "true" if value else "false"


@written.register
def _(value: timedelta) -> str:
    return written(duration_text(value))


@written.register
def _(value: Rate) -> str:
    return written(rate_text(value))


@written.register
def _(value: IPv4Network | IPv6Network | Path) -> str:
    return written(str(value))


@written.register
def _(value: Listen | Url | Sink | SqliteUrl | PostgresqlUrl) -> str:
    return written(value.text)


@written.register
def _(value: FileRef) -> str:
    return f"{{ file = {written(value.path)} }}"


@written.register
def _(value: SecretRef) -> str:
    kind, _, name = value.source.partition(" ")
    return f"{{ {kind} = {written(name)} }}"


@written.register
def _(value: Section) -> str:
    return written({key: each for key, _, each in _set_fields(value)})


# Abstract collections stand behind the types above: the most exact type wins.
@written.register
def _(value: Mapping) -> str:  # type: ignore[type-arg]  # the dispatch needs the bare class
    pairs = ", ".join(f"{_key(key)} = {written(each)}" for key, each in value.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else written(key)


@written.register
def _(value: list | tuple) -> str:  # type: ignore[type-arg]  # ditto
    return f"[{', '.join(written(each) for each in value)}]"


def written_table(section: Section, *, header: str = "") -> str:
    """Return a section as a table of its own, each key under its description.

    Args:
        section: The settings.
        header: Dotted name of the table; empty for the whole file.
    """
    lines = [f"[{header}]"] if header else []
    tables: list[str] = []
    for name, description, value in _set_fields(section):
        path = f"{header}.{name}" if header else name
        if isinstance(value, Section):
            tables.append(written_table(value, header=path))
            continue
        comment = wrap(description, _WIDTH - 2)
        lines += [*(f"# {line}" for line in comment), f"{name} = {written(value)}"]
    # A table that has nothing but tables needs no header of its own.
    if len(lines) == 1 and header:
        lines = []
    return "\n\n".join(part for part in ("\n".join(lines), *tables) if part)


def _set_fields(section: Section) -> Iterator[tuple[str, str, Any]]:
    """Yield key, description and value of each field; TOML has no word for nothing."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if value is not None:
            yield key_of(type(section), name), field.description or "", value
