"""Where identities are kept."""

from pathlib import Path

import pytest

from gateway.config.settings.references import SecretRef
from gateway.config.settings.storage import SqliteUrl, StorageSettings
from tests.config.files import STORE_KEY, read

KEY = "encrypt_with = { env = 'K' }\n"


def test_a_database_is_a_file() -> None:
    """Relative to the folder of the file, or absolute."""
    for text, path in (("sqlite:state/a.db", "state/a.db"), ("sqlite:/a.db", "/a.db")):
        found = read(StorageSettings, f"{KEY}url = '{text}'", {"K": STORE_KEY})

        assert isinstance(found, StorageSettings)
        assert found.url == SqliteUrl(Path(path))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("'postgres://db/gateway'", "E110"),
        ("'postgresql+psycopg://db/gateway'", "E110"),
        ("'mysql://db'", "E105"),
        ("'sqlite:'", "E105"),
        ("'sqlite:///a.db'", "E105"),
        ("'a.db'", "E105"),
        ("5", "E105"),
        ('"sqlite:a\\u0000"', "E105"),
    ],
)
def test_anything_else_is_no_database(value: str, code: str) -> None:
    """Or one of a later version."""
    faults = read(StorageSettings, f"{KEY}url = {value}", {"K": STORE_KEY})

    assert isinstance(faults, list)
    assert [fault.code for fault in faults] == [code]


def test_a_database_that_was_named_already_is_kept() -> None:
    """Other parts build settings from values."""
    url = SqliteUrl(Path("a"))
    key = SecretRef(source="env K", value=STORE_KEY.encode())

    assert StorageSettings(url=url, encrypt_with=key).url is url
