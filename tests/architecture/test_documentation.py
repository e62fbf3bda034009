"""What the documentation shows works as it stands there."""

import re
from pathlib import Path

import pytest

from gateway.app.loading import load, policy_tests
from tests.flows.house import NOON, STORE_KEY

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^`([\w./]+\.toml)`:.*?^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\]\(([^)#]+)\)")
_SOURCE = re.compile(r"`(gateway/[\w./]+)`")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_files_of_the_readme_load_and_pass_their_own_tests(tmp_path: Path) -> None:
    """Five minutes must not begin with an error."""
    blocks = dict(_BLOCK.findall((ROOT / "README.md").read_text()))
    for name, text in {**blocks, "state/store.key": STORE_KEY}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    loaded = load(tmp_path / "config.toml")
    results = policy_tests(loaded, clock=lambda: NOON).run(
        loaded.configuration.policies
    )

    assert len(blocks) == 3
    assert len(results) == 2
    assert all(result.passed for result in results)
    assert not loaded.warnings


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    """To files of the project; other places are not ours to promise."""
    for target in _LINK.findall(page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_tour_names_files_that_exist() -> None:
    """A newcomer opens them while reading."""
    tour = (ROOT / "docs/tour.md").read_text()

    for name in _SOURCE.findall(tour):
        assert (ROOT / name).exists(), name
