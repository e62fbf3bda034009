"""Facebook, with access tokens and with Limited Login's ID tokens."""

import pytest

from gateway.config.providers.opaque.facebook import FacebookProvider
from tests.config.files import read

FACEBOOK = """
kind = "facebook"
id = "facebook"
owner = "identity-team@example.com"
client.id = "1234567890123456"
client.secret = { env = "SECRET" }
"""


def facebook(more: str = "") -> FacebookProvider:
    found = read(FacebookProvider, FACEBOOK + more, {"SECRET": "secret"})
    assert isinstance(found, FacebookProvider), found
    return found


def codes(more: str) -> list[str]:
    faults = read(FacebookProvider, FACEBOOK + more, {"SECRET": "secret"})
    assert isinstance(faults, list)
    return [fault.code for fault in faults]


def test_it_is_called_as_cognito_calls_it() -> None:
    assert facebook().sign_in.name == "Facebook"


def test_limited_login_is_a_provider_of_openid_connect() -> None:
    """Of either issuer, for our app alone, and with ID tokens alone."""
    limited = facebook("[network]\ntimeout = '1s'\n").limited_login

    assert limited.issuers == (
        "https://www.facebook.com",
        "https://limited.facebook.com",
    )
    assert limited.accepted_audiences == ("1234567890123456",)
    assert limited.algorithms == ("RS256",)
    assert limited.accept.tokens == ("id_token",)
    assert limited.jwks_url is not None
    assert limited.jwks_url.endswith("/jwks/")
    assert limited.hosts == ("graph.facebook.com", "limited.facebook.com")
    assert limited.network.timeout.total_seconds() == 1


def test_without_limited_login_its_keys_are_not_asked_for() -> None:
    provider = facebook("accept.tokens = ['access_token']")

    assert provider.hosts == ("graph.facebook.com",)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("version = '23.0'", "E105"),
        ("fields = ['id', 'na me']", "E105"),
        ("limited_issuers = []", "E106"),
        ("limited_issuers = ['http://facebook.example']", "E106"),
        ("limited_jwks_url = 'http://facebook.example/jwks/'", "E106"),
        ("graph_url = 'http://graph.example'", "E106"),
        ("url = 'http://www.example'", "E106"),
        ("accept.tokens = []", "E106"),
        ("accept.flows = ['bearer']", "E105"),
    ],
)
def test_what_cannot_work_is_refused_at_load(more: str, code: str) -> None:
    assert codes(more) == [code]
