"""The providers that people sign in at."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.app.federation import build_parties
from gateway.authentication.key_sources import KeySources
from gateway.config.errors import ConfigError
from gateway.federation.oauth2.oauth1_party import OAuth1Party
from gateway.federation.oauth2.party import OAuth2Party
from gateway.federation.oidc.apple import AppleParty
from gateway.federation.oidc.party import OidcParty
from gateway.federation.values import RelyingParty
from gateway.keys.signing import generate
from tests.config.files import PROVIDER, Folder

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
GITHUB = """
kind = "github"
id = "github"
owner = "identity-team@example.com"
client.id = "Iv1.8a61f9b3a7aba766"
client.secret = { env = "SECRET" }
"""
APPLE = """
kind = "apple"
id = "apple"
owner = "identity-team@example.com"
accept.flows = ["login"]
[client]
id = "com.example.web"
team_id = "ABCDE12345"
key_id = "FGHIJ67890"
key = { file = "secrets/apple" }
"""
LOGIN = f"{PROVIDER}accept.flows = ['login']\nclient = {{ id = 'a' }}\n"
CHAT = (
    GITHUB.replace("github", "oauth2")
    + """
authorize_url = "https://chat.example/authorize"
token_url = "https://chat.example/token"
userinfo_url = "https://chat.example/me"
audience_proof = "code"
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.environ["SECRET"] = "secret"
    return made


def parties_of(folder: Folder) -> Mapping[str, RelyingParty]:
    sources = KeySources(clock=lambda: NOON)
    return build_parties(folder.load(), clock=lambda: NOON, key_sources=sources)


def corp(name: str) -> str:
    """The file of another provider."""
    return LOGIN.replace('"corp"', f'"{name}"').replace("login.corp", f"{name}.corp")


def test_each_provider_with_a_login_has_one(folder: Folder) -> None:
    """Of its own protocol."""
    for kind in ("github", "facebook", "amazon", "twitter"):
        folder.write(f"providers/{kind}.toml", GITHUB.replace("github", kind))
    folder.write("providers/oauth2.toml", CHAT)
    folder.write(
        "providers/old.toml",
        GITHUB.replace("github", "twitter")
        .replace('id = "twitter"', 'id = "old"')
        .replace("owner", 'protocol = "oauth1"\nowner'),
    )

    parties = parties_of(folder)

    assert {name: type(party) for name, party in parties.items()} == {
        "amazon": OAuth2Party,
        "facebook": OAuth2Party,
        "github": OAuth2Party,
        "oauth2": OAuth2Party,
        "old": OAuth1Party,
        "twitter": OAuth2Party,
    }
    assert all(name == party.provider for name, party in parties.items())


@pytest.mark.parametrize("more", ["enabled = false", "accept.flows = ['exchange']"])
def test_nobody_signs_in_where_the_file_does_not_say_so(
    folder: Folder, more: str
) -> None:
    """Keycloak CVE-2026-16442: one that is there for something else let people in too."""
    folder.write("providers/github.toml", f"{GITHUB}{more}\n")

    assert parties_of(folder) == {}


def test_an_openid_connect_provider_with_a_login_has_one(folder: Folder) -> None:
    folder.write("providers/corp.toml", LOGIN)
    folder.write("providers/bearer.toml", corp("bearer").replace("'login'", "'bearer'"))
    folder.write("providers/off.toml", corp("off") + "enabled = false\n")

    parties = parties_of(folder)

    assert list(parties) == ["corp"]
    assert isinstance(parties["corp"], OidcParty)
    assert parties["corp"].provider == "corp"


def test_apple_has_one_of_its_own(folder: Folder) -> None:
    """Its secret is made, and its answers have a name beside them."""
    key = generate("ES256").private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    folder.write("secrets/apple", key).chmod(0o600)
    folder.write("providers/apple.toml", APPLE)

    parties = parties_of(folder)

    assert isinstance(parties["apple"], AppleParty)


def test_all_that_is_wrong_with_what_they_refer_to_is_told(folder: Folder) -> None:
    """At its place."""
    folder.write("ca.pem", "none")
    folder.write("secrets/key", "none")
    folder.write("secrets/apple", "none")
    folder.write("providers/apple.toml", APPLE)
    folder.write("secrets/secret", b"\xff")
    folder.write("providers/corp.toml", f"{LOGIN}network.ca = {{ file = 'ca.pem' }}\n")
    for name in ("key", "secret"):
        client = f"id = 'a', {name} = {{ file = 'secrets/{name}' }}"
        folder.write(f"providers/{name}.toml", corp(name).replace("id = 'a'", client))

    with pytest.raises(ConfigError) as caught:
        parties_of(folder)

    found = {(fault.code, fault.where.split(":")[0]) for fault in caught.value.faults}
    assert found == {
        ("E513", "providers/corp.toml"),
        ("E512", "providers/apple.toml"),
        ("E512", "providers/key.toml"),
        ("E512", "providers/secret.toml"),
    }
