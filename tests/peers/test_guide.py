"""The guide to policies does what it shows, on the running demo."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.app.loading import load
from tests.peers.guide import Shell, apply, blocks_of, matches
from tests.peers.running_demo import ROOT, clone, running_demo
from tests.peers.running_gateway import ENVIRONMENT, wait_for

pytestmark = pytest.mark.peer

PAGE = ROOT / "docs/policies.md"
STATUS = "http://127.0.0.1:8081/status"
SETTLED_SECONDS = 60

WHO = {
    "GIT_AUTHOR_NAME": "Ana Lima",
    "GIT_AUTHOR_EMAIL": "ana@example.com",
    "GIT_COMMITTER_NAME": "Ana Lima",
    "GIT_COMMITTER_EMAIL": "ana@example.com",
    "GIT_CONFIG_NOSYSTEM": "1",
    "COLUMNS": "100",
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "clone"
    clone(folder)
    (folder / ".gitignore").write_text(".venv\nstate/\n")
    with running_demo(folder):
        yield folder


def test_each_step_of_the_guide_does_what_it_shows(folder: Path) -> None:
    """Files, changes and commands, in the order of the page, on one running demo."""
    environment = {**ENVIRONMENT, **WHO, "HOME": str(folder.parent)}
    environment["PATH"] = f"{folder / '.venv/bin'}:{environment['PATH']}"

    with Shell(folder, environment) as shell:
        for block in blocks_of(PAGE.read_text()):
            apply(block, folder, shell, settled=lambda: in_force(folder))


def in_force(folder: Path) -> None:
    """Return once the running demo decides by the policies as they lie there.

    Raises:
        AssertionError: It does not, for long.
    """
    digest = load(folder / "config.toml", follow=False).engine.digest
    wait_for(
        lambda: httpx.get(STATUS).json()["policy_digest"] == digest,
        "the changed policies",
        within=SETTLED_SECONDS,
    )


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        ("a\n", "a"),
        ("a …\n", "a whole lot\n"),
        ("a\n…\nz\n", "a\nb\nc\nz\n"),
        ("a\n…\nz\n", "a\nz\n"),
        ("…\n", ""),
        ("", "\n"),
    ],
)
def test_what_a_page_leaves_out_may_be_anything(expected: str, printed: str) -> None:
    assert matches(expected, printed)


@pytest.mark.parametrize(
    ("expected", "printed"),
    [("a\n", "b\n"), ("a\n", "a\nb\n"), ("a …\n", "a\nb\n"), ("a\n…\nz\n", "a\nb\n")],
)
def test_what_a_page_shows_has_to_be_so(expected: str, printed: str) -> None:
    assert not matches(expected, printed)
