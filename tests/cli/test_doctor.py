"""`gateway doctor`."""

import json

from tests.cli.desk import Desk

BACKEND = """\
kind = "developer"
id = "backend"
owner = "team@example.com"
keys = [{ file = "state/backend.jwks" }]
audiences = ["gateway"]
"""


def test_a_provider_with_nothing_wrong_ends_well(desk: Desk) -> None:
    result = desk.run("doctor", "provider", "visitors")

    assert result.exit_code == 0
    assert result.stdout == "fine      network: nobody else has to be asked\n"


def test_programs_get_it_as_json(desk: Desk) -> None:
    result = desk.run("doctor", "provider", "visitors", "--format", "json")

    assert json.loads(result.stdout) == {
        "provider": "visitors",
        "kind": "guest",
        "fine": True,
        "findings": [
            {
                "check": "network",
                "state": "fine",
                "message": "nobody else has to be asked",
                "help": "",
            }
        ],
    }


def test_a_provider_that_is_not_there_is_wrong_usage(desk: Desk) -> None:
    """With the ones that are."""
    result = desk.run("doctor", "provider", "nobody")

    assert result.exit_code == 2
    assert "visitors" in result.stderr


def test_files_with_faults_are_told_as_everywhere(desk: Desk) -> None:
    desk.write("providers/backend.toml", f"{BACKEND}nonsense = 1\n")

    result = desk.run("doctor", "provider", "backend")

    assert result.exit_code == 3
    assert "nonsense" in result.stdout + result.stderr


def test_what_is_wrong_ends_with_3_and_says_what_to_do(desk: Desk) -> None:
    desk.write("state/backend.jwks", "{}")
    desk.write("providers/backend.toml", BACKEND)

    result = desk.run("doctor", "provider", "backend")
    as_json = desk.run("doctor", "provider", "backend", "--format", "json")

    assert result.exit_code == as_json.exit_code == 3
    assert "\n          help: put public keys there\n" in result.stdout
    assert json.loads(as_json.stdout)["fine"] is False
