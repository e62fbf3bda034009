"""Where the files stand and what they may refer to: the outside world of one load.

Handed to the models as pydantic's validation context, so that a reference to a file or to
the environment is followed when it is read, and never again.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationInfo


def _environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - the one place where references are followed


@dataclass(frozen=True, slots=True)
class Door:
    """The outside world, as one load sees it.

    Attributes:
        root: The folder of `config.toml`; relative paths start here.
        environ: The environment that `{ env = "NAME" }` refers to.
        files: What public referenced files held, by path; they belong to the digest.
        public_url: What clients call the gateway, without a slash at the end; empty until
            that was read.
        follows: Whether references are followed at all. If not, each secret and each file
            is taken to be there: what is written is read, and nothing can be started.
    """

    root: Path = field(default_factory=Path)
    environ: Mapping[str, str] = field(default_factory=_environment, repr=False)
    files: dict[Path, bytes] = field(default_factory=dict, repr=False)
    public_url: str = ""
    follows: bool = True


def door_of(info: ValidationInfo) -> Door:
    """Return the door of this validation; the working folder's if none was given."""
    return info.context if isinstance(info.context, Door) else Door()
