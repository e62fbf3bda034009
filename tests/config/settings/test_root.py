"""`config.toml` as a whole."""

from pathlib import Path

import pytest

from gateway.config.document import Document
from gateway.config.settings.door import Door
from gateway.config.settings.root import Config
from gateway.config.validation import Reader
from tests.config.files import CONFIG, STORE_KEY, read


def load(text: str) -> Config:
    found = read(Config, text, {"STORE_KEY": STORE_KEY})
    assert isinstance(found, Config)
    return found


def codes(text: str) -> list[str]:
    faults = read(Config, text, {"STORE_KEY": STORE_KEY})
    assert isinstance(faults, list)
    return [fault.code for fault in faults]


def test_the_issuer_is_the_public_url_if_nothing_is_said() -> None:
    """Also if `[tokens]` says other things."""
    assert load(CONFIG).tokens.issuer == "https://gw.example.com"
    assert load(f"{CONFIG}[tokens]\nissuer = 'https://x'").tokens.issuer == "https://x"


def test_a_wrong_public_url_is_one_fault() -> None:
    """It is not told again as the issuer's."""
    assert codes(CONFIG.replace("https://gw", "htps://gw")) == ["E105"]


@pytest.mark.parametrize("table", ["server = 5", "[server]\npublic_url = 5"])
def test_what_cannot_be_filled_in_is_left_out(table: str) -> None:
    """The fault is told where it is."""
    text = f"schema = 1\n{table}\n[storage]\nurl = 'sqlite:a'\n"

    assert codes(f"{text}encrypt_with = {{ env = 'STORE_KEY' }}") == ["E105"]


def test_tokens_of_the_wrong_type_are_told_as_such() -> None:
    """And nothing is filled into them."""
    text = CONFIG.replace("[tokens.profiles.api]\nttl", "[tokens2]\nttl")

    assert sorted(codes(text.replace("schema = 1", "schema = 1\ntokens = 5"))) == [
        "E103",
        "E105",
    ]


def test_the_default_folder_of_keys_stands_below_the_root() -> None:
    """Not below the working folder."""
    file = Document(path=Path("x"), name="x", raw=CONFIG.encode())
    reader = Reader(file, Door(root=Path("/etc/gw"), environ={"STORE_KEY": STORE_KEY}))

    config = reader.read(Config, file.data)

    assert config is not None
    assert config.keys.directory == Path("/etc/gw/state/keys")


def test_something_else_than_a_table_is_refused() -> None:
    """A file always is one; a caller may hand in anything."""
    file = Document(path=Path("x"), name="x", raw=b"")
    reader = Reader(file, Door(environ={}))

    assert reader.read(Config, []) is None
    assert [fault.code for fault in reader.faults] == ["E105"]
