"""`gateway pools clients`."""

import json

import pytest

from tests.cli.desk import Desk
from tests.cli.pools.files import DECLARED, make

CALLBACK = 'redirect_uris=["https://app.example.com/callback"]'
BASIC = "authentication=basic"
OWN_SECRET = "0123456789abcdefghijklmn"
JWKS = {"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]}


@pytest.fixture
def pool(desk: Desk) -> str:
    return make(desk)


def register(desk: Desk, pool: str, *settings: str) -> str:
    row = desk.json("pools", "clients", "create", pool, "App", *settings)
    client_id: str = row["id"]
    return client_id


def test_a_public_client_is_registered(desk: Desk, pool: str) -> None:
    """With an id of its own, or one that is made up."""
    result = desk.run("pools", "clients", "create", pool, "App", CALLBACK)
    named = desk.json("pools", "clients", "create", pool, "App", "--id", "app")

    assert len(result.stdout.strip()) == 26
    assert named == {
        "id": "app",
        "pool_id": pool,
        "name": "App",
        "authentication": "none",
        "declared": "",
        "secret": None,
    }
    listed = desk.json("pools", "clients", "list", pool)
    assert {row["id"] for row in listed} == {result.stdout.strip(), "app"}
    text = desk.run("pools", "clients", "list", pool).stdout.splitlines()
    assert text[0].split() == ["id", "name", "authentication", "declared"]


def test_a_secret_is_printed_once_it_is_made_or_asked_for(
    desk: Desk, pool: str
) -> None:
    """And can be replaced."""
    made = desk.run("pools", "clients", "create", pool, "App", BASIC)
    client, secret = made.stdout.splitlines()

    assert len(secret) == 51
    assert desk.run("pools", "clients", "secret", client).stdout == f"{secret}\n"
    renewed = desk.json("pools", "clients", "secret", client, "--renew")["secret"]
    assert renewed != secret
    assert desk.json("pools", "clients", "secret", client)["secret"] == renewed
    public = register(desk, pool)
    assert desk.run("pools", "clients", "secret", public).exit_code == 2
    assert desk.json("pools", "clients", "secret", public)["secret"] is None


def test_a_secret_may_be_brought_along_by_reference(desk: Desk, pool: str) -> None:
    """At first, and later; what is written out is refused."""
    desk.write("state/app.secret", OWN_SECRET)
    reference = f'secret={{ file = "{desk.root}/state/app.secret" }}'
    client = register(desk, pool, BASIC, reference)
    assert desk.json("pools", "clients", "secret", client)["secret"] == OWN_SECRET

    desk.write("state/app.secret", OWN_SECRET[::-1])
    desk.run("pools", "clients", "set", client, reference)
    assert desk.json("pools", "clients", "secret", client)["secret"] == OWN_SECRET[::-1]

    written = desk.run("pools", "clients", "set", client, f"secret={OWN_SECRET}")
    assert written.exit_code == 2
    assert OWN_SECRET not in written.stderr


def test_a_client_is_shown_as_one_would_write_it(desk: Desk, pool: str) -> None:
    """Without its secret; public keys by the name of a file."""
    desk.write("app.jwks", json.dumps(JWKS))
    client = register(
        desk,
        pool,
        "authentication=private_key_jwt",
        'jwks={ file = "app.jwks" }',
        "lifetimes.access=5m",
    )

    settings = desk.json("pools", "clients", "show", client)["settings"]

    assert settings["authentication"] == "private_key_jwt"
    assert settings["jwks"] == {"file": f"{client}.jwks"}
    assert settings["lifetimes"]["access"] == "5m"
    text = desk.run("pools", "clients", "show", client).stdout
    assert f'id = "{client}"' in text


def test_a_setting_is_changed_alone(desk: Desk, pool: str) -> None:
    client = register(desk, pool, CALLBACK)
    before = desk.json("pools", "clients", "show", client)["settings"]

    changed = desk.run("pools", "clients", "set", client, "rotation.enabled=false")

    assert changed.stdout == f"{client} is changed\n"
    before["rotation"]["enabled"] = False
    assert desk.json("pools", "clients", "show", client)["settings"] == before
    assert desk.json("pools", "clients", "set", client, "name=New")["name"] == "New"
    for settings in ((), ("colour=red",)):
        result = desk.run("pools", "clients", "set", client, *settings)
        assert result.exit_code == 2
    wrong = desk.run("pools", "clients", "set", client, 'scopes=["unknown"]')
    assert (wrong.exit_code, "invalid_parameter" in wrong.stderr) == (1, True)


def test_a_client_is_deleted_if_that_is_meant(desk: Desk, pool: str) -> None:
    client = register(desk, pool)

    assert desk.run("pools", "clients", "delete", client, stdin="n\n").exit_code == 1
    deleted = desk.json("pools", "clients", "delete", client, "--yes")

    assert deleted == {"deleted": client}
    other = register(desk, pool)
    told = desk.run("pools", "clients", "delete", other, stdin="y\n").stdout
    assert told.endswith(f"{other} is deleted\n")
    for arguments in (
        ("show", client),
        ("secret", client),
        ("set", client, "name=x"),
        ("delete", client),
        ("list", "us-east-1_Nobody000"),
        ("create", "us-east-1_Nobody000", "App"),
    ):
        result = desk.run("pools", "clients", *arguments)
        assert (result.exit_code, "not_found" in result.stderr) == (1, True), arguments


def test_what_a_file_declares_is_changed_there(declared: Desk) -> None:
    """The next start would change it back."""
    (row,) = declared.json("pools", "clients", "list", DECLARED)
    assert row["declared"] == "providers/people.toml"

    for arguments in (
        ("set", "app", "name=New"),
        ("delete", "app", "--yes"),
        ("secret", "app", "--renew"),
    ):
        result = declared.run("pools", "clients", *arguments)
        assert result.exit_code == 2
        assert "providers/people.toml" in result.stderr


def test_more_clients_than_a_page_are_all_listed(
    desk: Desk, pool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cli.pools.desk.PAGE", 1)
    ids = {register(desk, pool) for _ in range(3)}

    assert {row["id"] for row in desk.json("pools", "clients", "list", pool)} == ids
