"""References to secrets, certificates and folders."""

import base64
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AfterValidator, Field

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.settings.door import Door
from gateway.config.settings.references import (
    File,
    FileRef,
    FolderPath,
    Secret,
    SecretRef,
    store_key,
)
from gateway.config.settings.section import Section
from gateway.config.validation import Reader


class Refs(Section):
    """One of each."""

    secret: Secret | None = Field(default=None, description="Secret.")
    store: Annotated[Secret, AfterValidator(store_key)] | None = Field(
        default=None, description="Key."
    )
    file: File | None = Field(default=None, description="File.")
    folder: FolderPath = Field(
        default=Path("x"), validate_default=True, description="Folder."
    )


def read(root: Path, text: str, **environ: str) -> Refs | Fault:
    file = Document(path=root, name="f.toml", raw=text.encode())
    reader = Reader(file, Door(root=root, environ=environ))
    settings = reader.read(Refs, file.data)
    if settings is not None:
        return settings
    (fault,) = reader.faults
    return fault


def good(root: Path, text: str, **environ: str) -> Refs:
    settings = read(root, text, **environ)
    assert isinstance(settings, Refs)
    return settings


def refused(root: Path, text: str, **environ: str) -> Fault:
    fault = read(root, text, **environ)
    assert isinstance(fault, Fault)
    return fault


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    """And says from where."""
    secret = good(tmp_path, "secret = { env = 'NAME' }", NAME="hunter2").secret

    assert secret is not None
    assert secret.reveal() == b"hunter2"
    assert (secret.source, secret.path) == ("env NAME", None)


def test_a_secret_comes_from_a_file_below_the_folder(tmp_path: Path) -> None:
    """Without the line break that editors put at its end."""
    (tmp_path / "key").write_bytes(b"hunter2\r\n")

    secret = good(tmp_path, "secret = { file = 'key' }").secret

    assert secret is not None
    assert secret.reveal() == b"hunter2"
    assert (secret.source, secret.path) == ("file key", tmp_path / "key")


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    """Secrets are often mounted elsewhere."""
    (tmp_path / "key").write_bytes(b"hunter2")

    text = f"secret = {{ file = '{tmp_path}/key' }}"

    assert good(Path("/nowhere"), text).secret is not None


def test_a_secret_is_shown_nowhere() -> None:
    """Not in its representation, not in that of what holds it."""
    secret = SecretRef(source="env NAME", value=b"hunter2")

    assert "hunter2" not in repr(secret)
    assert "hunter2" not in str(Refs(secret=secret))
    assert "hunter2" not in Refs(secret=secret).model_dump_json(exclude={"secret"})


def test_references_are_equal_if_what_they_lead_to_is() -> None:
    """A reload asks whether anything has changed."""
    one = SecretRef(source="env A", value=b"x")

    assert one == SecretRef(source="env A", value=b"x")
    assert one != SecretRef(source="env A", value=b"y")
    assert FileRef(path=Path("a"), content=b"x") != FileRef(Path("a"), b"y")


@pytest.mark.parametrize("value", ["'hunter2'", "5", "1.5", "'''\nhunter2'''"])
def test_a_secret_in_the_file_is_an_error(tmp_path: Path, value: str) -> None:
    """It ends up in a repository."""
    fault = refused(tmp_path, f"secret = {value}")

    assert fault.code == "E501"
    assert "hunter2" not in fault.as_text()


@pytest.mark.parametrize(
    "value",
    [
        "{}",
        "{ env = '' }",
        "{ file = '' }",
        "{ env = 5 }",
        "{ env = 'A', file = 'b' }",
        "{ fiel = 'b' }",
        "[]",
    ],
)
def test_what_is_no_reference_is_told_how_to_write_one(
    tmp_path: Path, value: str
) -> None:
    """There are two forms."""
    fault = refused(tmp_path, f"secret = {value}", A="x")

    assert fault.code == "E105"
    assert fault.help == 'write { env = "NAME" } or { file = "path" }'


def test_a_missing_secret_is_an_error(tmp_path: Path) -> None:
    """Apisix #12373: without its secret, a route was open."""
    (tmp_path / "empty").write_bytes(b"\n")
    cases = {
        "{ env = 'NONE' }": "the environment variable NONE is not set",
        "{ env = 'EMPTY' }": "the secret in EMPTY is empty",
        "{ file = 'none' }": "the file none does not exist",
        "{ file = 'empty' }": "the secret in empty is empty",
        "{ file = '.' }": "the file . is a folder",
    }

    for value, message in cases.items():
        fault = refused(tmp_path, f"secret = {value}", EMPTY="")
        assert (fault.code, fault.message) == ("E502", f"secret: {message}")


def test_a_path_holds_no_nul(tmp_path: Path) -> None:
    """The system would raise another error than its own."""
    assert refused(tmp_path, 'secret = { file = "a\\u0000" }').code == "E105"
    assert refused(tmp_path, 'file = { file = "a\\u0000" }').code == "E105"
    assert refused(tmp_path, 'folder = "a\\u0000"').code == "E105"


def test_a_file_is_read_once(tmp_path: Path) -> None:
    """What was checked is what is used."""
    (tmp_path / "ca.pem").write_bytes(b"PEM\n")

    file = good(tmp_path, "file = { file = 'ca.pem' }").file
    (tmp_path / "ca.pem").write_bytes(b"OTHER")

    assert file == FileRef(path=tmp_path / "ca.pem", content=b"PEM\n")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("{ file = 'none' }", "E108"),
        ("{ file = 'large' }", "E108"),
        ("'ca.pem'", "E105"),
        ("{ file = 5 }", "E105"),
        ("{ file = 'large', env = 'x' }", "E105"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, value: str, code: str
) -> None:
    """Missing, too large, or no reference at all."""
    with (tmp_path / "large").open("wb") as large:
        large.truncate(1024 * 1024 + 1)

    assert refused(tmp_path, f"file = {value}").code == code


def test_a_folder_stands_below_the_root(tmp_path: Path) -> None:
    """The default too."""
    assert good(tmp_path, "").folder == tmp_path / "x"
    assert good(tmp_path, "folder = 'a/b'").folder == tmp_path / "a/b"
    assert good(tmp_path, "folder = '/a'").folder == Path("/a")
    assert refused(tmp_path, "folder = ''").code == "E105"
    assert refused(tmp_path, "folder = 5").code == "E105"


RANDOM = bytes(range(7, 39))


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(RANDOM).decode(),
        base64.urlsafe_b64encode(RANDOM).decode().rstrip("="),
        RANDOM.hex(),
        f" {RANDOM.hex()} ",
        "0123456789abcdefghijklmnopqrst$$",
    ],
)
def test_a_storage_key_is_32_bytes(tmp_path: Path, text: str) -> None:
    """As base64, as hexadecimal digits, or as they are."""
    assert good(tmp_path, "store = { env = 'K' }", K=text).store is not None


@pytest.mark.parametrize(
    "text",
    ["short", "x" * 31, "x" * 33, RANDOM.hex()[:-1], RANDOM.hex() + "0", "x" * 42],
)
def test_a_password_is_no_storage_key(tmp_path: Path, text: str) -> None:
    """It could be guessed; and half a key must not pass for a whole one."""
    fault = refused(tmp_path, "store = { env = 'K' }", K=text)

    assert fault.code == "E503"
    assert text not in fault.as_text()


def test_a_reference_that_was_followed_already_is_kept() -> None:
    """Presets and tests are built from values, not from files."""
    secret = SecretRef(source="env A", value=b"x" * 32)
    file = FileRef(path=Path("a"), content=b"x")

    settings = Refs(secret=secret, store=secret, file=file)

    assert (settings.secret, settings.store, settings.file) == (secret, secret, file)


def test_references_need_not_be_followed(tmp_path: Path) -> None:
    """Of a past revision, nobody has what they led to; but they have to be references."""
    text = """
    secret = { env = 'NAME' }
    store = { file = 'state/key' }
    file = { file = 'ca.pem' }
    """
    door = Door(root=tmp_path, environ={}, follows=False)
    file = Document(path=tmp_path, name="f.toml", raw=text.encode())
    reader = Reader(file, door)

    settings = reader.read(Refs, file.data)

    assert settings is not None, reader.faults
    assert settings.secret is not None
    assert settings.secret.source == "env NAME"
    assert settings.store is not None
    assert settings.store.source == "file state/key"
    assert settings.file == FileRef(path=tmp_path / "ca.pem", content=b"")
    assert door.files == {}
    written = Document(path=tmp_path, name="f.toml", raw=b"secret = 'hunter2'")
    assert Reader(written, door).read(Refs, written.data) is None
