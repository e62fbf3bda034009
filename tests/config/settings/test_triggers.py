"""Functions that pools may call."""

import pytest

from gateway.config.settings.triggers import TriggerFunction
from tests.config.files import read

WEBHOOK = "webhook = { url = 'https://shop.example', secret = { env = 'S' } }\n"


def codes(text: str) -> list[str]:
    found = read(TriggerFunction, text, {"S": "x" * 32})
    return [f"{fault.code}" for fault in found] if isinstance(found, list) else []


@pytest.mark.parametrize(
    "good",
    [
        WEBHOOK,
        "python = 'shop:lambda_handler'",
        "python = 'shop.people._triggers:handle2'\nfolder = 'triggers'",
    ],
)
def test_a_function_is_a_webhook_or_in_python(good: str) -> None:
    """And may stand in a folder of the operator's."""
    assert codes(good) == []


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ("", "E104"),
        (WEBHOOK + "python = 'shop:handle'", "E104"),
        (WEBHOOK + "folder = 'triggers'", "E106"),
        ("python = 'shop'", "E105"),
        ("python = 'shop.:handle'", "E105"),
        ("python = '../shop:handle'", "E105"),
        ("python = 'shop:handle.x'", "E105"),
        ("python = 'shop:handle()'", "E105"),
    ],
)
def test_what_is_neither_is_refused(odd: str, code: str) -> None:
    """With its place, at the start."""
    assert codes(odd) == [code]
