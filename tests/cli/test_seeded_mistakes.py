"""Mistakes of all kinds: each is told by its code, in its file, at its line and column.

And nothing else is told, so that one mistake is one thing to repair. No mistake ends the
program with a traceback, and none keeps it busy: an alarm ends a test that hangs.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.main import build_app
from tests.cli.seeds import FILES, MARK, SEEDS, Seed

# What takes a moment here may take longer elsewhere, and never this long.
HANGS = 60

Place = tuple[str, str, int, int]


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    def ring(_: int, __: FrameType | None) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HANGS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of files without a fault."""
    for name, text in FILES.items():
        write(tmp_path / name, text.encode())
    write(tmp_path / "state/store.key", secrets.token_hex(32).encode())
    return tmp_path


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)


def check(root: Path, *arguments: str) -> Result:
    named = {"GATEWAY_CONFIG": str(root / "config.toml")}
    return CliRunner(env=named).invoke(build_app(), ["check", *arguments])


def places(root: Path, code: str) -> list[Place]:
    """What is told: all errors, or all warnings of one code."""
    result = check(root, "--format", "json")
    is_error = code.startswith("E")
    assert result.exit_code == (3 if is_error else 0), result.stderr
    faults: list[dict[str, Any]] = json.loads(result.stdout)
    return [
        (fault["code"], fault["file"], fault["line"], fault["column"])
        for fault in faults
        if (fault["severity"] == "error" if is_error else fault["code"] == code)
    ]


def planted(seed: Seed) -> tuple[str, Place]:
    """The file with the mistake, and where it has to be found."""
    text = FILES[seed.file]
    at = text.index(seed.old) if seed.old else len(text)
    text = text[:at] + seed.new + text[at + len(seed.old) :]
    mark = text.index(MARK)
    line = text.count("\n", 0, mark) + 1
    column = mark - text.rfind("\n", 0, mark)
    return text.replace(MARK, ""), (seed.code, seed.file, line, column)


def test_the_files_are_fine_without_a_mistake(root: Path) -> None:
    """Not even a warning."""
    assert json.loads(check(root, "--format", "json").stdout) == []


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name.replace(" ", "-"))
def test_a_mistake_is_told_where_it_is(root: Path, seed: Seed) -> None:
    """Once, and as text as well."""
    text, place = planted(seed)
    write(root / seed.file, text.encode())

    assert places(root, seed.code) == [place]
    told = check(root).stdout
    assert f"{place[1]}:{place[2]}:{place[3]}: " in told
    assert "Traceback" not in told


POLICY = "policies/more.toml"


def _link(path: Path, to: str) -> None:
    path.symlink_to(to)


def _holds(content: bytes) -> Callable[[Path], None]:
    return lambda path: write(path, content)


FILES_OF_ALL_KINDS: list[tuple[str, Callable[[Path], None], Place]] = [
    ("folder", Path.mkdir, ("E101", POLICY, 0, 0)),
    ("pipe", os.mkfifo, ("E101", POLICY, 0, 0)),
    ("link to itself", lambda path: _link(path, path.name), ("E101", POLICY, 0, 0)),
    ("link to nowhere", lambda path: _link(path, "nowhere"), ("E101", POLICY, 0, 0)),
    # Not even root may read it.
    (
        "unreadable",
        lambda path: _link(path, "/proc/self/mem"),
        ("E101", POLICY, 0, 0),
    ),
    ("device", lambda path: _link(path, "/dev/zero"), ("E101", POLICY, 0, 0)),
    ("10 MB", _holds(b"# more\n" * 1_500_000), ("E101", POLICY, 0, 0)),
    ("empty", _holds(b""), ("E104", POLICY, 1, 1)),
    ("invalid UTF-8", _holds(b"# a\n# \xc3\xa9 \xff\n"), ("E102", POLICY, 2, 5)),
    ("UTF-16", _holds("[policy]".encode("utf-16-le")), ("E102", POLICY, 1, 2)),
    ("byte order mark", _holds(b"\xef\xbb\xbf[policy]"), ("E102", POLICY, 1, 1)),
    ("binary", _holds(bytes(range(256))), ("E102", POLICY, 2, 118)),
    (
        "Windows line ends",
        _holds(b"[policy]\r\nid = 'a'\r\nowner = 'b'\r\nscope = 'x'\r\n"),
        ("E311", POLICY, 4, 9),
    ),
    ("other people's file", _holds(b'{"policy": 1}'), ("E102", POLICY, 1, 1)),
]


@pytest.mark.parametrize(
    ("make", "place"),
    [(make, place) for _, make, place in FILES_OF_ALL_KINDS],
    ids=[name.replace(" ", "-") for name, _, _ in FILES_OF_ALL_KINDS],
)
def test_a_file_that_is_none_is_told(
    root: Path, make: Callable[[Path], None], place: Place
) -> None:
    """It is read whole or not at all, and nobody waits for it."""
    make(root / POLICY)

    assert places(root, place[0]) == [place]
    assert "Traceback" not in check(root).stdout


@pytest.mark.parametrize("name", [b"\xff.toml", b"a\nb.toml", b"\x1b[31m.toml"])
def test_a_name_that_is_no_text_is_told(root: Path, name: bytes) -> None:
    """In some spelling that can be printed, in each form of output."""
    write(root / "policies" / os.fsdecode(name), b"a = ")

    for output in ("text", "json", "sarif"):
        result = check(root, "--format", output)
        assert result.exit_code == 3
        assert "E102" in result.stdout
        assert "\x1b" not in result.stdout


@pytest.mark.parametrize("folder", ["providers", "policies"])
def test_a_folder_that_is_none_is_told(root: Path, folder: str) -> None:
    """A file has its name."""
    for path in (root / folder).iterdir():
        path.unlink()
    (root / folder).rmdir()
    write(root / folder, b"")

    assert places(root, "E101") == [("E101", folder, 0, 0)]


def test_a_broken_provider_is_not_told_to_be_missing(root: Path) -> None:
    """One mistake is one thing to repair."""
    write(root / "providers/guest.toml", b"a = ")

    assert places(root, "E102") == [("E102", "providers/guest.toml", 1, 5)]


def test_all_mistakes_at_once_are_told_at_once(root: Path) -> None:
    """One in each file; the first does not hide the others."""
    write(root / "config.toml", FILES["config.toml"].replace('"60s"', "60").encode())
    write(root / "providers/corp.toml", b"a = ")
    write(root / POLICY, b"\xff")

    assert {place[:2] for place in places(root, "E")} >= {
        ("E105", "config.toml"),
        ("E102", "providers/corp.toml"),
        ("E102", POLICY),
    }


@pytest.mark.parametrize("mistake", ["pipe", "loop", "nesting"])
def test_the_program_itself_ends_with_3(root: Path, mistake: str) -> None:
    """Started as people start it."""
    path = root / POLICY
    match mistake:
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path.name)
        case _:
            write(path, b"a = " + b"[" * 100_000)

    result = subprocess.run(
        [sys.executable, "-c", "from gateway.cli.main import main; main()", "check"],
        env={**os.environ, "GATEWAY_CONFIG": str(root / "config.toml")},
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )

    assert result.returncode == 3
    assert f"{POLICY}:" in result.stdout
    assert "Traceback" not in result.stderr
