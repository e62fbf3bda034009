"""The commit that the files in force come from."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app.revision import find_revision


def git(folder: Path, *words: str) -> str:
    person = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    command = [shutil.which("git") or "git", *person, *words]
    answer = subprocess.run(  # noqa: S603 - the tests' own words
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a configuration in a folder of it."""
    folder = tmp_path / "gateway"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies/orders.toml").write_text("one")
    (folder / "config.toml").write_text("one")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    return folder


def test_the_commit_is_told(repository: Path) -> None:
    """Also if the configuration lies in a folder of the repository."""
    assert find_revision(repository) == git(repository, "rev-parse", "HEAD")


def test_a_changed_policy_is_told_with_it(repository: Path) -> None:
    """Changed, new or gone; other files decide less."""
    commit = git(repository, "rev-parse", "HEAD")
    policies = repository / "policies"

    (repository / "config.toml").write_text("two")
    assert find_revision(repository) == commit
    (policies / "orders.toml").write_text("two")
    assert find_revision(repository) == f"{commit}+"
    (policies / "orders.toml").write_text("one")
    (policies / "new.toml").write_text("one")
    assert find_revision(repository) == f"{commit}+"
    (policies / "new.toml").unlink()
    (policies / "orders.toml").unlink()
    assert find_revision(repository) == f"{commit}+"


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    """Nor in one that has no commit, nor where there is no folder."""
    assert find_revision(tmp_path) == ""
    assert find_revision(tmp_path / "nowhere") == ""
    git(tmp_path, "init", "--quiet")
    assert find_revision(tmp_path) == ""


def test_without_git_there_is_none(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway does not need it."""
    monkeypatch.setenv("PATH", "")

    assert find_revision(repository) == ""


def test_nobody_waits_for_long(repository: Path) -> None:
    """A repository may lie on a disk that does not answer."""
    assert find_revision(repository, timeout=timedelta(0)) == ""


def test_a_repository_that_cannot_be_compared_may_be_changed(
    repository: Path, tmp_path: Path
) -> None:
    """No answer is not the answer that nothing was changed."""
    commit = git(repository, "rev-parse", "HEAD")
    (tmp_path / ".git/index").write_bytes(b"broken")

    assert find_revision(repository) == f"{commit}+"
