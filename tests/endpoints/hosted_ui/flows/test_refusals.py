"""Why somebody is not let in, in words that a person understands, with a code."""

from http import HTTPStatus

import pytest

from gateway.endpoints.hosted_ui.flows.refusals import refusal_of
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.federation.errors import (
    ProviderSaysNoError,
    UnknownProviderError,
)
from gateway.model.errors import (
    BadAnswerError,
    ExpiredCredentialError,
    GatewayError,
    ProviderUnavailableError,
    StorageError,
    UnmetRequirementError,
)
from gateway.pool.errors import DisabledError, TriggerRefusedError

CASES = [
    (
        ProviderSaysNoError("access_denied"),
        "You are not signed in",
        "access_denied",
        403,
    ),
    (ProviderSaysNoError("server_error"), "Corp cannot be used", "server_error", 403),
    (ProviderSaysNoError("invalid_scope"), "Corp did not sign", "invalid_scope", 403),
    (ProviderSaysNoError("<b>"), "Corp did not sign you in", "access_denied", 403),
    (BadAnswerError("x"), "Signing in with Corp did", "bad_provider_answer", 502),
    (ExpiredCredentialError("x"), "Signing in with Corp", "expired_credential", 400),
    (
        ProviderUnavailableError("x"),
        "Corp cannot be reached",
        "provider_unavailable",
        503,
    ),
    (StorageError("x"), "We will be right back", "storage_unavailable", 503),
    (DisabledError("x"), "Your account is disabled", "user_disabled", 400),
    (UnknownProviderError("x"), "You cannot sign in", "unknown_provider", 400),
    (UnmetRequirementError("x"), "You cannot be let in", "unmet_requirement", 400),
    (TriggerRefusedError(trigger="T"), "You cannot be let in", "trigger_refused", 400),
    (GatewayError("x"), "Something went wrong", "server_error", 500),
]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("error", "title", "support", "status"),
    CASES,
    ids=[f"{type(case[0]).__name__} {case[2]}" for case in CASES],
)
def test_each_failure_has_words_and_a_code(
    error: GatewayError, title: str, support: str, status: int, language: str
) -> None:
    t = Catalogues.load().choose(asked=[language], accepted="")

    told = refusal_of(error, t, "Corp")

    assert told.support == support
    assert told.status == HTTPStatus(status)
    assert not told.what.startswith("refused.")
    assert not told.title.startswith("refused.")
    assert language == "de" or told.title.startswith(title)


def test_what_an_operator_has_written_is_shown() -> None:
    t = Catalogues.load().choose(asked=["en"], accepted="")
    unmet = UnmetRequirementError("check `hd`", message="Use your work account.")
    refused = TriggerRefusedError(trigger="PreSignUp", message="Not today.")

    assert refusal_of(unmet, t, "Corp").what == "Use your work account."
    assert refusal_of(refused, t, "Corp").what == "Not today."
