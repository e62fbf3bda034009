"""`gateway init`."""

import base64

import pytest

from gateway.cli import init as command
from gateway.cli.local_files import Action
from tests.cli.desk import Desk

BACKEND = """\
kind = "developer"
id = "shop"
owner = "team@example.com"
keys = [{ file = "state/shop.jwks" }]
audiences = ["gateway"]
"""


def test_a_missing_store_key_is_made(desk: Desk) -> None:
    """32 random bytes, readable by the owner alone, and good for a start."""
    key = desk.root / "state/store.key"
    key.unlink()
    key.parent.rmdir()

    result = desk.run("init")

    assert result.exit_code == 0
    assert result.stdout == "state/store.key: made\n"
    assert len(base64.b64decode(key.read_bytes(), validate=False)) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert desk.run("check").exit_code == 0


def test_a_backends_key_pair_is_made(desk: Desk) -> None:
    """So that everything that the files refer to is there."""
    desk.write("providers/shop.toml", BACKEND)

    result = desk.run("init")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == (
        "state/shop.jwks: made; the private key is in state/shop.private.pem"
    )
    assert desk.run("check").exit_code == 0


def test_json_is_a_list_of_what_became_of_what(desk: Desk) -> None:
    """A contract with programs."""
    desk.write("providers/shop.toml", BACKEND)

    assert desk.json("init") == [
        {"name": "state/store.key", "action": "kept"},
        {
            "name": "state/shop.jwks",
            "action": "made",
            "private": "state/shop.private.pem",
        },
    ]
    assert [each["action"] for each in desk.json("init")] == ["kept", "kept"]


@pytest.mark.parametrize(
    ("reference", "words", "code"),
    [
        ('{ file = "state/store.key" }', "left as it is", 0),
        ('{ env = "GATEWAY_STORE_KEY" }', "read from the environment", 0),
        ('{ file = "../store.key" }', "outside the folder", 1),
        ('"c2VjcmV0"', "refers to nothing", 1),
    ],
)
def test_what_became_of_it_is_said(
    desk: Desk, reference: str, words: str, code: int
) -> None:
    """And whether everything is there afterwards."""
    desk.change("config.toml", '{ file = "state/store.key" }', reference)

    result = desk.run("init")

    assert result.exit_code == code
    assert words in result.stdout
    assert "c2VjcmV0" not in result.output


def test_a_private_key_that_is_none_is_told(desk: Desk) -> None:
    """It is not overwritten, so somebody has to look."""
    desk.write("providers/shop.toml", BACKEND)
    desk.write("state/shop.private.pem", "not a key")

    result = desk.run("init")

    assert result.exit_code == 1
    assert "state/shop.private.pem is no ES256 key" in result.stdout


def test_a_backend_with_other_algorithms_is_left_to_its_owner(desk: Desk) -> None:
    """Which key it should be is not guessed."""
    desk.write("providers/shop.toml", BACKEND + 'algorithms = ["EdDSA"]\n')

    result = desk.run("init")

    assert result.exit_code == 1
    assert "state/shop.jwks: is missing; its algorithms" in result.stdout


@pytest.mark.parametrize("name", ["config.toml", "providers/visitors.toml"])
def test_a_file_that_is_not_toml_is_a_fault(desk: Desk, name: str) -> None:
    """3, with its place; nothing was made."""
    (desk.root / "state/store.key").unlink()
    desk.write(name, "schema = \n")

    result = desk.run("init")

    assert result.exit_code == 3
    assert f"{name}:1:" in result.stderr
    assert not (desk.root / "state/store.key").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(desk: Desk) -> None:
    """1, and no traceback."""
    (desk.root / "state/store.key").unlink()
    (desk.root / "state").rmdir()
    desk.write("state", "a file in the folder's place")

    result = desk.run("init")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr


def test_every_action_can_be_told() -> None:
    """A new one needs its words."""
    assert set(Action) - set(command._TEXTS) == {Action.UNUSABLE}
