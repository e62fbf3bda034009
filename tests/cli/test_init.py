"""`gateway init`."""

import base64
import errno
import os
from pathlib import Path

import pytest

from tests.cli.desk import Desk


def test_a_missing_store_key_is_made(desk: Desk) -> None:
    """32 random bytes, readable by the owner alone, and good for a start."""
    key = desk.root / "state/store.key"
    key.unlink()
    key.parent.rmdir()

    result = desk.run("init")

    assert result.exit_code == 0
    assert result.stdout.startswith("state/store.key: made")
    assert len(base64.b64decode(key.read_bytes(), validate=False)) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert desk.run("check").exit_code == 0


def test_two_installations_have_two_keys(desk: Desk) -> None:
    """Made anew each time."""
    key = desk.root / "state/store.key"
    made = set()
    for _ in range(2):
        key.unlink()
        desk.run("init")
        made.add(key.read_bytes())

    assert len(made) == 2


def test_what_is_there_is_left_alone(desk: Desk) -> None:
    """Overwriting it would lose everything that is stored."""
    before = (desk.root / "state/store.key").read_bytes()

    assert desk.json("init") == [{"name": "state/store.key", "action": "kept"}]

    assert (desk.root / "state/store.key").read_bytes() == before


def test_a_broken_link_is_left_alone(desk: Desk) -> None:
    """It may lead to a volume that is not mounted yet."""
    key = desk.root / "state/store.key"
    key.unlink()
    key.symlink_to(desk.root / "elsewhere")

    assert desk.json("init")[0]["action"] == "kept"

    assert not (desk.root / "elsewhere").exists()


@pytest.mark.parametrize("name", ["../store.key", "away/store.key", "/tmp/nowhere.key"])  # noqa: S108 - never made
def test_nothing_is_made_outside_the_folder(desk: Desk, name: str) -> None:
    """Neither by name nor through a link to a folder."""
    outside = desk.root.parent / "outside"
    outside.mkdir(exist_ok=True)
    (desk.root / "away").symlink_to(outside)
    desk.change("config.toml", "state/store.key", name)

    result = desk.run("init")

    assert result.exit_code == 1
    assert "outside the folder" in result.stdout
    assert not list(outside.iterdir())
    assert not (desk.root.parent / "store.key").exists()


@pytest.mark.parametrize(
    ("reference", "action", "code"),
    [
        ('{ env = "GATEWAY_STORE_KEY" }', "environment", 0),
        ('"c2VjcmV0"', "none", 1),
        ('{ file = "a\\u0000b" }', "none", 1),
        ('{ vault = "x" }', "none", 1),
    ],
)
def test_what_cannot_be_made_is_said(
    desk: Desk, reference: str, action: str, code: int
) -> None:
    """Whether somebody else gives it, or nobody can."""
    desk.change("config.toml", '{ file = "state/store.key" }', reference)

    result = desk.run("init", "--format", "json")

    assert result.exit_code == code
    assert f'"action": "{action}"' in result.stdout
    assert "c2VjcmV0" not in result.output


def test_a_file_that_is_not_toml_is_a_fault(desk: Desk) -> None:
    """3, with its place."""
    desk.write("config.toml", "schema = \n")

    result = desk.run("init")

    assert result.exit_code == 3
    assert "config.toml:1:" in result.stderr


def test_a_full_disk_leaves_no_half_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be there, and so never be made again."""
    (desk.root / "state/store.key").unlink()

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        result = desk.run("init")

    assert result.exit_code == 1
    assert not (desk.root / "state/store.key").exists()


def test_somebody_quicker_wins(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two starts at once: the first key stays."""
    key = desk.root / "state/store.key"
    key.unlink()
    real = Path.mkdir

    def quicker(self: Path, mode: int = 0o777, **options: bool) -> None:
        real(self, mode, **options)
        key.write_text("theirs")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", quicker)
        result = desk.run("init")

    assert "left as it is" in result.stdout
    assert key.read_text() == "theirs"
