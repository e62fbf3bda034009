"""A provider that is described by its file."""

import pytest

from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from tests.config.files import read

BASE = """
kind = "oauth2"
id = "chat"
owner = "identity-team@example.com"
client.id = "gateway"
client.secret = { env = "SECRET" }
authorize_url = "https://chat.example/authorize"
token_url = "https://chat.example/token"
userinfo_url = "https://api.chat.example/me"
"""
CODE = 'audience_proof = "code"\n'
TOKENINFO = (
    'audience_proof = "tokeninfo"\ntokeninfo_url = "https://api.chat.example/app"\n'
)


def read_all(more: str) -> object:
    return read(Oauth2Provider, BASE + more, {"SECRET": "secret"})


def codes(more: str) -> list[str]:
    faults = read_all(more)
    assert isinstance(faults, list), faults
    return [fault.code for fault in faults]


def test_how_the_audience_is_proven_has_no_default() -> None:
    """A token of another app would let its owner in as anybody who uses it."""
    assert codes("") == ["E104"]
    assert codes('audience_proof = "none"') == ["E105"]


def test_a_proof_needs_its_address() -> None:
    provider = read_all(TOKENINFO)

    assert isinstance(provider, Oauth2Provider)
    assert provider.hosts == ("chat.example", "api.chat.example")
    assert provider.issuer == "chat"
    assert codes('audience_proof = "tokeninfo"') == ["E104"]
    assert codes('audience_proof = "introspection"') == ["E104"]


@pytest.mark.parametrize("key", ["introspection_url", "tokeninfo_url"])
def test_an_address_that_nobody_would_ask_is_refused(key: str) -> None:
    """It would be believed to protect something."""
    assert codes(f'{CODE}{key} = "https://chat.example/x"') == ["E106"]


def test_what_is_proven_by_its_code_alone_is_not_exchanged() -> None:
    assert codes(f'{CODE}accept.flows = ["exchange"]') == ["E515"]
    assert isinstance(
        read_all(f'{TOKENINFO}accept.flows = ["exchange"]'), Oauth2Provider
    )


@pytest.mark.parametrize(
    "more",
    [
        "subject_claim = ''",
        "subject_claim = 'a..b'",
        "subject_claim = 'a.b.c.d.e.f'",
        "claims_in = 'a b'",
        "audience_claim = '.a'",
        "scope_separator = ';'",
        "client.auth = 'none'",
        "client.authorize = { state = 'mine' }",
    ],
)
def test_what_means_nothing_is_refused_at_load(more: str) -> None:
    assert codes(f"{CODE}{more}\n") in (["E105"], ["E106"])


def test_nobody_is_sent_anywhere_without_tls() -> None:
    text = (
        BASE.replace("https://chat.example/authorize", "http://chat.example/a") + CODE
    )

    faults = read(Oauth2Provider, text, {"SECRET": "secret"})

    assert isinstance(faults, list)
    assert [fault.code for fault in faults] == ["E106"]
