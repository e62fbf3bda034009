"""Login with Amazon."""

from gateway.config.providers.opaque.amazon import AmazonProvider
from tests.config.files import read

AMAZON = """
kind = "amazon"
id = "amazon"
owner = "identity-team@example.com"
client.id = "amzn1.application-oa2-client.0123456789abcdef"
client.secret = { env = "SECRET" }
"""


def amazon(more: str = "") -> AmazonProvider:
    found = read(AmazonProvider, AMAZON + more, {"SECRET": "secret"})
    assert isinstance(found, AmazonProvider), found
    return found


def test_it_is_called_as_cognito_calls_it() -> None:
    assert amazon().sign_in.name == "LoginWithAmazon"


def test_other_regions_have_other_hosts() -> None:
    provider = amazon(
        "url = 'https://www.amazon.co.uk'\napi_url = 'https://api.amazon.co.uk'\n"
    )

    assert provider.hosts == ("api.amazon.co.uk",)
    assert provider.visited == {"url": "https://www.amazon.co.uk"}
    assert provider.issuer == "https://www.amazon.co.uk"
