"""The way to a program elsewhere."""

import pytest

from gateway.config.settings.elsewhere import Elsewhere
from tests.config.files import read


def codes(text: str) -> list[str]:
    found = read(Elsewhere, text)
    return [f"{fault.code}" for fault in found] if isinstance(found, list) else []


@pytest.mark.parametrize(
    ("url", "more", "code"),
    [
        ("https://shop.example/hook", "", None),
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
def test_it_is_on_the_internet_unless_it_is_said(
    url: str, more: str, code: str | None
) -> None:
    """A private address, and a connection without TLS on this machine alone."""
    assert codes(f"url = '{url}'\n{more}") == ([code] if code else [])
