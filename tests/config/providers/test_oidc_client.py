"""What the gateway is to a provider that speaks OpenID Connect."""

import pytest

from gateway.config.providers.oidc_client import ClientSettings
from tests.config.files import read

ENVIRON = {"SECRET": "s", "KEY": "k"}
SECRET = "secret = { env = 'SECRET' }"
KEY = "key = { env = 'KEY' }"


def client(*lines: str) -> ClientSettings:
    found = read(ClientSettings, "\n".join(["id = 'a'", *lines]), ENVIRON)
    assert isinstance(found, ClientSettings), found
    return found


def faults(*lines: str) -> list[tuple[str, str]]:
    found = read(ClientSettings, "\n".join(["id = 'a'", *lines]), ENVIRON)
    assert isinstance(found, list)
    return [(fault.code, fault.message) for fault in found]


@pytest.mark.parametrize(
    ("lines", "method"),
    [
        ((), "none"),
        ((SECRET,), "client_secret_basic"),
        ((SECRET, "auth = 'client_secret_post'"), "client_secret_post"),
        ((KEY,), "private_key_jwt"),
        ((KEY, "key_id = 'k-1'"), "private_key_jwt"),
    ],
    ids=range(5),
)
def test_how_it_proves_itself_follows_from_what_it_has(
    lines: tuple[str, ...], method: str
) -> None:
    """Unless the file says it."""
    assert client(*lines).method == method


@pytest.mark.parametrize(
    ("lines", "code", "word"),
    [
        (("auth = 'client_secret_basic'",), "E104", "`secret` is missing"),
        (("auth = 'client_secret_post'", KEY), "E104", "`secret` is missing"),
        (("auth = 'private_key_jwt'",), "E104", "`key` is missing"),
        (("auth = 'none'", SECRET), "E106", "no use"),
        ((SECRET, KEY), "E106", "no use"),
        (("key_id = 'k-1'",), "E106", "no use"),
        ((SECRET, "key_id = 'k-1'"), "E106", "no use"),
        (("auth = 'tls_client_auth'",), "E105", "client_secret_basic"),
        (("scopes = ['email']",), "E106", "`openid`"),
        (("scopes = ['openid', 'two words']",), "E105", "a scope"),
        (("scopes = ['openid', 'openid']",), "E106", "twice"),
        (("authorize = { state = 'x' }",), "E106", "sets `state` itself"),
        (("authorize = { 'a b' = 'x' }",), "E105", "parameter"),
        (("secret = 's'",), "E501", "secret"),
    ],
    ids=range(14),
)
def test_what_does_not_fit_together_is_a_fault(
    lines: tuple[str, ...], code: str, word: str
) -> None:
    """A secret that nobody uses is a secret too many."""
    ((found, message),) = faults(*lines)

    assert found == code
    assert word in message


def test_what_people_are_asked_can_be_said() -> None:
    """And what else the provider is told."""
    said = client("scopes = ['openid', 'groups']", "authorize = { prompt = 'consent' }")

    assert said.scopes == ("openid", "groups")
    assert said.authorize == {"prompt": "consent"}
