"""X, over OAuth 2.0 or over OAuth 1.0a."""

from gateway.config.providers.opaque.twitter import TwitterProvider
from tests.config.files import read

TWITTER = """
kind = "twitter"
id = "twitter"
owner = "identity-team@example.com"
client.id = "rG9n6402A3dbUJKzXTNX4oWHJ"
client.secret = { env = "SECRET" }
"""
EXCHANGE = 'accept.flows = ["login", "exchange"]\n'


def test_the_newer_protocol_is_the_default() -> None:
    provider = read(TwitterProvider, TWITTER, {"SECRET": "secret"})

    assert isinstance(provider, TwitterProvider)
    assert provider.protocol == "oauth2"
    assert provider.visited == {"url": "https://x.com"}
    assert provider.issuer == "https://x.com"


def test_a_token_that_could_be_anybodys_is_not_exchanged() -> None:
    """X does not say which app an OAuth 2.0 token was given to."""
    faults = read(TwitterProvider, TWITTER + EXCHANGE, {"SECRET": "secret"})

    assert isinstance(faults, list)
    assert [fault.code for fault in faults] == ["E515"]
    assert "oauth1" in faults[0].help


def test_a_token_that_only_our_app_can_use_is() -> None:
    text = f'{TWITTER}protocol = "oauth1"\n{EXCHANGE}'

    provider = read(TwitterProvider, text, {"SECRET": "secret"})

    assert isinstance(provider, TwitterProvider)
    assert provider.visited == {}
