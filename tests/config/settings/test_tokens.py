"""What the gateway mints."""

import pytest

from gateway.config.settings.tokens import TokensSettings
from tests.config.files import read, the_fault


def test_a_profile_is_an_access_token_of_a_minute() -> None:
    """If nothing else is said."""
    tokens = read(TokensSettings, "[profiles.api]\n")

    assert isinstance(tokens, TokensSettings)
    profile = tokens.profiles["api"]
    assert (profile.typ, profile.header, profile.reuse) == (
        "at+jwt",
        "authorization",
        0.5,
    )
    assert profile.ttl.total_seconds() == 60


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("typ = 'txntoken+jwt'", "E110"),
        ("typ = 'JWT'", "E105"),
        ("typ = 5", "E105"),
        ("refresh_ttl = '12h'", "E110"),
        ("sender = 'mtls'", "E110"),
        ("ttl = '0s'", "E106"),
        ("ttl = '901s'", "E106"),
        ("reuse = 0.91", "E106"),
        ("reuse = -0.1", "E106"),
        ("reuse = nan", "E106"),
        ("header = 'Authorization'", "E105"),
        ("header = 'x_user'", "E105"),
        ("header = ''", "E105"),
        ("header = 'host'", "E106"),
        ("header = 'connection'", "E106"),
        ("header = 'a: b'", "E105"),
        ('header = "a\\r\\nb"', "E105"),
    ],
)
def test_what_a_profile_cannot_have_is_refused(line: str, code: str) -> None:
    """A header in which it could not travel, a life that is no short one."""
    assert the_fault(TokensSettings, f"[profiles.api]\n{line}").code == code


@pytest.mark.parametrize(
    "line",
    ["typ = 'at+jwt'", "ttl = '15m'", "reuse = 0", "reuse = 0.9", "header = 'x-user'"],
)
def test_what_a_profile_can_have_is_accepted(line: str) -> None:
    """The last values that pass."""
    assert isinstance(read(TokensSettings, f"[profiles.api]\n{line}"), TokensSettings)


def test_transaction_tokens_belong_to_a_later_version() -> None:
    """And so does their audience."""
    assert the_fault(TokensSettings, "trust_domain = 'x'").code == "E110"
