"""What a token endpoint answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.authentication.opaque.api import Answer
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.token_answer import read_tokens
from gateway.federation.values import ProviderTokens
from gateway.model.errors import BadAnswerError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
GOOD = {"access_token": "secret-token", "token_type": "bearer"}


def read(members: dict[str, Any], status: int = 200) -> ProviderTokens:
    return read_tokens(Answer(status, members), asked=("email",), now=NOON)


def test_the_least_that_an_answer_says() -> None:
    """RFC 6749 section 5.1: without a word about scopes, those asked for are granted."""
    assert read(GOOD) == ProviderTokens("secret-token", scopes=("email",))


def test_everything_that_an_answer_may_say() -> None:
    tokens = read(
        {
            **GOOD,
            "token_type": "Bearer",
            "refresh_token": "again",
            "expires_in": 3600,
            "scope": "read:user,user:email openid",
            "unknown": {},
        }
    )

    assert tokens.refresh_token == "again"
    assert tokens.expires_at == NOON + timedelta(hours=1)
    assert tokens.scopes == ("read:user", "user:email", "openid")
    assert "secret-token" not in repr(tokens)


@pytest.mark.parametrize(
    ("seconds", "expires_at"),
    [
        ("5183944", NOON + timedelta(seconds=5183944)),
        (0, None),
        (None, None),
        (10**9, NOON + timedelta(days=366)),
    ],
)
def test_an_end_is_a_number_and_not_the_end_of_days(
    seconds: Any, expires_at: datetime | None
) -> None:
    assert read({**GOOD, "expires_in": seconds}).expires_at == expires_at


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"token_type": "bearer"},
        {**GOOD, "access_token": ""},
        {**GOOD, "access_token": 5},
        {**GOOD, "token_type": "mac"},
        {**GOOD, "token_type": None},
        {**GOOD, "refresh_token": 5},
        {**GOOD, "scope": ["email"]},
        {**GOOD, "expires_in": "soon"},
        {**GOOD, "expires_in": True},
        {**GOOD, "expires_in": -1},
        {**GOOD, "expires_in": 1.5},
    ],
    ids=range(12),
)
def test_what_is_no_answer_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError):
        read(members)


def test_a_status_that_is_not_good_gives_no_token() -> None:
    with pytest.raises(BadAnswerError):
        read(GOOD, 401)


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("bad_verification_code", "bad_verification_code"),
        ({"type": "OAuthException", "code": 190, "message": "x"}, "OAuthException:190"),
        ({"message": "x"}, ""),
        (None, ""),
        ("<script>", ""),
    ],
    ids=range(5),
)
def test_an_error_is_one_whatever_its_status_and_form(
    status: int, error: Any, reason: str
) -> None:
    """GitHub's come with 200, and Facebook's are objects."""
    with pytest.raises(ProviderSaysNoError) as caught:
        read({**GOOD, "error": error}, status)
    assert caught.value.reason == reason
