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


@pytest.mark.parametrize(
    ("url", "more", "code"),
    [
        ("http://shop.example", "", "E106"),
        ("http://shop.example", "allow_plain_http = true", "E106"),
        ("http://127.0.0.1:9000", "", "E106"),
        ("http://127.0.0.1:9000", "allow_plain_http = true", "E330"),
        ("https://10.0.0.1", "", "E330"),
        ("https://10.0.0.1", "allow_private_addresses = ['192.168.0.0/16']", "E330"),
        ("https://a@shop.example", "", "E105"),
        ("https://10.0.0.1", "allow_private_addresses = ['10.0.0.0/8']", None),
        (
            "http://127.0.0.1:9000/2015-03-31/functions/function/invocations",
            "allow_plain_http = true\nallow_private_addresses = ['127.0.0.1']",
            None,
        ),
    ],
)
def test_elsewhere_it_has_to_be_said(url: str, more: str, code: str | None) -> None:
    """A private address, and a connection without TLS on this machine alone."""
    text = GOOD.replace("https://shop.example/hook", url) + more

    assert codes(text) == ([code] if code else [])
