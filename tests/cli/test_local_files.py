"""Making what the files refer to."""

import errno
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.cli.local_files import Action, Outcome, backend_keys, store_key
from gateway.config.document import Document
from gateway.keys.signing import public_jwk

CONFIG = '[storage]\nencrypt_with = {{ file = "{}" }}\n'
BACKEND = 'kind = "developer"\nkeys = [{ file = "state/shop.jwks" }]\n'


def document(root: Path, text: str) -> Document:
    path = root / "file.toml"
    path.write_text(text)
    return Document.read(path)


def made(root: Path, text: str) -> list[Outcome]:
    return list(backend_keys([document(root, text)], root))


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    """Made anew each time."""
    config = document(tmp_path, CONFIG.format("store.key"))
    keys = set()
    for _ in range(2):
        assert store_key(config, tmp_path).action is Action.MADE
        keys.add((tmp_path / "store.key").read_bytes())
        (tmp_path / "store.key").unlink()

    assert len(keys) == 2


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """Overwriting it would lose everything that is stored."""
    (tmp_path / "store.key").write_text("theirs")
    config = document(tmp_path, CONFIG.format("store.key"))

    assert store_key(config, tmp_path).action is Action.KEPT

    assert (tmp_path / "store.key").read_text() == "theirs"


def test_a_broken_link_is_left_alone(tmp_path: Path) -> None:
    """It may lead to a volume that is not mounted yet."""
    (tmp_path / "store.key").symlink_to(tmp_path / "elsewhere")
    config = document(tmp_path, CONFIG.format("store.key"))

    assert store_key(config, tmp_path).action is Action.KEPT

    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["../store.key", "away/store.key", "{outside}/key"])
def test_nothing_is_made_outside_the_folder(tmp_path: Path, name: str) -> None:
    """Neither by name nor through a link to a folder."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "away").symlink_to(outside)
    name = name.format(outside=outside)

    config = document(root, CONFIG.format(name))
    assert store_key(config, root).action is Action.OUTSIDE
    backend = BACKEND.replace("state/shop.jwks", name)
    assert [each.action for each in made(root, backend)] == [Action.OUTSIDE]

    assert not list(outside.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside", "root"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('encrypt_with = { env = "KEY" }', Outcome("KEY", Action.ENVIRONMENT)),
        ('encrypt_with = "x"', Outcome("storage.encrypt_with", Action.NONE)),
        (
            'encrypt_with = { file = "\\u0000" }',
            Outcome("storage.encrypt_with", Action.NONE),
        ),
        ("", Outcome("storage.encrypt_with", Action.NONE)),
    ],
)
def test_a_reference_that_is_no_file_makes_nothing(
    tmp_path: Path, text: str, outcome: Outcome
) -> None:
    """Whether somebody else gives it, or nobody can."""
    assert store_key(document(tmp_path, f"[storage]\n{text}"), tmp_path) == outcome


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_full_disk_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It would be there, and so never be made again."""
    config = document(tmp_path, CONFIG.format("state/store.key"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(OSError, match="No space"):
            store_key(config, tmp_path)

    assert not list((tmp_path / "state").iterdir())


def test_a_kill_leaves_no_half_key(tmp_path: Path) -> None:
    """Whatever the process had written by then, the next run makes a whole one."""
    config = document(tmp_path, CONFIG.format("store.key"))
    child = os.fork()
    if not child:
        os.fsync = lambda _: os._exit(0)  # type: ignore[assignment]  # as if killed there
        try:
            store_key(config, tmp_path)
        finally:
            os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    assert not (tmp_path / "store.key").exists()
    assert store_key(config, tmp_path).action is Action.MADE
    assert len((tmp_path / "store.key").read_bytes()) == 45


def test_somebody_quicker_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two starts at once: the first key stays."""
    config = document(tmp_path, CONFIG.format("state/store.key"))
    path = tmp_path / "state" / "store.key"
    real = os.link

    def quicker(source: Path, target: Path) -> None:
        path.write_text("theirs")
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", quicker)
        assert store_key(config, tmp_path).action is Action.KEPT

    assert path.read_text() == "theirs"
    assert [each.name for each in path.parent.iterdir()] == ["store.key"]


def test_no_folder_is_made_for_others(tmp_path: Path) -> None:
    """Whoever may write there may replace the key."""
    config = document(tmp_path, CONFIG.format("state/keys/store.key"))

    before = os.umask(0)
    try:
        store_key(config, tmp_path)
    finally:
        os.umask(before)

    for name, mode in (("", 0o700), ("keys", 0o700), ("keys/store.key", 0o600)):
        assert (tmp_path / "state" / name).stat().st_mode & 0o777 == mode


def test_a_backends_keys_belong_together(tmp_path: Path) -> None:
    """The public half in the JWKS, the private one for its owner alone."""
    (outcome,) = made(tmp_path, BACKEND)

    assert outcome == Outcome("state/shop.jwks", Action.MADE, "state/shop.private.pem")
    private = tmp_path / "state/shop.private.pem"
    key = load_pem_private_key(private.read_bytes(), None)
    jwks = json.loads((tmp_path / "state/shop.jwks").read_text())
    assert jwks == {"keys": [public_jwk(key.public_key(), "ES256")]}  # type: ignore[arg-type]  # it is an elliptic one
    assert "d" not in jwks["keys"][0]
    assert private.stat().st_mode & 0o777 == 0o600


def test_an_interrupted_run_is_finished_with_the_same_key(tmp_path: Path) -> None:
    """The backend may have been given its private key already."""
    made(tmp_path, BACKEND)
    public = tmp_path / "state/shop.jwks"
    before = public.read_bytes()
    public.unlink()

    made(tmp_path, BACKEND)

    assert public.read_bytes() == before


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"not a key",
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        generate_private_key(SECP384R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        ),
    ],
)
def test_a_private_key_of_another_kind_is_not_used(tmp_path: Path, pem: bytes) -> None:
    """Nor overwritten."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state/shop.private.pem").write_bytes(pem)

    (outcome,) = made(tmp_path, BACKEND)

    assert outcome.action is Action.UNUSABLE
    assert not (tmp_path / "state/shop.jwks").exists()
    assert (tmp_path / "state/shop.private.pem").read_bytes() == pem


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ('kind = "oidc"\nkeys = [{ file = "a" }]', []),
        ('kind = "developer"', []),
        ('kind = "developer"\nkeys = "a"', []),
        ('kind = "developer"\nkeys = ["a", { env = "A" }, { file = "\\u0000" }]', []),
        (BACKEND + 'algorithms = ["RS256"]', [Action.OTHER_ALGORITHM]),
        ('[[provider]]\nkind = "oidc"\n[[provider]]\n' + BACKEND, [Action.MADE]),
        (
            'kind = "developer"\nkeys = [{ file = "a.jwks" }, { file = "b.jwks" }]',
            [Action.MADE, Action.MADE],
        ),
    ],
)
def test_only_missing_files_of_backends_are_made(
    tmp_path: Path, text: str, actions: list[Action]
) -> None:
    """In a file of their own, or among others; whatever else is wrong, `check` says."""
    assert [outcome.action for outcome in made(tmp_path, text)] == actions
