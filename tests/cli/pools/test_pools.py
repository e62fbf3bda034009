"""`gateway pools`."""

import tomllib
from typing import Any

import pytest

from gateway.app.loading import load
from gateway.app.offline import open_pool_services
from gateway.cli.clock import now
from tests.cli.desk import Desk
from tests.cli.pools.files import DECLARED, make


def shown(desk: Desk, pool_id: str) -> dict[str, Any]:
    settings: dict[str, Any] = desk.json("pools", "show", pool_id)["settings"]
    return settings


def test_pools_are_listed_with_the_file_that_declares_them(declared: Desk) -> None:
    """Others were made otherwise."""
    pool_id = make(declared)

    rows = declared.json("pools", "list")

    assert [set(row) for row in rows] == [{"id", "name", "created_at", "declared"}] * 2
    assert {row["id"]: row["declared"] for row in rows} == {
        DECLARED: "providers/people.toml",
        pool_id: "",
    }
    text = declared.run("pools", "list").stdout.splitlines()
    assert text[0].split() == ["id", "name", "created_at", "declared"]
    assert len(text) == 3


def test_a_pool_is_made_as_its_settings_say(desk: Desk) -> None:
    """Text may stand without its quotes; what is not named has its default."""
    pool_id = make(
        desk,
        "sign_up.open=false",
        "mfa.mode=optional",
        'mfa.kinds=["totp"]',
        "password.temporary_lifetime=2d",
    )

    settings = shown(desk, pool_id)
    assert settings["name"] == "Shop"
    assert settings["sign_up"]["open"] is False
    assert settings["sign_up"]["verified"] == ["email"]
    assert settings["mfa"] == {"mode": "optional", "kinds": ["totp"]}
    assert settings["password"]["temporary_lifetime"] == "2d"


def test_a_pool_may_have_an_id_of_ones_own(desk: Desk) -> None:
    result = desk.run("pools", "create", "Shop", "--id", "eu-west-1_Shop00000")

    assert result.stdout == "eu-west-1_Shop00000\n"
    again = desk.run("pools", "create", "Shop", "--id", "eu-west-1_Shop00000")
    assert (again.exit_code, "name_taken" in again.stderr) == (1, True)


def test_what_is_shown_is_a_file_that_declares_the_same(desk: Desk) -> None:
    """So that a pool that was tried out can be kept."""
    pool_id = make(desk, "sign_in.aliases=['email']", "tags.team=shop")

    text = desk.run("pools", "show", pool_id).stdout

    desk.write("providers/shop.toml", text)
    configuration = load(desk.config).configuration
    with open_pool_services(configuration.settings, clock=now) as services:
        before = services.pools.get(pool_id)
        services.reconciler.reconcile(configuration.providers)
        assert services.pools.get(pool_id) == before
    assert tomllib.loads(text)["id"] == "shop"


@pytest.mark.parametrize(
    ("name", "provider_id"), [("Die Läden", "die-l-den"), ("42", "pool"), ("Ö", "pool")]
)
def test_a_shown_pool_has_an_id_like_its_name(
    desk: Desk, name: str, provider_id: str
) -> None:
    """As far as an id can be."""
    pool_id = desk.json("pools", "create", name)["id"]

    text = desk.run("pools", "show", pool_id).stdout

    assert tomllib.loads(text)["id"] == provider_id


def test_a_setting_is_changed_alone(desk: Desk) -> None:
    """All others stay as they are."""
    pool_id = make(desk, "password.min_length=12", "tags.team=shop")
    before = shown(desk, pool_id)

    changed = desk.run("pools", "set", pool_id, "password.symbol=false", "tags.a=b")

    assert changed.stdout == f"{pool_id} is changed\n"
    before["password"]["symbol"] = False
    before["tags"]["a"] = "b"
    assert shown(desk, pool_id) == before
    assert desk.json("pools", "set", pool_id, "name=New")["name"] == "New"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("colour=red", "unknown key `colour`"),
        ("password.min_length=5", "password.min_length: has to be at least 6"),
        ("password=5", "password: "),
        ("mfa.mode=onn", "mfa.mode: has to be"),
        ("protected", "no KEY=VALUE"),
        ("a b=1", "no key"),
    ],
)
def test_what_is_no_setting_is_refused_in_words(
    desk: Desk, setting: str, told: str
) -> None:
    pool_id = make(desk)

    result = desk.run("pools", "set", pool_id, setting)

    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_a_setting_that_has_no_sense_is_refused(desk: Desk) -> None:
    """Beside the others, or because people may be there."""
    pool_id = make(desk)

    for setting in ("mfa.mode=on", 'sign_in.aliases=["email"]'):
        result = desk.run("pools", "set", pool_id, setting)
        assert (result.exit_code, "invalid_parameter" in result.stderr) == (1, True)
    assert desk.run("pools", "set", pool_id).exit_code == 2


def test_a_pool_is_deleted_in_two_steps(desk: Desk) -> None:
    """It is protected at first, and then it is asked for."""
    pool_id = make(desk)
    refused = desk.run("pools", "delete", pool_id, "--yes")
    assert (refused.exit_code, "not_allowed" in refused.stderr) == (1, True)
    desk.run("pools", "set", pool_id, "protected=false")

    doubted = desk.run("pools", "delete", pool_id, stdin="n\n")
    assert doubted.exit_code == 1
    assert "with 0 people?" in doubted.stderr
    meant = desk.run("pools", "delete", pool_id, stdin="y\n")
    assert meant.stdout.endswith(f"{pool_id} is deleted\n")

    assert desk.json("pools", "list") == []
    other = make(desk, "protected=false")
    deleted = desk.json("pools", "delete", other, "--yes")
    assert deleted == {"deleted": other, "people": 0}


def test_what_a_file_declares_is_changed_there(declared: Desk) -> None:
    """The next start would change it back."""
    for arguments in (("set", DECLARED, "name=New"), ("delete", DECLARED, "--yes")):
        result = declared.run("pools", *arguments)
        assert result.exit_code == 2
        assert "providers/people.toml" in result.stderr


def test_a_pool_that_there_is_not_is_told(desk: Desk) -> None:
    for arguments in (
        ("show", "us-east-1_Nobody000"),
        ("set", "us-east-1_Nobody000", "name=New"),
        ("delete", "us-east-1_Nobody000"),
    ):
        result = desk.run("pools", *arguments)
        assert (result.exit_code, "not_found" in result.stderr) == (1, True)


def test_more_pools_than_a_page_are_all_listed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cli.pools.desk.PAGE", 1)
    ids = sorted(make(desk) for _ in range(3))

    assert sorted(row["id"] for row in desk.json("pools", "list")) == ids
