"""The team's own backend."""

from pathlib import Path

import pytest

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.settings.door import Door
from gateway.config.validation import Reader

BACKEND = """\
kind = "developer"
id = "backend"
keys = [{ file = "backend.jwks" }]
audiences = ["gateway"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "backend.jwks").write_text("{}")
    return tmp_path


def read(root: Path, text: str) -> DeveloperProvider | list[Fault]:
    file = Document(path=root, name="f", raw=text.encode())
    reader = Reader(file, Door(root=root, environ={}))
    return reader.read(DeveloperProvider, file.data) or reader.faults


def test_a_backends_issuer_is_its_id_unless_it_is_named(root: Path) -> None:
    """`iss` of what it signs."""
    provider = read(root, BACKEND)
    assert isinstance(provider, DeveloperProvider)
    assert provider.issuers == ("backend",)
    assert provider.keys[0].content == b"{}"

    named = read(root, f"{BACKEND}issuer = 'https://shop.example'")

    assert isinstance(named, DeveloperProvider)
    assert named.issuers == ("https://shop.example",)


def test_a_wrong_id_is_one_fault(root: Path) -> None:
    """The issuer that hangs on it is none."""
    faults = read(root, BACKEND.replace('"backend"', '"Backend"'))

    assert isinstance(faults, list)
    assert [fault.code for fault in faults] == ["E105"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("audiences", "audience", "E103"),
        ('["gateway"]', "[]", "E106"),
        ("backend.jwks", "none.jwks", "E108"),
        ('[{ file = "backend.jwks" }]', "[]", "E106"),
        ("kind", "max_lifetime = '61m'\nkind", "E106"),
        ("kind", "replay = 'jti'\nkind", "E110"),
        ("kind", "replay = 'no'\nkind", "E105"),
        ("kind", "accept.tokens = ['id_token']\nkind", "E105"),
        ("kind", "algorithms = ['HS256']\nkind", "E504"),
    ],
)
def test_what_a_backend_cannot_have_is_refused(
    root: Path, old: str, new: str, code: str
) -> None:
    """By its own code."""
    faults = read(root, BACKEND.replace(old, new, 1))

    assert isinstance(faults, list)
    assert code in [fault.code for fault in faults]


def test_an_assertion_may_be_good_for_an_hour(root: Path) -> None:
    """The last length that passes."""
    assert isinstance(
        read(root, f"{BACKEND}max_lifetime = '60m'\nreplay = 'none'"), DeveloperProvider
    )
