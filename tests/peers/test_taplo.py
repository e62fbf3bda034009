"""The demo files in an editor: what taplo, which most editors ask, says of them."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.peer

ROOT = Path(__file__).parents[2]
TAPLO = Path(__file__).parent / "programs/node_modules/.bin/taplo"
SECONDS = 120
_MESSAGE = re.compile(r"^error: (.*)\n +┌─ (.*)$", re.MULTILINE)


# File, text that is there, what is put in its place, what taplo says then: an unknown key, a
# wrong type, a word that is none of those that may stand there.
MISTAKES = [
    ("config.toml", "[guest]", "[guests]", "'guests' was unexpected"),
    ("config.toml", '= "60s"', "= 60", '60 is not of type "string"'),
    ("config.toml", '"info"', '"chatty"', '"chatty" is not one of'),
    ("providers/demo.toml", '"RS256"', '"HS256"', '"HS256" is not one of'),
    ("providers/demo.toml", "label ", "labl ", "'labl' was unexpected"),
    ("providers/demo.toml", '"oidc"\n', '"oidcc"\n', '"oidcc" is not one of'),
    ("policies/orders.toml", '"shadow"', '"shade"', '"shade" is not one of'),
    ("policies/orders.toml", "effect = ", "effct = ", "'effct' was unexpected"),
    ("policies/orders.toml", '["pwd", "mfa"]', "7", "7 is not of type"),
]


@dataclass(frozen=True)
class Linted:
    """What taplo says of the demo files, and of a broken copy for each mistake.

    Attributes:
        good: How it ended for the demo files.
        said: What it says of the broken ones.
        broken: By the number of the mistake, the copy and the line that is broken.
    """

    good: "subprocess.CompletedProcess[str]"
    said: str
    broken: list[tuple[Path, int]]


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Linted:
    """Two runs for all tests: the program takes seconds to start."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("providers", "policies", "docs/schemas"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "config.toml", folder)
    good = lint(folder)
    broken = [_break(folder, number) for number in range(len(MISTAKES))]
    return Linted(good, lint(folder).stderr, broken)


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.toml")]
    return subprocess.run(  # noqa: S603 - the peer, installed beside this test
        [TAPLO, "lint", "--no-auto-config", "--colors", "never", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _break(folder: Path, number: int) -> tuple[Path, int]:
    name, old, new, _ = MISTAKES[number]
    text = (folder / name).read_text()
    assert old in text
    # Beside the good one, so that the first line leads to the same schema.
    copy = (folder / name).with_name(f"broken-{number}.toml")
    copy.write_text(text.replace(old, new, 1))
    return copy, text[: text.index(old)].count("\n") + 1


def test_the_demo_files_are_fine(linted: Linted) -> None:
    """All of them, against the schemas that their first lines name."""
    folders = ("providers", "policies")
    count = 1 + sum(len(list((ROOT / name).glob("*.toml"))) for name in folders)

    assert linted.good.returncode == 0, linted.good.stderr
    assert f"total={count}" in linted.good.stderr


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_a_mistake_is_marked_on_its_line(linted: Linted, number: int) -> None:
    """Where the editor underlines it."""
    path, line = linted.broken[number]
    told = MISTAKES[number][3]

    places = [
        (message, place)
        for message, place in _MESSAGE.findall(linted.said)
        if place.startswith(f"{path}:{line}:")
    ]
    assert any(told in message for message, _ in places)


# File, text with the cursor at `|`, some of what is offered there.
COMPLETIONS = [
    ("x.toml", "[server]\n|\n", {"public_url", "drain", "limits.body"}),
    ("x.toml", "[log]\nlevel = |\n", {'"debug"', '"info"'}),
    ("policies/x.toml", "[[rule]]\nid = 'x'\n|\n", {"effect", "routes", "when"}),
    ("policies/x.toml", "[[rule]]\neffect = |\n", {'"allow"', '"deny"'}),
    ("providers/x.toml", "kind = |\n", {'"oidc"', '"google"', '"guest"'}),
    ("providers/x.toml", "kind = 'oidc'\n|\n", {"issuer", "audiences", "map.email"}),
    ("providers/x.toml", "kind = 'oidc'\n[network]\n|\n", {"timeout", "allow_hosts"}),
]

SCHEMAS = {
    "x.toml": "./docs/schemas/config.schema.json",
    "policies": "../docs/schemas/policy.schema.json",
    "providers": "../docs/schemas/provider.schema.json",
}


@pytest.fixture(scope="module")
def offered() -> list[set[str]]:
    """What taplo's language server offers, for each of the texts."""
    requests = [
        # Each text in a file of its own; its folder says what it is about.
        (name.replace("x.", f"{number}."), f"#:schema {schema}\n\n{text}")
        for number, (name, text, _) in enumerate(COMPLETIONS)
        for schema in [SCHEMAS[name.partition("/")[0]]]
    ]
    result = subprocess.run(  # noqa: S603 - ditto
        ["node", TAPLO.parents[2] / "editor/complete.mjs", ROOT],  # noqa: S607 - as the other peers are
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return [set(labels) for labels in json.loads(result.stdout)]


@pytest.mark.parametrize("number", range(len(COMPLETIONS)))
def test_keys_and_words_are_offered(offered: list[set[str]], number: int) -> None:
    """Those of the table that the cursor is in, and of no other."""
    assert offered[number] >= COMPLETIONS[number][2]
