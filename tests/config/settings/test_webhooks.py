"""Where signed requests go, and what they are signed with."""

import base64

import pytest

from gateway.config.settings.references import SecretRef
from gateway.config.settings.webhooks import WebhookSettings, signing_key
from tests.config.files import read

SECRET = {"S": "x" * 24, "SHORT": "x" * 23}
GOOD = "url = 'https://shop.example/hook'\nsecret = { env = 'S' }\n"


def codes(text: str) -> list[str]:
    found = read(WebhookSettings, text, SECRET)
    return [f"{fault.code}" for fault in found] if isinstance(found, list) else []


@pytest.mark.parametrize("length", [24, 64])
def test_a_secret_may_be_written_as_it_is_or_as_the_standard_has_it(
    length: int,
) -> None:
    """White space around it is the editor's."""
    key = b"x" * length
    standard = b"whsec_" + base64.b64encode(key)

    assert signing_key(SecretRef("env S", key + b" ")) == key
    assert signing_key(SecretRef("env S", standard)) == key


@pytest.mark.parametrize(
    "odd", [b"", b"x" * 23, b"x" * 65, b"whsec_", b"whsec_!!!!", b"whsec_c2hvcnQ="]
)
def test_a_short_secret_is_none(odd: bytes) -> None:
    """The standard has 24 to 64 bytes."""
    with pytest.raises(ValueError, match=r"webhook|whsec_"):
        signing_key(SecretRef("env S", odd))


def test_a_webhook_is_somewhere_on_the_internet() -> None:
    """Over TLS, for five seconds at most."""
    settings = read(WebhookSettings, GOOD, SECRET)

    assert isinstance(settings, WebhookSettings)
    assert settings.url == "https://shop.example/hook"
    assert "xxx" not in repr(settings)
    assert codes(GOOD.replace("'S'", "'SHORT'")) == ["E505"]
    assert codes(GOOD + "timeout = '6s'") == ["E106"]
