"""The files of a revision of a git repository, copied to where they can be read.

Reads objects and nothing else: the working folder is not touched, no hook runs, and what
attributes would leave out of an archive is there as well.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from gateway.config.document import MAX_FILE_BYTES

_MAX_FILES: Final = 8192
_TIMEOUT: Final = 60.0
_FOLDERS: Final = frozenset({"policies", "providers"})
_LINK: Final = "120000"


class RevisionError(Exception):
    """A revision cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class _File:
    path: PurePosixPath
    mode: str
    id: str
    size: int


def copy_revision(revision: str, *, root: Path, into: Path) -> None:
    """Write the files that a configuration is made of, as they were at a revision.

    Args:
        revision: `HEAD~1`, a tag, a commit; or `REVISION:FOLDER` for another folder of the
            repository.
        root: A folder of the repository; without `:FOLDER`, the one that is meant.
        into: An empty folder. It gets `config.toml`, `providers/` and `policies/`, or, if
            the revision's folder holds policies alone, those.

    Raises:
        RevisionError: There is no such revision or folder, or it holds what cannot be
            read: symbolic links, files without bound.
    """
    tree = _tree_of(revision, root)
    files = [each for each in _files(tree, root) if _is_wanted(each.path)]
    whole = any(each.path.name == "config.toml" for each in files)
    if whole:
        files = [each for each in files if _is_part(each.path)]
    if not files:
        raise RevisionError(f"{revision} holds neither config.toml nor policies")
    _check(files, revision)
    for file, content in zip(files, _contents(files, root), strict=True):
        path = into / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _is_wanted(path: PurePosixPath) -> bool:
    return path.suffix == ".toml" and (len(path.parts) == 1 or _is_part(path))


def _is_part(path: PurePosixPath) -> bool:
    """Whether a file is one of those that a configuration is made of."""
    if len(path.parts) == 1:
        return path.name == "config.toml"
    return len(path.parts) == 2 and path.parts[0] in _FOLDERS  # noqa: PLR2004 - folder, file


def _check(files: Sequence[_File], revision: str) -> None:
    if len(files) > _MAX_FILES:
        raise RevisionError(f"{revision} has more than {_MAX_FILES} files")
    for file in files:
        if file.mode == _LINK:
            raise RevisionError(f"{revision}: {file.path} is a symbolic link")
        if file.size > MAX_FILE_BYTES:
            raise RevisionError(
                f"{revision}: {file.path} is larger than {MAX_FILE_BYTES} bytes"
            )


def _tree_of(revision: str, root: Path) -> str:
    """Return the id of the tree that is meant."""
    if ":" in revision:
        found = _resolve(revision, root)
        if _git(root, "cat-file", "-t", found).strip() != b"tree":
            raise RevisionError(f"{revision} is no folder")
        return found
    commit = _resolve(f"{revision}^{{commit}}", root, shown=revision)
    prefix = _git(root, "rev-parse", "--show-prefix").decode().rstrip("\n")
    return _resolve(f"{commit}:{prefix}", root, shown=f"{revision}:{prefix}")


def _resolve(name: str, root: Path, *, shown: str = "") -> str:
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
    # Outside of a repository, that is the answer, and not that the name is unknown.
    _git(root, "rev-parse", "--git-dir")
    try:
        return _git(root, *arguments).decode().strip()
    except RevisionError:
        raise RevisionError(f"there is no revision {shown or name}") from None


def _files(tree: str, root: Path) -> Iterator[_File]:
    listing = _git(root, "ls-tree", "-r", "-z", "-l", "--full-tree", tree)
    for line in listing.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if tab:
            mode, kind, name, size = head.decode().split()
            if kind == "blob":
                where = PurePosixPath(path.decode("utf-8", "surrogateescape"))
                yield _File(where, mode, name, int(size))


def _contents(files: Sequence[_File], root: Path) -> Iterator[bytes]:
    names = "".join(f"{file.id}\n" for file in files).encode()
    rest = _git(root, "cat-file", "--batch", given=names)
    for _ in files:
        head, _, rest = rest.partition(b"\n")
        size = int(head.split()[2])
        yield rest[:size]
        rest = rest[size + 1 :]


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Return what git prints.

    Raises:
        RevisionError: It is not there, or it fails.
    """
    command = ["git", "-C", str(root), *arguments]
    try:
        # A list, so no shell; and the one name that may be anybody's stands behind
        # `--end-of-options`.
        done = subprocess.run(  # noqa: S603
            command, input=given, capture_output=True, check=False, timeout=_TIMEOUT
        )
    except FileNotFoundError:
        raise RevisionError(
            "git is not installed, so no revision can be read"
        ) from None
    except subprocess.TimeoutExpired:
        raise RevisionError(f"git took longer than {_TIMEOUT:g} seconds") from None
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise RevisionError(told.removeprefix("fatal: ") or "git failed")
    return done.stdout
