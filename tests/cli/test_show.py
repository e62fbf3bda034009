"""`gateway show`."""

import tomllib
from pathlib import Path

import pytest

from gateway.config.codes import CODES
from gateway.config.load import KINDS
from tests.cli.desk import Desk


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_shown_in_full_without_any_file(desk: Desk, kind: str) -> None:
    """Whoever chooses a kind has no configuration yet."""
    result = desk.run("show", "provider", kind, GATEWAY_CONFIG="/nowhere/config.toml")

    assert result.exit_code == 0
    subject = tomllib.loads(result.stdout)["map"]["subject"]
    assert ("saml.name_id" if kind == "saml" else "claims.sub") in subject


def test_a_preset_hides_nothing(desk: Desk) -> None:
    """`google` is `oidc` with this in it."""
    document = desk.json("show", "provider", "google")

    assert document["kind"] == "oidc"
    assert document["issuer"] == "https://accounts.google.com"
    assert document["algorithms"] == ["RS256"]


def test_a_provider_of_ones_own_is_shown_with_its_defaults(desk: Desk) -> None:
    """What is in force, not only what was written."""
    result = desk.run("show", "provider", "visitors")

    assert result.exit_code == 0
    document = tomllib.loads(result.stdout)
    assert document["owner"] == "team@example.com"
    assert document["link"]["policy"] == "never"


def test_what_a_kind_brings_into_the_profile_is_shown(desk: Desk) -> None:
    """Beside what the file says of it."""
    desk.write(
        "providers/git.toml",
        "kind = 'gitlab'\nid = 'git'\nowner = 'x'\nclient.id = 'a'\n"
        "sign_in.profile.website = \"'https://git.example'\"\n",
    )

    profile = desk.json("show", "provider", "git")["sign_in"]["profile"]

    assert profile["website"] == "'https://git.example'"
    assert profile["given_name"] == "claim('given_name', '')"


def test_an_id_may_be_called_like_a_kind(desk: Desk) -> None:
    """Then the option says which is meant."""
    desk.change("providers/visitors.toml", '"visitors"', '"guest"')

    kind = desk.json("show", "provider", "guest")
    own = desk.json("show", "provider", "guest", "--id")

    assert kind["owner"] != own["owner"] == "team@example.com"


@pytest.mark.parametrize("arguments", [["nobody"], ["google", "--id"]])
def test_a_provider_that_is_not_there_is_wrong_usage(
    desk: Desk, arguments: list[str]
) -> None:
    """With the ones that are."""
    result = desk.run("show", "provider", *arguments)

    assert result.exit_code == 2
    assert "visitors" in result.stderr


def test_settings_in_force_are_shown_without_secrets(desk: Desk) -> None:
    """Defaults included; the store key by its name alone."""
    document = desk.json("show", "settings")

    assert document["server"]["listen"] == "127.0.0.1:8080"
    assert document["guest"]["rate"]["per_ip"] == "30/h"
    assert document["storage"]["encrypt_with"] == {"file": "state/store.key"}
    assert desk.store_key not in desk.run("show", "settings").output


def test_routes_are_shown_with_who_may_pass(desk: Desk) -> None:
    """A guest might: there is a rule for guests."""
    assert desk.json("show", "routes") == [
        {
            "id": "orders",
            "methods": ["GET", "POST"],
            "host": "api.example.com",
            "path": "/orders/{order}",
            "upstream": "orders",
            "audience": "https://orders.example",
            "profile": "api",
            "tags": ["internal"],
            "guests": True,
        }
    ]
    header, row = desk.run("show", "routes").stdout.splitlines()
    assert header.split() == [
        "id",
        "methods",
        "host",
        "path",
        "upstream",
        "profile",
        "tags",
        "guests",
    ]
    assert row.split()[-1] == "yes"


def test_a_route_without_a_rule_for_guests_is_closed_to_them(desk: Desk) -> None:
    """`no` means that no guest ever passes."""
    desk.change("policies/orders.toml", 'for = ["guest"]', 'for = ["service"]')

    assert desk.run("show", "routes").stdout.splitlines()[1].split()[-1] == "no"


def test_codes_are_shown_with_their_meaning(desk: Desk) -> None:
    """All of them."""
    assert desk.json("show", "codes") == dict(CODES)
    for code, meaning in CODES.items():
        assert f"{code}  {meaning}\n" in desk.run("show", "codes").stdout


def test_a_file_with_a_fault_is_not_shown(desk: Desk) -> None:
    """3, with the fault."""
    desk.change("config.toml", "[guest]", "[guests]")

    result = desk.run("show", "settings")

    assert result.exit_code == 3
    assert "error[E103]" in result.stderr


@pytest.mark.parametrize("kind", ["config", "provider", "policy"])
def test_a_schema_is_printed_as_it_is_kept(desk: Desk, kind: str) -> None:
    """To be written into a file; the configuration need not even exist."""
    kept = Path(__file__).parents[2] / f"docs/schemas/{kind}.schema.json"

    result = desk.run("show", "schema", kind, GATEWAY_CONFIG="nowhere.toml")
    assert result.exit_code == 0
    assert result.stdout == kept.read_text()


def test_there_are_no_other_schemas(desk: Desk) -> None:
    """Wrong usage is 2."""
    assert desk.run("show", "schema", "policies").exit_code == 2
