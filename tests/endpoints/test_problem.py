"""Problem documents."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.problem import Problem, challenge, denied, failed, status_of
from gateway.model.decision import Challenge, Decision, Reason
from gateway.model.errors import (
    ConflictingCredentialsError,
    CredentialError,
    ExpiredCredentialError,
    GatewayError,
    MalformedTargetError,
    MintError,
    MissingCredentialError,
    OversizedCredentialError,
    OversizedRequestError,
    ProviderUnavailableError,
    RateLimitedError,
    RouteError,
    StorageError,
    UnmetRequirementError,
    UpstreamBusyError,
    UpstreamRefusedError,
    UpstreamTimeoutError,
    WrongMethodError,
)

ID = "0af7651916cd43dd8448eb211c80319c"
DETAIL = "kid=k1 of https://idp.internal"


def header(problem: Problem, name: bytes) -> bytes | None:
    values = [value for key, value in problem.headers if key == name]
    assert len(values) <= 1
    return values[0] if values else None


def document(problem: Problem) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(problem.body)
    return read


def challenge_of(problem: Problem) -> str:
    value = header(problem, b"www-authenticate")
    assert value is not None
    return value.decode("ascii")


def test_every_failure_has_an_answer_that_gives_nothing_away(
    error_classes: list[type[GatewayError]],
) -> None:
    """Codes and sentences are a closed set; the detail is for the operator alone."""
    assert len(error_classes) > 30
    for kind in error_classes:
        error = kind(DETAIL)
        problem = failed(error, request_id=ID)

        assert document(problem) == {
            "type": f"urn:gateway:{kind.code}",
            "title": kind.code.replace("_", " ").capitalize(),
            "status": problem.status,
            "detail": kind.public,
            "request_id": ID,
        }, kind
        assert b"idp.internal" not in problem.body
        assert problem.code == kind.code
        assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code), kind
        assert header(problem, b"content-type") == b"application/problem+json"
        assert header(problem, b"content-length") == b"%d" % len(problem.body)
        assert header(problem, b"cache-control") == b"no-store"


def test_a_401_has_a_challenge_and_nothing_else_has_one(
    error_classes: list[type[GatewayError]],
) -> None:
    """RFC 9110 section 15.5.2: a 401 must say how to authenticate."""
    for kind in error_classes:
        problem = failed(kind(DETAIL), request_id=ID)

        assert (header(problem, b"www-authenticate") is not None) == (
            problem.status == 401
        ), kind
        assert (problem.status == 401) == issubclass(kind, CredentialError), kind


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (MalformedTargetError, 400),
        (ConflictingCredentialsError, 400),
        (OversizedRequestError, 413),
        (MissingCredentialError, 401),
        (OversizedCredentialError, 401),
        (RouteError, 404),
        (WrongMethodError, 405),
        (RateLimitedError, 429),
        (MintError, 500),
        (GatewayError, 500),
        (UpstreamRefusedError, 502),
        (ProviderUnavailableError, 503),
        (StorageError, 503),
        (UpstreamBusyError, 503),
        (UpstreamTimeoutError, 504),
    ],
)
def test_families_have_their_status(kind: type[GatewayError], status: int) -> None:
    """A provider that is down (503) is told apart from a bad token (401)."""
    assert status_of(kind) == failed(kind(), request_id=ID).status == status


def test_who_presents_nothing_is_not_told_of_an_error() -> None:
    """RFC 6750 section 3.1: "SHOULD NOT include an error code"."""
    problem = failed(MissingCredentialError(), request_id=ID)

    assert challenge_of(problem) == 'Bearer realm="gateway"'


def test_a_bad_credential_is_told_what_is_wrong_with_it() -> None:
    """RFC 6750 section 3; the exact kind stands in the problem's `type`."""
    problem = failed(ExpiredCredentialError(DETAIL), request_id=ID)

    assert challenge_of(problem) == (
        'Bearer realm="gateway", error="invalid_token", '
        'error_description="The credential has expired."'
    )
    assert document(problem)["type"] == "urn:gateway:expired_credential"


def test_descriptions_may_stand_in_a_challenge(
    error_classes: list[type[GatewayError]],
) -> None:
    """RFC 6750 section 3: printable ASCII without quotation mark and backslash."""
    for kind in error_classes:
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+", kind.public), kind


def test_a_limited_caller_is_told_when_to_come_back() -> None:
    """In whole seconds, and never "now"."""
    later = failed(RateLimitedError(retry_after=120), request_id=ID)
    now = failed(RateLimitedError(retry_after=0), request_id=ID)

    assert header(later, b"retry-after") == b"120"
    assert header(now, b"retry-after") == b"1"


def test_what_is_down_says_when_to_try_again() -> None:
    """503 with `Retry-After`."""
    problem = failed(StorageError(DETAIL), request_id=ID)

    assert header(problem, b"retry-after") == b"5"


def test_a_wrong_method_is_told_the_right_ones() -> None:
    """RFC 9110 section 15.5.6: a 405 must list them."""
    error = WrongMethodError(allowed=("POST", "GET"))

    assert header(failed(error, request_id=ID), b"allow") == b"GET, POST"


def test_answers_do_not_share_their_headers() -> None:
    """What is added to one must not appear in the next."""
    first = failed(GatewayError(), request_id=ID)
    first.headers.append((b"x-extra", b"1"))

    assert header(failed(GatewayError(), request_id=ID), b"x-extra") is None


@pytest.mark.parametrize(
    "reason", [Reason.NO_ALLOW, Reason.NO_ROLE, Reason.POLICY_ERROR]
)
def test_a_denial_does_not_tell_why(reason: Reason) -> None:
    """Which rule, which role, which expression: the decision log has it."""
    decision = Decision(
        allowed=False, reason=reason, rule="orders/x", message="secret thoughts"
    )

    problem = denied(decision, anonymous=False, request_id=ID)

    assert problem.status == 403
    assert document(problem) == {
        "type": "urn:gateway:access_denied",
        "title": "Access denied",
        "status": 403,
        "detail": "The policies do not permit this request.",
        "request_id": ID,
    }
    assert header(problem, b"www-authenticate") is None


def test_a_rule_may_speak_to_the_caller() -> None:
    """Its `reason` is written for that."""
    decision = Decision(
        allowed=False,
        reason=Reason.DENIED_BY_RULE,
        rule="orders/no-suspended",
        message='account "suspended"',
    )

    problem = denied(decision, anonymous=True, request_id=ID)

    assert problem.status == 403
    assert document(problem)["detail"] == 'account "suspended"'
    assert b"no-suspended" not in problem.body


def test_a_denying_rule_without_a_reason_says_nothing() -> None:
    """Then the usual sentence stands there."""
    decision = Decision(allowed=False, reason=Reason.DENIED_BY_RULE, rule="orders/x")

    problem = denied(decision, anonymous=False, request_id=ID)

    assert document(problem)["detail"] == "The policies do not permit this request."


@pytest.mark.parametrize("reason", [Reason.NO_ALLOW, Reason.NO_ROLE])
def test_an_anonymous_guest_is_asked_who_they_are(reason: Reason) -> None:
    """A credential might help; so it is a 401, with a challenge without an error."""
    decision = Decision(allowed=False, reason=reason)

    problem = denied(decision, anonymous=True, request_id=ID)

    assert problem.status == 401
    assert challenge_of(problem) == 'Bearer realm="gateway"'
    assert problem.code == "missing_credential"


def test_stepping_up_is_a_challenge() -> None:
    """RFC 9470 section 3."""
    decision = Decision(
        allowed=False,
        reason=Reason.STEP_UP,
        challenge=Challenge(acr="mfa phr", max_age=900),
    )

    problem = denied(decision, anonymous=False, request_id=ID)

    assert problem.status == 401
    assert challenge_of(problem) == (
        'Bearer realm="gateway", error="insufficient_user_authentication", '
        'error_description="A different authentication is required.", '
        'acr_values="mfa phr", max_age="900"'
    )
    assert document(problem)["type"] == "urn:gateway:insufficient_user_authentication"


def test_a_challenge_names_only_what_is_wanted() -> None:
    """`max_age="0"` is a wish: sign in now."""
    at_once = Decision(
        allowed=False, reason=Reason.STEP_UP, challenge=Challenge(max_age=0)
    )
    anything = Decision(allowed=False, reason=Reason.STEP_UP)

    now = challenge_of(denied(at_once, anonymous=False, request_id=ID))
    any_ = challenge_of(denied(anything, anonymous=False, request_id=ID))

    assert now.endswith('max_age="0"')
    assert "acr_values" not in now
    assert "max_age" not in any_


@given(st.text())
def test_no_policy_can_break_out_of_a_challenge(acr: str) -> None:
    """What a policy's author writes stays inside its quotation marks."""
    value = challenge(acr_values=acr).decode("ascii")

    pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', value)
    assert [name for name, _ in pairs] == ["realm", "acr_values"][: 1 + bool(acr)]
    assert value.isprintable()


def test_an_unmet_requirement_tells_what_its_provider_s_file_says() -> None:
    """`message` of a `[require]` check is written for the caller."""
    error = UnmetRequirementError(
        "providers/corp.toml:9", message="use a second factor"
    )

    problem = failed(error, request_id="r")

    headers = dict(problem.headers)
    assert json.loads(problem.body)["detail"] == "use a second factor"
    assert b'error_description="use a second factor"' in headers[b"www-authenticate"]
    assert problem.status == 401
