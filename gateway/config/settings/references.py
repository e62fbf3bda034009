"""References to what does not stand in a file: secrets, certificates, folders.

A secret is `{ env = "NAME" }` or `{ file = "path" }`, never text: what stands in a file ends
up in a repository. References are followed when the file is read, so that what was checked
is what is used.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo

from gateway.config.reading import UnreadableError, read_bounded
from gateway.config.settings.door import Door, door_of
from gateway.config.settings.section import Called, flaw

# A certificate bundle of a whole public root store is about 250 KiB.
MAX_REFERENCED_BYTES = 1024 * 1024

# AES-256. As text, 64 hexadecimal digits, or base64 in either alphabet.
STORE_KEY_BYTES = 32
_KEY_TEXT = re.compile(rb"[0-9A-Fa-f]{64}|[A-Za-z0-9+/_-]{43}=?")

# Stands for every secret where references are not followed; in the form of a storage key.
_UNFOLLOWED = hashlib.sha256(b"not followed").hexdigest().encode()

_REFERENCE_HINT = 'write { env = "NAME" } or { file = "path" }'
_FILE_HINT = 'write { file = "path" }'


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A secret that stands outside the files, already fetched.

    Attributes:
        source: Where it came from: `env NAME` or `file path`. Safe to print.
        value: The secret; read it through `reveal`.
        path: The file that holds it, or `None` for the environment.
    """

    source: str
    value: bytes = field(repr=False)
    path: Path | None = None

    def reveal(self) -> bytes:
        """Return the secret itself, without a line break at its end."""
        return self.value


@dataclass(frozen=True, slots=True)
class FileRef:
    """A public file that is referred to, already read.

    Attributes:
        path: Absolute, or relative to the working folder as `config.toml` is.
        content: What it held when the configuration was loaded.
    """

    path: Path
    content: bytes = field(repr=False)


def parse_secret(value: Any, info: ValidationInfo) -> SecretRef:
    """Return the secret that a reference leads to."""
    if isinstance(value, SecretRef):
        return value
    if isinstance(value, str | int | float):
        raise flaw(
            "E501",
            "a secret is written here, where only a reference may",
            hint=_REFERENCE_HINT,
        )
    door = door_of(info)
    match value:
        case {"env": str(name), **rest} | {"file": str(name), **rest} if (
            name and not rest and not door.follows
        ):
            return SecretRef(source=f"{next(iter(value))} {name}", value=_UNFOLLOWED)
        case {"env": str(name), **rest} if not rest and name:
            return _from_environment(name, door)
        case {"file": str(name), **rest} if not rest and name:
            path = door.root / name
            raw = _read(path, name, is_secret=True).rstrip(b"\r\n")
            return SecretRef(source=f"file {name}", value=_filled(raw, name), path=path)
    raise flaw("E105", "this is no reference to a secret", hint=_REFERENCE_HINT)


def _from_environment(name: str, door: Door) -> SecretRef:
    if name not in door.environ:
        raise flaw("E502", f"the environment variable {name} is not set")
    raw = door.environ[name].encode("utf-8", "surrogateescape")
    return SecretRef(source=f"env {name}", value=_filled(raw, name))


def _filled(raw: bytes, name: str) -> bytes:
    if not raw:
        raise flaw("E502", f"the secret in {name} is empty")
    return raw


def parse_file(value: Any, info: ValidationInfo) -> FileRef:
    """Return the public file that `{ file = "path" }` leads to."""
    if isinstance(value, FileRef):
        return value
    match value:
        case {"file": str(name), **rest} if not rest and name:
            door = door_of(info)
            path = door.root / name
            if not door.follows:
                return FileRef(path=path, content=b"")
            content = _read(path, name, is_secret=False)
            door.files[path] = content
            return FileRef(path=path, content=content)
    raise flaw("E105", "this is no reference to a file", hint=_FILE_HINT)


def parse_folder(value: Any, info: ValidationInfo) -> Path:
    """Return the path, relative ones below the folder of `config.toml`."""
    if isinstance(value, Path):
        return door_of(info).root / value
    if not isinstance(value, str) or not value or "\0" in value:
        raise flaw("E105", "a path is text", hint='write "state/keys"')
    return door_of(info).root / value


def _read(path: Path, name: str, *, is_secret: bool) -> bytes:
    if "\0" in name:
        raise flaw("E105", "a path holds no NUL")
    try:
        return read_bounded(path, MAX_REFERENCED_BYTES)
    except UnreadableError as error:
        message = f"the file {name} {error.reason}"
        raise flaw("E502" if is_secret else "E108", message) from None


def store_key(secret: SecretRef) -> SecretRef:
    """Return the secret, if it can be 32 random bytes: what encrypts the storage."""
    value = secret.reveal()
    forms = _KEY_TEXT.fullmatch(value.strip()), len(value) == STORE_KEY_BYTES
    if not any(forms):
        raise flaw(
            "E503",
            f"the storage key is not {STORE_KEY_BYTES} bytes in base64 or hexadecimal",
            hint="`openssl rand -base64 32` makes one",
        )
    return secret


Secret = Annotated[SecretRef, PlainValidator(parse_secret), Called("secret")]
File = Annotated[FileRef, PlainValidator(parse_file), Called("file")]
FolderPath = Annotated[Path, PlainValidator(parse_folder), Called("path")]
