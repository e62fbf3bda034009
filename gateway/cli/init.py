"""`gateway init`: makes the local secrets that the configuration refers to.

That is the storage key, the one secret that nobody else has to give. Nothing that is there
is ever overwritten.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from gateway.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    Format,
    FormatOption,
)
from gateway.cli.output import print_json, print_text
from gateway.config.document import Document

_MAX_CONFIG_BYTES = 4 * 1024 * 1024
_KEY_BYTES = 32

_TEXTS = {
    "made": "made, with 32 random bytes; only its owner can read it",
    "kept": "is there already; left as it is",
    "environment": "is read from the environment; nothing to make",
    "outside": "is outside the folder of the configuration; make it yourself",
    "none": "`storage.encrypt_with` refers to nothing; see `gateway check`",
}


def init(
    config: ConfigOption = DEFAULT_CONFIG, output: FormatOption = Format.TEXT
) -> None:
    """Make the local secrets that config.toml refers to.

    That is the storage key: if `storage.encrypt_with` names a file below the folder of
    config.toml and there is none, it is made, with 32 random bytes in base64, readable by
    its owner alone. Nothing is ever overwritten. Keep a copy of the key: without it, what
    is stored cannot be read.

    Ends with 0, or with 1 if the key is missing and cannot be made here.
    """
    document = Document.read(config, config.name, _MAX_CONFIG_BYTES)
    name, action = _prepare(document.data, config.parent)
    if output is Format.JSON:
        print_json([{"name": name, "action": action}])
    else:
        print_text(f"{name}: {_TEXTS[action]}")
    if action in {"outside", "none"}:
        raise typer.Exit(ExitCode.FAILED)


def _prepare(data: Mapping[str, Any], root: Path) -> tuple[str, str]:
    """Make the storage key if it is missing; return its name and what was done."""
    match data:
        case {"storage": {"encrypt_with": {"file": str(name)}}} if "\0" not in name:
            return name, _make(root, name)
        case {"storage": {"encrypt_with": {"env": str(name)}}}:
            return name, "environment"
        case _:
            return "storage.encrypt_with", "none"


def _make(root: Path, name: str) -> str:
    path = root / name
    if os.path.lexists(path):
        return "kept"
    # Resolved, so that neither ".." nor a link to a folder leads elsewhere.
    if not path.resolve().is_relative_to(root.resolve()):
        return "outside"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        return "kept"
    try:
        os.write(descriptor, base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
        os.fsync(descriptor)
    except OSError:
        # Half a key would be taken for one that must not be overwritten.
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    return "made"
