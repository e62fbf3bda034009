"""Which git commit the files in force come from.

Asked of the `git` command, since the formats of a repository are its own; once for each set
of files, off the request path. Without git, or outside of a repository, there is no answer,
and nothing depends on there being one.
"""

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Final

# A repository on a slow disk must not keep the gateway from starting.
TIMEOUT: Final = timedelta(seconds=3)

_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_POLICIES: Final = "policies"

# Behind a commit: the folder is not as it was committed.
CHANGED: Final = "+"


def find_revision(folder: Path, *, timeout: timedelta = TIMEOUT) -> str:
    """Return the commit that a configuration's folder is at; empty if nobody knows.

    Args:
        folder: Where `config.toml` lies.
        timeout: How long git may take for each of two questions.

    Returns:
        Hexadecimal digits, with `+` behind them if the policies are not as committed.
    """
    commit = (_ask(folder, timeout, "rev-parse", "--verify", "HEAD") or "").strip()
    if _COMMIT.fullmatch(commit) is None:
        return ""
    changes = _ask(folder, timeout, "status", "--porcelain", "--", _POLICIES)
    # If git does not say that nothing was changed, something may have been.
    return commit if changes == "" else commit + CHANGED


def _ask(folder: Path, timeout: timedelta, *question: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # Neither locks nor hooks: this is a look at the repository and no more.
    options = ("--no-optional-locks", "-c", "core.fsmonitor=false")
    try:
        answer = subprocess.run(  # noqa: S603 - the words are our own
            [git, *options, *question],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout.total_seconds(),
            check=True,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout
