"""Who is asked about passwords."""

from datetime import timedelta

import pytest

from gateway.config.settings.leaked_passwords import LeakedPasswordsSettings
from tests.config.files import read


def codes(text: str) -> list[str]:
    found = read(LeakedPasswordsSettings, text)
    return [f"{fault.code}" for fault in found] if isinstance(found, list) else []


def test_by_default_it_is_the_service_that_everybody_knows() -> None:
    """For a second, as somebody waits."""
    settings = read(LeakedPasswordsSettings, "")

    assert isinstance(settings, LeakedPasswordsSettings)
    assert settings.url == "https://api.pwnedpasswords.com"
    assert settings.timeout == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("url = 'https://leaks.example/v3/'\ntimeout = '5s'", None),
        ("url = 'https://leaks.example?q'", "E105"),
        ("url = 'http://leaks.example'", "E106"),
        ("timeout = '6s'", "E106"),
        ("timeout = '99ms'", "E106"),
    ],
)
def test_it_may_be_a_copy_of_ones_own(text: str, code: str | None) -> None:
    """In a place that leads somewhere, and within a time that people wait."""
    assert codes(text) == ([code] if code else [])
