"""The page of all settings."""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest

from gateway.config.policies.policy import PolicySettings
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.reference import render
from gateway.config.settings.root import Config
from gateway.config.settings.section import Section, key_of

PAGE = Path(__file__).parents[2] / "docs/settings.md"
FILES = [
    *(Config, PolicySettings, OidcProvider, GoogleProvider),
    *(DeveloperProvider, GuestProvider, PoolProvider),
]


def sections(annotation: Any) -> Iterator[type[Section]]:
    """Every section that a type is or holds, itself first."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
        for field in annotation.model_fields.values():
            yield from sections(field.annotation)
    elif get_origin(annotation) is not None or isinstance(annotation, UnionType):
        for argument in get_args(annotation):
            yield from sections(argument)


def test_the_page_is_what_the_settings_say() -> None:
    """Make it anew: `python -m gateway.config.reference > docs/settings.md`."""
    assert PAGE.read_text() == render()


@pytest.mark.parametrize("model", FILES)
def test_each_setting_is_described(model: type[Section]) -> None:
    """In a sentence that ends, and on the page."""
    page = render()

    for section in sections(model):
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"
            assert field.description.endswith(".")
            assert f"| `{key_of(section, name)}` |" in page


def test_what_a_later_version_has_is_on_the_page() -> None:
    """Who looks for it learns that it is not there yet."""
    assert "| `retry` | | | Not in this version. |" in render()


@pytest.mark.parametrize(
    "row",
    [
        '| `body` | size, at least 0B, at most 1TiB | `"10MiB"` |',
        '| `ttl` | length of time, at least 1s, at most 15m | `"1m"` |',
        "| `trusted_proxies` | list of network | `[]` |",
        "| `schema` | `1` | required |",
        "| `const` | table by name of any value | `{}` |",
        "| `review_by` | date |  |",
        "| `when` | CEL | required |",
        "### `upstreams.NAME.timeout`",
        "### `routes[].limits`",
        "| `E501` | A secret is written into a file. |",
    ],
)
def test_a_row_tells_form_bounds_and_default(row: str) -> None:
    """As they are written in a file."""
    assert row in render()
