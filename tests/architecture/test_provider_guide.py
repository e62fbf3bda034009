"""The guide to providers: each kind takes a dozen lines, and they load as they stand."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.app.federation import build_parties
from gateway.authentication.key_sources import KeySources
from gateway.config.load import KINDS
from gateway.federation.profile_mapping import compile_profiles
from gateway.identity.mapper import compile_mappers
from gateway.keys.signing import generate
from tests.authentication.saml.idp import pair
from tests.config.files import NOON, Folder

PAGE = (Path(__file__).parents[2] / "docs/providers.md").read_text()
FILES = dict(
    re.findall(r"`(providers/\w+\.toml)`[^`]*```toml\n(.*?)```", PAGE, re.DOTALL)
)
(PROFILE,) = re.findall(r"```toml\n(\[sign_in\]\nprofile.*?)```", PAGE, re.DOTALL)
_KIND = re.compile(r'^kind  = "(\w+)"$', re.MULTILINE)
_SECRET = re.compile(r'"(secrets/\w+)"')

# Whose people come through the sign-in page.
SIGN_IN = {
    *("corp", "google", "apple", "microsoft", "gitlab"),
    *("github", "facebook", "amazon", "twitter", "chat"),
}

# What a file of the guide may take.
_MOST_LINES = 12


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_provider_takes_a_dozen_lines(text: str) -> None:
    """Who adds one reads no more than that."""
    assert len(text.splitlines()) <= _MOST_LINES


def test_every_kind_is_shown() -> None:
    """And none that there is not."""
    assert sorted(_KIND.findall(PAGE)) == sorted(KINDS)


def test_the_files_work_together(tmp_path: Path) -> None:
    """Their expressions compile, and whoever signs people in can be built."""
    folder = Folder(tmp_path)
    key = generate("ES256").private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    folder.add("config.toml", "[guest]\nenabled = true\n")
    folder.write("keys/backend.jwks", '{"keys": []}')
    folder.write("keys/partner-idp.pem", pair("idp").certificate_pem.decode())
    for name in _SECRET.findall(PAGE):
        folder.write(name, key if name == "secrets/apple" else "made up").chmod(0o600)
    for name, text in FILES.items():
        folder.write(name, text)
    folder.add("providers/gitlab.toml", PROFILE)

    configuration = folder.load()

    assert configuration.warnings == ()
    assert len(compile_mappers(configuration.providers)) == len(FILES)
    profiles = compile_profiles(configuration.providers)
    parties = build_parties(
        configuration, clock=lambda: NOON, key_sources=KeySources(clock=lambda: NOON)
    )
    assert parties.keys() == SIGN_IN
    assert profiles.keys() == SIGN_IN | {"partner"}
