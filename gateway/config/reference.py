"""The page of all settings, from the descriptions beside them.

`python -m gateway.config.reference` prints it; `docs/settings.md` is its output, and a test
fails when that is stale.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from gateway.config.codes import CODES
from gateway.config.policies.policy import PolicySettings
from gateway.config.providers.apple import AppleProvider
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.gitlab import GitlabProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.root import Config
from gateway.config.settings.section import Called, Section, key_of
from gateway.config.settings.values import duration_text, size_text
from gateway.config.settings.written import written

_INTRODUCTION = """\
# Settings

<!-- Made by `python -m gateway.config.reference`; do not edit. -->

One `config.toml`; beside it a folder `providers/` with one file for each identity provider
(or several in one, as `[[provider]]` tables), and a folder `policies/` with one file for
each policy. Every file may begin with `schema = 1`; `config.toml` has to.

An unknown key is an error. So is a setting that belongs to a later version: nothing is
accepted and ignored. All faults of all files are reported at once; `gateway check` prints
them.

How values are written:

| value | for example |
|---|---|
| length of time | `"250ms"`, `"30s"`, `"15m"`, `"1h"`, `"30d"` |
| size | `"512B"`, `"64KiB"`, `"10MiB"`, `"1GiB"` |
| rate | `"30/h"`, `"1/30s"` |
| network | `"10.0.0.0/8"`, `"2001:db8::/32"`, or one address |
| secret | `{ env = "NAME" }` or `{ file = "path" }`; never the secret itself |
| file | `{ file = "path" }`; paths are relative to the folder of `config.toml` |
| CEL | an expression, as text: [cel.md](cel.md) |
"""

_FILES: Final[tuple[tuple[str, type[Section]], ...]] = (
    ("`config.toml`", Config),
    ("`providers/*.toml`: kind `oidc`", OidcProvider),
    ("`providers/*.toml`: kind `google`", GoogleProvider),
    ("`providers/*.toml`: kind `apple`", AppleProvider),
    ("`providers/*.toml`: kind `microsoft`", MicrosoftProvider),
    ("`providers/*.toml`: kind `gitlab`", GitlabProvider),
    ("`providers/*.toml`: kind `developer`", DeveloperProvider),
    ("`providers/*.toml`: kind `guest`", GuestProvider),
    ("`providers/*.toml`: kind `saml`", SamlProvider),
    ("`providers/*.toml`: kind `pool`", PoolProvider),
    ("`providers/*.toml`: kind `facebook`", FacebookProvider),
    ("`providers/*.toml`: kind `amazon`", AmazonProvider),
    ("`providers/*.toml`: kind `twitter`", TwitterProvider),
    ("`providers/*.toml`: kind `github`", GithubProvider),
    ("`providers/*.toml`: kind `oauth2`", Oauth2Provider),
    ("`policies/*.toml`", PolicySettings),
)

_BOUND_TEXTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "length of time": duration_text,
    "size": size_text,
}

_TYPES: Final[Mapping[Any, str]] = {
    bool: "boolean",
    int: "whole number",
    float: "number",
    str: "text",
    date: "date",
    Any: "any value",
}


def render() -> str:
    """Return the page in Markdown."""
    parts = [_INTRODUCTION]
    shown: set[type[Section]] = set()
    for title, model in _FILES:
        parts.append(f"## {title}\n")
        parts += _sections(model, "", shown)
    parts.append("## Codes of faults\n")
    rows = [f"| `{code}` | {meaning} |" for code, meaning in sorted(CODES.items())]
    parts.append("\n".join(["| code | meaning |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


def _sections(
    model: type[Section], path: str, shown: set[type[Section]]
) -> Iterator[str]:
    """Yield the tables of a section and of those in it, each once."""
    shown.add(model)
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    inner: list[tuple[type[Section], str]] = []
    for name, field in model.model_fields.items():
        key = key_of(model, name)
        rows.append(
            f"| `{key}` | {_value(field)} | {_default(field)} | {_meaning(field)} |"
        )
        found, suffix = _section_in(field.annotation)
        if found is not None:
            inner.append((found, f"{path}.{key}{suffix}".removeprefix(".")))
    rows += [f"| `{key}` | | | Not in this version. |" for key in model.UNAVAILABLE]
    if path:
        yield f"### `{path}`\n"
    yield "\n".join([*rows, ""])
    for found, below in inner:
        if found not in shown:
            yield from _sections(found, below, shown)


def _meaning(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default_factory is not None or field.default in ("", None):
        return ""
    if isinstance(field.default, Section):
        return "as below"
    if _called(field) == "size":
        return f'`"{size_text(field.default)}"`'
    return f"`{written(field.default)}`".replace("|", "\\|")


def _value(field: FieldInfo) -> str:
    words = _called(field)
    bounds = [text for each in field.metadata for text in _bounds(each, words)]
    return ", ".join([words, *bounds])


def _bounds(constraint: Any, words: str) -> Iterator[str]:
    for name, said in (("ge", "at least"), ("gt", "more than"), ("le", "at most")):
        bound = getattr(constraint, name, None)
        if bound is not None:
            text = _BOUND_TEXTS.get(words, str)(bound)
            yield f"{said} {text}"


def _called(field: FieldInfo) -> str:
    return _words(field.annotation, field.metadata)


def _words(annotation: Any, metadata: Any = ()) -> str:
    for each in metadata:
        if isinstance(each, Called):
            return each.words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(arguments[0], arguments[1:])
    if origin in (Union, UnionType):
        return _words(next(each for each in arguments if each is not type(None)))
    if origin in _COLLECTIONS:
        return _COLLECTIONS[origin](arguments)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return "table"
    return _TYPES[annotation]


_COLLECTIONS: Final[Mapping[Any, Callable[[Any], str]]] = {
    Literal: lambda options: " or ".join(f"`{written(each)}`" for each in options),
    tuple: lambda inner: f"list of {_words(inner[0])}",
    Mapping: lambda inner: f"table by name of {_words(inner[1])}",
}


def _section_in(annotation: Any, suffix: str = "") -> tuple[type[Section] | None, str]:
    """Return the section that a value is or holds, and how its path continues."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Mapping:
        return _section_in(arguments[1], f"{suffix}.NAME")
    if origin is tuple:
        return _section_in(arguments[0], f"{suffix}[]")
    for argument in arguments:
        found, longer = _section_in(argument, suffix)
        if found is not None:
            return found, longer
    is_section = isinstance(annotation, type) and issubclass(annotation, Section)
    return (annotation, suffix) if is_section else (None, suffix)


if __name__ == "__main__":
    sys.stdout.write(render())
