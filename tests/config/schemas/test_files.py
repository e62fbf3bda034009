"""The schemas of the three kinds of file say what the models say."""

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # has no stubs
import pytest

from gateway.config.load import KINDS
from gateway.config.providers.preset import preset_text
from gateway.config.schemas.files import FileKind, schema_of, schema_text
from gateway.config.settings.written import written_table
from tests.config.files import CONFIG, POLICY, PROVIDER, Folder

ROOT = Path(__file__).parents[3]
DEMO = {
    FileKind.CONFIG: ["config.toml"],
    FileKind.PROVIDER: sorted(f"providers/{p.name}" for p in ROOT.glob("providers/*")),
    FileKind.POLICY: sorted(f"policies/{p.name}" for p in ROOT.glob("policies/*")),
}
TEXTS = {
    FileKind.CONFIG: CONFIG,
    FileKind.PROVIDER: PROVIDER,
    FileKind.POLICY: POLICY,
}


def plain(value: Any) -> Any:
    """TOML in the types of JSON; a date is the text that editors see."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else value


def problems(kind: FileKind, text: str) -> list[str]:
    """What the schema of a kind finds in a file: where, and by which keyword."""
    checker = jsonschema.Draft7Validator(schema_of(kind))
    return [
        f"{'.'.join(map(str, error.path))}: {error.validator}"
        for error in checker.iter_errors(plain(tomllib.loads(text)))
    ]


@pytest.mark.parametrize("kind", FileKind)
def test_a_schema_is_one(kind: FileKind) -> None:
    """By the schema of schemas."""
    jsonschema.Draft7Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("kind", FileKind)
def test_the_kept_schema_is_fresh(kind: FileKind) -> None:
    """`gateway show schema KIND > docs/schemas/KIND.schema.json` makes it anew."""
    kept = ROOT / f"docs/schemas/{kind}.schema.json"

    assert kept.read_text() == schema_text(kind)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in DEMO.items() for name in names]
)
def test_the_files_of_the_demo_are_fine_and_name_their_schema(
    kind: FileKind, name: str
) -> None:
    """On the first line, so that editors find it."""
    path = ROOT / name
    text = path.read_text()

    assert problems(kind, text) == []
    directive, _, schema = text.partition("\n")[0].partition(" ")
    assert directive == "#:schema"
    assert (path.parent / schema).resolve() == ROOT / f"docs/schemas/{kind}.schema.json"


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_with_every_setting_is_fine(kind: str) -> None:
    """As a file of its own, and as one of several."""
    text = preset_text(kind)
    several = "[[provider]]\n" + text.replace("\n[", "\n[provider.")

    assert problems(FileKind.PROVIDER, text) == []
    assert problems(FileKind.PROVIDER, f"schema = 1\n{text}") == []
    assert problems(FileKind.PROVIDER, several) == []


def test_all_settings_in_force_are_fine(folder: Folder) -> None:
    """What `gateway show settings` prints."""
    settings = folder.load().settings

    assert problems(FileKind.CONFIG, written_table(settings)) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "found"),
    [
        (FileKind.CONFIG, "[server]", "[servr]\n[server]", ": additionalProperties"),
        (FileKind.CONFIG, "[server]", '[servr]\nx = "y"', ": additionalProperties"),
        (FileKind.CONFIG, "schema = 1", "schema = 2", "schema: enum"),
        (FileKind.CONFIG, "schema = 1", "", ": required"),
        (FileKind.CONFIG, '"60s"', "60", "tokens.profiles.api.ttl: type"),
        (FileKind.CONFIG, '"60s"', '"60"', "tokens.profiles.api.ttl: pattern"),
        (
            FileKind.CONFIG,
            '{ env = "STORE_KEY" }',
            '"secret"',
            "storage.encrypt_with: type",
        ),
        (
            FileKind.CONFIG,
            '{ env = "STORE_KEY" }',
            '{ env = "A", file = "b" }',
            "storage.encrypt_with: maxProperties",
        ),
        (FileKind.CONFIG, '["GET"]', '["get"]', "routes.0.methods.0: pattern"),
        (FileKind.CONFIG, '["GET"]', "[]", "routes.0.methods: minItems"),
        (FileKind.CONFIG, '["GET"]', '["GET", "GET"]', "routes.0.methods: uniqueItems"),
        (FileKind.CONFIG, "upstreams.orders", "upstreams.Orders", "upstreams: pattern"),
        (FileKind.PROVIDER, '"oidc"', '"oidcc"', "kind: enum"),
        (FileKind.PROVIDER, 'kind = "oidc"', "", ": required"),
        (FileKind.PROVIDER, '"oidc"', '"guest"', ": additionalProperties"),
        (FileKind.PROVIDER, "owner", "ownr", ": additionalProperties"),
        (FileKind.PROVIDER, '["gateway"]', "[7]", "audiences.0: type"),
        (FileKind.POLICY, '"allow"', '"alow"', "rule.0.effect: enum"),
        (FileKind.POLICY, "when", "whem", "rule.0: additionalProperties"),
        (FileKind.POLICY, '["authenticated"]', '["any"]', "rule.0.for: anyOf"),
        (FileKind.POLICY, '["authenticated"]', '"any"', "rule.0.for: anyOf"),
        (FileKind.POLICY, "[policy]", "[mint]\n[policy]", "mint: type"),
    ],
)
def test_a_mistake_is_found_where_it_is(
    kind: FileKind, old: str, new: str, found: str
) -> None:
    """Each file is fine before."""
    text = TEXTS[kind]
    assert problems(kind, text) == []

    broken = text.replace(old, new, 1)

    assert broken != text
    assert any(each.startswith(found) for each in problems(kind, broken))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (
            FileKind.POLICY,
            '[[mint]]\nroutes = "a"\n[mint.claims]\ntenant = "identity.id"',
        ),
        (FileKind.POLICY, "[const]\nx = [1, 'a', { b = 2026-05-04 }]"),
        (FileKind.POLICY, '[[role]]\nid = "a"\nfor = "guest"\nwhen = "true"'),
    ],
)
def test_what_may_be_written_in_two_ways_may_be(kind: FileKind, more: str) -> None:
    """A list of one as text, a table as its first value."""
    assert problems(kind, f"{TEXTS[kind]}\n{more}") == []


def test_a_claim_of_the_gateways_own_is_found() -> None:
    """`sub` cannot be set."""
    more = '[[mint]]\nroutes = "a"\n[mint.claims]\nsub = "identity.id"'

    assert problems(FileKind.POLICY, f"{POLICY}\n{more}") != []
