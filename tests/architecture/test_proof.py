"""The policies that we show prove themselves: all of them covered, no mistake unnoticed."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import build_app

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^`([\w./]+\.toml)`:.*?^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL
)


def demo(folder: Path) -> None:
    """The files that `make run` starts."""
    shutil.copy(ROOT / "config.toml", folder)
    for name in ("providers", "policies"):
        shutil.copytree(ROOT / name, folder / name)


def readme(folder: Path) -> None:
    """The files that a reader makes in the first five minutes."""
    for name, text in _BLOCK.findall((ROOT / "README.md").read_text()):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize("made", [demo, readme])
def test_the_policies_that_we_show_are_proved_by_their_tests(
    made: Callable[[Path], None], tmp_path: Path
) -> None:
    """Whoever copies them copies tests that notice a change."""
    made(tmp_path)
    config = str(tmp_path / "config.toml")
    commands = CliRunner(env={"GATEWAY_CONFIG": config})
    app = build_app()

    prepared = commands.invoke(app, ["init"])
    result = commands.invoke(app, ["test", "--mutate", "--cover-min", "100"])

    assert prepared.exit_code == 0, prepared.output
    assert result.exit_code == 0, result.output
    assert ", 0 survived" in result.stdout
    assert "0 mutants" not in result.stdout


def test_the_test_in_the_guide_is_one(tmp_path: Path) -> None:
    """The reader's policy of five minutes, with the guide's test beside it."""
    readme(tmp_path)
    guide = (ROOT / "docs/tests.md").read_text()
    (block,) = re.findall(r"^```toml\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    policy = tmp_path / "policies/shop.toml"
    before = policy.read_text()
    policy.write_text(before[: before.index("[fixture.ana]")] + block)
    commands = CliRunner(env={"GATEWAY_CONFIG": str(tmp_path / "config.toml")})

    commands.invoke(build_app(), ["init"])
    result = commands.invoke(build_app(), ["test"])

    assert result.exit_code == 0, result.output
    assert result.stdout == "1 test, 1 passed, 0 failed\n"
