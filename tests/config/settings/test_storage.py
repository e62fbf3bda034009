"""Where identities are kept."""

from pathlib import Path

import pytest

from gateway.config.settings.references import SecretRef
from gateway.config.settings.storage import PostgresqlUrl, SqliteUrl, StorageSettings
from tests.config.certificates import certificate
from tests.config.files import STORE_KEY, Folder, read

KEY = "encrypt_with = { env = 'K' }\n"
LOCAL = "url = 'postgresql://gateway@127.0.0.1/gateway'\n"


def _settings(text: str) -> StorageSettings:
    found = read(StorageSettings, KEY + text, {"K": STORE_KEY, "P": "hunter2"})
    assert isinstance(found, StorageSettings), found
    return found


def _codes(text: str) -> list[str]:
    faults = read(StorageSettings, KEY + text, {"K": STORE_KEY, "P": "hunter2"})
    assert isinstance(faults, list)
    return [fault.code for fault in faults]


def test_a_database_is_a_file() -> None:
    """Relative to the folder of the file, or absolute."""
    for text, path in (("sqlite:state/a.db", "state/a.db"), ("sqlite:/a.db", "/a.db")):
        url = _settings(f"url = '{text}'").url

        assert url == SqliteUrl(Path(path))
        assert url.text == f"sqlite:{path}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("postgres://gw@localhost/ids", ("localhost", 5432, "gw", "ids")),
        ("postgresql://gw@127.0.0.1:6432/ids", ("127.0.0.1", 6432, "gw", "ids")),
        ("postgresql://gw@[::1]:1/ids", ("::1", 1, "gw", "ids")),
        ("postgresql://gw@localhost:65535/ids", ("localhost", 65535, "gw", "ids")),
        (
            "postgresql://gw%40azure@localhost/a%20b",
            ("localhost", 5432, "gw@azure", "a b"),
        ),
    ],
)
def test_a_database_is_on_a_server(text: str, parts: tuple[str, int, str, str]) -> None:
    """Names are percent-decoded, as libpq does it."""
    url = _settings(f"url = '{text}'").url

    assert url == PostgresqlUrl(*parts, text=text)
    assert url.loopback


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("'postgresql+psycopg://a@localhost/b'", "E105"),
        ("'postgres://localhost/gateway'", "E105"),
        ("'postgres://@localhost/gateway'", "E105"),
        ("'postgres://a@localhost'", "E105"),
        ("'postgres://a@localhost/'", "E105"),
        ("'postgres://a@localhost/b/c'", "E105"),
        ("'postgres://a@localhost/b?sslmode=disable'", "E105"),
        ("'postgres://a@localhost/b#c'", "E105"),
        ("'postgres://a@one,two/b'", "E105"),
        ("'postgres://a%00@localhost/b'", "E105"),
        ("'postgres://a%FF@localhost/b'", "E105"),
        (f"'postgres://{'a' * 64}@localhost/b'", "E105"),
        (f"'postgres://a@localhost/{'b' * 64}'", "E105"),
        ("'postgres://a@LOCALHOST/b'", "E106"),
        ("'postgres://a@localhost:0/b'", "E106"),
        ("'postgres://a@localhost:65536/b'", "E106"),
        ("'postgres:///b?host=/tmp'", "E105"),
        ("'postgres:'", "E105"),
        ("'mysql://db'", "E105"),
        ("'sqlite:'", "E105"),
        ("'sqlite:///a.db'", "E105"),
        ("'a.db'", "E105"),
        ("5", "E105"),
        ('"sqlite:a\\u0000"', "E105"),
    ],
)
def test_anything_else_is_no_database(value: str, code: str) -> None:
    """Nothing of a URL is guessed or ignored."""
    assert _codes(f"url = {value}") == [code]


@pytest.mark.parametrize(
    "url",
    [
        "postgres://a:hunter2@localhost/b",
        "postgresql://a:hunter2@localhost:5432/b",
        "postgresql://a:@localhost/b",
        "postgresql://a:hunt@er2@localhost/b",
        "postgresql://a@localhost/b?password=hunter2",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(
    folder: Folder, url: str
) -> None:
    """It would end up in a repository; the message must not end up in a log."""
    folder.change("config.toml", "sqlite:state/gateway.db", url)

    (fault,) = folder.faults()

    assert fault.code == "E501"
    assert "password = { env" in fault.help
    assert "hunter2" not in str(fault)
    assert "hunter2" not in fault.as_text()


def test_a_password_stands_beside_the_url() -> None:
    """By reference, as all secrets."""
    found = _settings(LOCAL + "password = { env = 'P' }")

    assert found.password is not None
    assert found.password.reveal() == b"hunter2"
    assert "hunter2" not in repr(found)
    assert _codes(LOCAL + "password = 'hunter2'") == ["E501"]


def test_a_server_on_another_machine_has_to_prove_itself() -> None:
    """Or anybody on the way reads who signs in where."""
    url = "url = 'postgresql://gateway@db.internal/gateway'\n"

    assert _codes(url) == ["E104"]
    assert _codes(url + "tls = {}") == ["E104"]
    assert _codes(url + "tls = { mode = 'verify-ca' }") == ["E104"]
    assert _settings(url + "tls = { mode = 'disable' }").tls is not None
    assert _settings(LOCAL).tls is None


def test_certificates_that_nobody_looks_at_are_refused(tmp_path: Path) -> None:
    """They would be believed to protect."""
    ca = tmp_path / "ca.pem"
    ca.write_text("no certificate")
    text = f"tls = {{ mode = 'require', ca = {{ file = '{ca}' }} }}"

    assert _codes(LOCAL + text.replace("'require', ", "'verify-ca', ")) == ["E513"]
    ca.write_bytes(b"")
    assert _codes(LOCAL + f"tls.ca = {{ file = '{ca}' }}") == ["E513"]
    ca.write_bytes(certificate())
    assert _settings(LOCAL + f"tls.ca = {{ file = '{ca}' }}").tls is not None
    assert _codes(LOCAL + text) == ["E106"]


@pytest.mark.parametrize(
    "line",
    [
        "password = { env = 'P' }",
        "tls = { mode = 'disable' }",
        "connect_timeout = '3s'",
        "statement_timeout = '5s'",
    ],
)
def test_what_only_a_server_has_is_refused_for_a_file(line: str) -> None:
    """A setting that is accepted and ignored would be believed."""
    assert _codes(f"url = 'sqlite:a.db'\n{line}") == ["E106"]
    assert _settings(LOCAL + line).url.text.startswith("postgresql:")


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("connections", ["1", "100"], ["0", "101"]),
        ("busy_timeout", ["'50ms'", "'30s'"], ["'49ms'", "'31s'"]),
        ("connect_timeout", ["'2s'", "'30s'"], ["'1999ms'", "'31s'"]),
        ("statement_timeout", ["'100ms'", "'1m'"], ["'99ms'", "'61s'"]),
    ],
)
def test_waiting_and_connections_are_bounded(
    key: str, good: list[str], bad: list[str]
) -> None:
    """Nothing waits without end."""
    for value in good:
        _settings(f"{LOCAL}{key} = {value}")
    for value in bad:
        assert _codes(f"{LOCAL}{key} = {value}") == ["E106"]


def test_a_database_that_was_named_already_is_kept() -> None:
    """Other parts build settings from values."""
    url = SqliteUrl(Path("a"))
    key = SecretRef(source="env K", value=STORE_KEY.encode())

    assert StorageSettings(url=url, encrypt_with=key).url is url
