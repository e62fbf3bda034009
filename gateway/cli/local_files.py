"""Makes the secrets and keys that the files refer to, where nobody else has to give them.

Only below the folder of the configuration, and only what is not there: nothing is ever
overwritten, because what is there may be all that can open what was stored.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.config.document import Document
from gateway.config.private_folder import make_private_folder
from gateway.keys.signing import generate, public_jwk

_KEY_BYTES = 32
_SECRET_MODE = 0o600
_PUBLIC_MODE = 0o644

# What a developer's file accepts if it names no algorithms.
_DEFAULT_ALGORITHMS = ("RS256", "ES256")
_ALGORITHM: Final = "ES256"
_CURVE = "secp256r1"


class Action(StrEnum):
    """What became of something that the files refer to."""

    MADE = "made"
    KEPT = "kept"
    ENVIRONMENT = "environment"
    OUTSIDE = "outside"
    NONE = "none"
    OTHER_ALGORITHM = "other_algorithm"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that the files refer to.

    Attributes:
        name: As written in the file: a path, or an environment variable.
        action: What became of it.
        private: For a key pair, the file with the private key.
    """

    name: str
    action: Action
    private: str = ""


def store_key(config: Document, root: Path) -> Outcome:
    """Make the storage key, if `storage.encrypt_with` names a file that is missing.

    Args:
        config: `config.toml`.
        root: Its folder.

    Raises:
        OSError: The file cannot be written.
    """
    match config.data:
        case {"storage": {"encrypt_with": {"file": str(name)}}} if "\0" not in name:
            key = base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n"
            return Outcome(name, _make(root, name, key, mode=_SECRET_MODE))
        case {"storage": {"encrypt_with": {"env": str(name)}}}:
            return Outcome(name, Action.ENVIRONMENT)
        case _:
            return Outcome("storage.encrypt_with", Action.NONE)


def backend_keys(providers: Sequence[Document], root: Path) -> Iterator[Outcome]:
    """Make a key pair for each backend of kind `developer` whose public keys are missing.

    The private key is put beside the public ones, for the backend to be given.

    Args:
        providers: The files of `providers/`.
        root: The folder that their paths are relative to.

    Raises:
        OSError: A file cannot be read or written.
    """
    for table in _tables(providers):
        algorithms = table.get("algorithms", _DEFAULT_ALGORITHMS)
        for name in _key_files(table):
            if os.path.lexists(root / name):
                yield Outcome(name, Action.KEPT)
            elif _ALGORITHM in algorithms:
                yield _make_pair(root, name)
            else:
                yield Outcome(name, Action.OTHER_ALGORITHM)


def _tables(providers: Sequence[Document]) -> Iterator[Mapping[str, Any]]:
    for document in providers:
        several = document.data.get("provider")
        tables = several if isinstance(several, list) else [document.data]
        yield from (t for t in tables if t.get("kind") == "developer")


def _key_files(table: Mapping[str, Any]) -> Iterator[str]:
    keys = table.get("keys")
    for each in keys if isinstance(keys, list) else []:
        match each:
            case {"file": str(name)} if "\0" not in name:
                yield name


def _make_pair(root: Path, name: str) -> Outcome:
    private = str(Path(name).with_suffix(".private.pem"))
    pem = generate(_ALGORITHM).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    action = _make(root, private, pem, mode=_SECRET_MODE)
    if action is Action.OUTSIDE:
        return Outcome(name, action)
    # If an earlier run came no further than this, its private key is the one that counts.
    key = _read_private(root / private)
    if key is None:
        return Outcome(name, Action.UNUSABLE, private)
    jwks = {"keys": [public_jwk(key.public_key(), _ALGORITHM)]}
    text = json.dumps(jwks, indent=2).encode() + b"\n"
    return Outcome(name, _make(root, name, text, mode=_PUBLIC_MODE), private)


def _read_private(path: Path) -> EllipticCurvePrivateKey | None:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (TypeError, ValueError):
        # Encrypted, or no PEM at all.
        return None
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == _CURVE:
        return key
    return None


def _make(root: Path, name: str, content: bytes, *, mode: int) -> Action:
    """Write a new file below the folder, whole or not at all."""
    path = root / name
    if os.path.lexists(path):
        return Action.KEPT
    # Resolved, so that neither ".." nor a link to a folder leads elsewhere.
    if not path.resolve().is_relative_to(root.resolve()):
        return Action.OUTSIDE
    make_private_folder(path.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(beside, content, mode=mode)
        # Under its name it is there as a whole: half a key, left by a kill or a full disk,
        # would be taken for one that must not be overwritten.
        os.link(beside, path)
    except FileExistsError:
        return Action.KEPT
    finally:
        beside.unlink(missing_ok=True)
    return Action.MADE


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
