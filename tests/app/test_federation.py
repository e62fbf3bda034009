"""The providers that people sign in at."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.app.federation import build_parties
from tests.config.files import Folder

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
GITHUB = """
kind = "github"
id = "github"
owner = "identity-team@example.com"
client = { id = "Iv1.8a61f9b3a7aba766", secret = { env = "GITHUB" } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.environ["GITHUB"] = "secret"
    return made


def test_each_provider_with_a_login_has_one(folder: Folder) -> None:
    folder.write("providers/github.toml", GITHUB)
    folder.write(
        "providers/exchange.toml",
        GITHUB.replace('id = "github"', 'id = "tokens"\naccept.flows = ["exchange"]'),
    )
    folder.write(
        "providers/off.toml",
        GITHUB.replace('id = "github"', 'id = "off"\nenabled = false'),
    )

    parties = build_parties(folder.load(), clock=lambda: NOON)

    assert {name: party.provider for name, party in parties.items()} == {
        "github": "github"
    }
