"""`gateway.config.revisions`."""

import os
import subprocess
from pathlib import Path

import pytest

from gateway.config import revisions
from gateway.config.document import MAX_FILE_BYTES
from gateway.config.revisions import RevisionError, copy_revision


class Repository:
    """A repository with a configuration in a folder of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "deploy"
        self.git("init", "-q", "-b", "main")
        self.write("config.toml", "schema = 1\n")
        self.write("providers/guest.toml", "kind = 'guest'\n")
        self.write("policies/orders.toml", "# first\n")
        self.write("policies/notes.md", "notes\n")
        self.write("policies/old/more.toml", "# deeper\n")
        self.write("pyproject.toml", "")
        self.commit("first")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(  # noqa: S603 - a list of our own
            ["git", "-C", str(self.root), *who, *arguments],  # noqa: S607
            check=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "repository"
    root.mkdir()
    return Repository(root)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def names(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )


def test_a_revision_is_copied_as_it_was(repository: Repository, into: Path) -> None:
    """What a configuration is made of, and nothing else of the folder."""
    repository.write("policies/orders.toml", "# second\n")
    repository.commit("second")

    copy_revision("HEAD~1", root=repository.folder, into=into)

    assert names(into) == [
        "config.toml",
        "policies/orders.toml",
        "providers/guest.toml",
    ]
    assert (into / "policies/orders.toml").read_text() == "# first\n"


def test_attributes_hide_nothing(repository: Repository, into: Path) -> None:
    """An archive would leave out what they say; a policy must not be left out."""
    (repository.root / ".gitattributes").write_text("*.toml export-ignore\n")
    repository.commit("attributes")

    copy_revision("main", root=repository.folder, into=into)

    assert "policies/orders.toml" in names(into)


def test_a_folder_of_a_revision_can_be_named(
    repository: Repository, into: Path
) -> None:
    """Policies alone are copied as they are."""
    copy_revision("HEAD:deploy/policies", root=repository.folder, into=into)

    assert names(into) == ["orders.toml"]


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("nothing", "there is no revision nothing"),
        ("--help", "there is no revision --help"),
        ("HEAD:nowhere", "there is no revision HEAD:nowhere"),
        ("HEAD:deploy/config.toml", "HEAD:deploy/config.toml is no folder"),
        ("HEAD:deploy/policies/old", "more.toml"),
        ("", "there is no revision"),
    ],
)
def test_what_is_not_there_is_told(
    repository: Repository, into: Path, revision: str, told: str
) -> None:
    """In one line."""
    if told == "more.toml":
        copy_revision(revision, root=repository.folder, into=into)
        assert names(into) == [told]
        return
    with pytest.raises(RevisionError, match=told):
        copy_revision(revision, root=repository.folder, into=into)


def test_a_folder_that_the_revision_did_not_have_is_told(
    repository: Repository, into: Path
) -> None:
    """The configuration may have moved since."""
    repository.write("../other/config.toml", "schema = 1\n")

    with pytest.raises(RevisionError, match="HEAD:other"):
        copy_revision("HEAD", root=repository.root / "other", into=into)


def test_a_folder_without_files_of_ours_is_told(
    repository: Repository, into: Path
) -> None:
    """Nothing is compared with nothing."""
    with pytest.raises(RevisionError, match="neither config"):
        copy_revision("HEAD:", root=repository.folder, into=into)


def test_a_link_is_not_followed(repository: Repository, into: Path) -> None:
    """Where it led to then, nobody knows."""
    (repository.folder / "policies/link.toml").symlink_to("orders.toml")
    repository.commit("link")

    with pytest.raises(RevisionError, match=r"policies/link\.toml is a symbolic link"):
        copy_revision("HEAD", root=repository.folder, into=into)


def test_sizes_are_bounded(
    repository: Repository, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each file, and of how many there are."""
    repository.write("policies/large.toml", "#" * (MAX_FILE_BYTES + 1))
    repository.commit("large")

    with pytest.raises(RevisionError, match=r"large\.toml is larger than"):
        copy_revision("HEAD", root=repository.folder, into=into)
    monkeypatch.setattr(revisions, "_MAX_FILES", 2)
    with pytest.raises(RevisionError, match="more than 2 files"):
        copy_revision("HEAD", root=repository.folder, into=into)


def test_outside_of_a_repository_there_are_no_revisions(
    tmp_path: Path, into: Path
) -> None:
    """Which is what git says."""
    with pytest.raises(RevisionError, match="not a git repository"):
        copy_revision("HEAD", root=tmp_path, into=into)


def test_git_may_be_missing_or_slow(
    repository: Repository, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a traceback."""
    with monkeypatch.context() as slow:
        slow.setattr(revisions, "_TIMEOUT", 0.0)
        with pytest.raises(RevisionError, match="took longer"):
            copy_revision("HEAD", root=repository.folder, into=into)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RevisionError, match="not installed"):
        copy_revision("HEAD", root=repository.folder, into=into)
