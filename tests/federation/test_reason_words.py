"""The words for why somebody has an attribute or lacks it."""

from datetime import UTC, datetime

import pytest

from gateway.federation.profiles import Reason, Why
from gateway.federation.reason_words import as_json, words
from gateway.federation.reasons import LoginReasons
from gateway.federation.records import Record
from gateway.model.client import Client
from gateway.storage.pools.federated_logins import Login

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
POOL = "us-east-1_Ab3dEfGh9"


def told(reason: Reason, *, came: datetime | None = NOON) -> LoginReasons:
    return LoginReasons(
        login=Login(POOL, "corp", "123", "sub", NOON, last_at=came),
        record=Record(claims={"email": "ana@example.com"}, scopes=("openid",)),
        client=Client("shop", POOL, "Shop"),
        reasons={"name": reason},
    )


@pytest.mark.parametrize("why", list(Why))
def test_each_reason_has_words(why: Why) -> None:
    """Which name what somebody has to look at."""
    reason = Reason(why, claims=("given",), scopes=("profile",), problem="no_date")

    said = words(told(reason), reason)

    assert said
    assert "{" not in said


def test_what_to_do_is_said() -> None:
    reason = Reason(Why.SCOPE_NOT_ASKED, scopes=("profile", "email"))

    assert words(told(reason), reason) == (
        "corp was not asked for it: add profile, email to client.scopes"
    )


def test_programs_are_told_names_and_no_values() -> None:
    """What claims say is for nobody's terminal, and no page."""
    shown = as_json(told(Reason(Why.WRITTEN, claims=("name",))))

    assert shown["claims"] == ["email"]
    assert shown["attributes"] == {
        "name": {
            "why": "written",
            "claims": ["name"],
            "scopes": [],
            "problem": "",
            "text": "as the provider says",
        }
    }
    assert "ana@example.com" not in str(shown)


def test_a_login_that_was_made_and_never_used_says_so() -> None:
    assert as_json(told(Reason(Why.WRITTEN), came=None))["last_at"] is None
