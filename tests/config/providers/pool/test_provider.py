"""A user pool, as it is written in a file."""

from pathlib import Path

import pytest

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader
from tests.config.files import Folder

POOL = "kind = 'pool'\nid = 'people'\nowner = 'x'\npool_id = 'us-east-1_Ab3dE6gH9'\n"


def _read(text: str, door: Door | None = None) -> PoolProvider | list[Fault]:
    file = Document(path=Path("f"), name="f", raw=(POOL + text).encode())
    reader = Reader(file, door or Door(environ={"SECRET": "s" * 24}))
    return reader.read(PoolProvider, file.data) or reader.faults


def test_an_id_is_all_that_a_pool_needs() -> None:
    """The rest has Cognito's defaults, or the safe ones."""
    pool = _read("")

    assert isinstance(pool, PoolProvider)
    assert pool.protected
    assert pool.mfa.mode == "off"
    assert pool.accept.tokens == ("access_token", "id_token")


def test_the_issuer_stands_at_the_public_url(folder: Folder) -> None:
    """So that whoever has a token finds the keys."""
    folder.write("providers/people.toml", POOL)

    provider = folder.load().providers[1].settings

    assert isinstance(provider, PoolProvider)
    assert provider.issuers == ("https://gw.example.com/us-east-1_Ab3dE6gH9",)


def test_a_pool_has_its_faults_beside_those_of_config_toml(folder: Folder) -> None:
    """Where the public URL cannot be read, the pool still can."""
    folder.write("providers/people.toml", POOL + "protected = 'no'\n")
    folder.change("config.toml", '"https://gw.example.com"', "1")

    assert sorted(folder.codes()) == ["E105", "E105"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("colour = 'red'", "E103", "f:5:1"),
        ("for = 'service'", "E105", "f:5:7"),
        ("[sign_in]\naliases = ['e-mail']", "E105", "f:6:12"),
        ("[sign_in]\naliases = ['email', 'email']", "E106", "f:6:11"),
        ("[sign_in]\nfirst_factors = []", "E106", "f:6:17"),
        ("[password]\nmin_length = 5", "E106", "f:6:14"),
        ("[password]\ntemporary_lifetime = '1m'", "E106", "f:6:22"),
        ("[attributes.standard.shoe]\nrequired = true", "E105", "f:5:22"),
        ("[attributes.custom.'a b']\n", "E105", "f:5:20"),
        ("[attributes.custom.a]\nleast = nan", "E106", "f:6:9"),
        ("[attributes.custom.a]\nmost = inf", "E106", "f:6:8"),
        ("[triggers.functions]\npre_sgn_up = 'f'", "E105", "f:6:1"),
        ("[triggers]\nclaims_version = 4", "E105", "f:6:18"),
        ("[messages]\nlanguage = 'German'", "E105", "f:6:12"),
        ("[messages.templates.sign_up.de]\nsubject = 1", "E105", "f:6:11"),
        ("[[client]]\nname = 'App'", "E104", "f:5:3"),
        ("[[client]]\nid = 'my app'", "E105", "f:6:6"),
        ("[[client]]\nid = 'a'\n[[client]]\nid = 'a'", "E301", "f:5:1"),
        ("[[client]]\nid = 'a'\nsecret = 'hidden'", "E501", "f:7:10"),
        ("[[client]]\nid = 'a'\nsecret = { env = 'NONE' }", "E502", "f:7:10"),
        ("[[client]]\nid = 'a'\nlifetimes.access = '1m'", "E106", "f:7:20"),
        ("[[resource_server]]\nidentifier = ''", "E106", "f:6:14"),
        (
            "[[resource_server]]\nidentifier = 'a'\n[[resource_server]]\nidentifier = 'a'",
            "E301",
            "f:5:1",
        ),
        ("[[group]]\nname = 'a'\nprecedence = -1", "E106", "f:7:14"),
        ("[[group]]\nname = 'a'\n[[group]]\nname = 'a'", "E301", "f:5:1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, code: str, place: str) -> None:
    """By line and column, as for every other kind."""
    faults = _read(text)

    assert isinstance(faults, list)
    assert [(fault.code, fault.where) for fault in faults] == [(code, place)]


def test_a_secret_is_a_reference() -> None:
    pool = _read("[[client]]\nid = 'a'\nsecret = { env = 'SECRET' }\n")

    assert isinstance(pool, PoolProvider)
    secret = pool.client[0].secret
    assert secret is not None
    assert secret.reveal() == b"s" * 24
    assert "sss" not in repr(pool)


def test_a_secret_that_everybody_can_read_is_told(folder: Folder) -> None:
    """As those of `config.toml` are."""
    folder.write("app.secret", "s" * 24).chmod(0o644)
    client = "[[client]]\nid = 'a'\nsecret = { file = 'app.secret' }\n"
    folder.write("providers/people.toml", POOL + client)

    warnings = [fault for fault in folder.load().warnings if fault.code == "W104"]

    assert [fault.where for fault in warnings] == ["providers/people.toml:7:10"]
