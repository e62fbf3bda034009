"""What the kinds have in common whose access tokens are opaque."""

import pytest

from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from tests.config.files import read, the_fault

ENVIRONMENT = {"GITHUB_SECRET": "secret"}
GITHUB = """
kind = "github"
id = "github"
owner = "identity-team@example.com"
client.id = "Iv1.8a61f9b3a7aba766"
client.secret = { env = "GITHUB_SECRET" }
"""


def github(text: str = GITHUB) -> GithubProvider:
    found = read(GithubProvider, text, ENVIRONMENT)
    assert isinstance(found, GithubProvider), found
    return found


def codes(text: str) -> list[str]:
    faults = read(GithubProvider, text, ENVIRONMENT)
    assert isinstance(faults, list)
    return [fault.code for fault in faults]


def test_the_sign_in_page_is_the_only_door_by_itself() -> None:
    provider = github()

    assert provider.accept.flows == ("login",)
    assert provider.issuers == ()
    assert provider.hosts == ("github.com", "api.github.com")


def test_nobody_shows_an_opaque_token_to_a_route() -> None:
    """Nothing in it says whose it is, so each request would have to ask."""
    assert codes(f"{GITHUB}accept.flows = ['bearer']") == ["E105"]


def test_a_secret_is_needed_and_is_no_text() -> None:
    without = GITHUB.replace('client.secret = { env = "GITHUB_SECRET" }', "")

    assert the_fault(GithubProvider, without).code == "E104"
    assert codes(GITHUB.replace('{ env = "GITHUB_SECRET" }', "'secret'")) == ["E501"]


@pytest.mark.parametrize("scope", ["two words", "", "a\\\\b", "é"])
def test_a_scope_is_one_word(scope: str) -> None:
    assert codes(f'{GITHUB}client.scopes = ["{scope}"]') != []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("url = 'http://github.example'", "E106"),
        ("api_url = 'https://10.0.0.7'", "E330"),
        ("network.allow_hosts = ['github.com']", "E330"),
        ("api_url = 'http://127.0.0.1:8000'", "E106"),
        ("url = 'https://github.example/?x'", "E105"),
        ("sign_in.sign_out = 'there'", "E106"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_load(more: str, code: str) -> None:
    assert codes(GITHUB + more) == [code]


def test_hosts_may_be_named() -> None:
    hosts = "network.allow_hosts = ['github.com', 'api.github.com', 'x.example']"

    assert github(GITHUB + hosts).hosts[2:] == ("x.example",)


def test_each_kind_says_where_it_is() -> None:
    nowhere = OpaqueProvider.model_construct()

    for name in ("issuer", "asked", "visited"):
        with pytest.raises(NotImplementedError):
            getattr(nowhere, name)
