"""Failures and denials as problem documents, for the data plane.

Made as bytes, without the web framework: under an attack most answers are refusals. What
is the same for each answer of a kind is put together once.

References: RFC 9457 (problem details), RFC 6750 section 3 (the `Bearer` challenge),
RFC 9470 section 3 (stepping up), RFC 9110 sections 10.2.1 (`Allow`) and 10.2.3
(`Retry-After`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from json.encoder import encode_basestring_ascii as quote

from gateway.authentication.proofs import ALGORITHMS
from gateway.model.decision import Challenge, Decision, Reason
from gateway.model.errors import (
    CredentialError,
    GatewayError,
    InvalidDpopError,
    MintError,
    MissingCredentialError,
    OversizedRequestError,
    RateLimitedError,
    RequestError,
    RouteError,
    SlowRequestError,
    UnavailableError,
    UnmetRequirementError,
    UnprovenKeyError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamTimeoutError,
    UseNonceError,
    WrongMethodError,
)

Header = tuple[bytes, bytes]

# Looked up along the class's ancestors, so that a new kind of a known family needs no
# line of its own, and a family that nobody thought of is a 500.
STATUS: dict[type[GatewayError], HTTPStatus] = {
    RequestError: HTTPStatus.BAD_REQUEST,
    OversizedRequestError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    SlowRequestError: HTTPStatus.REQUEST_TIMEOUT,
    CredentialError: HTTPStatus.UNAUTHORIZED,
    RateLimitedError: HTTPStatus.TOO_MANY_REQUESTS,
    RouteError: HTTPStatus.NOT_FOUND,
    WrongMethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    UpstreamError: HTTPStatus.BAD_GATEWAY,
    UpstreamBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    UpstreamTimeoutError: HTTPStatus.GATEWAY_TIMEOUT,
    MintError: HTTPStatus.INTERNAL_SERVER_ERROR,
    GatewayError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# The one protection space of a gateway (RFC 9110 section 11.5).
REALM = "gateway"

# Of every 401 for a credential that was there and was not good (RFC 6750 section 3.1).
_INVALID_TOKEN = "invalid_token"  # noqa: S105 - a code of the standard, not a secret

# What proofs may be signed with (RFC 9449 section 7.1).
_ALGORITHMS = " ".join(ALGORITHMS)

# After how many seconds to come back when something that we need is down.
_RETRY_UNAVAILABLE = 5

_ACCESS_DENIED = "access_denied"
_STEP_UP_HELP = "A different authentication is required."
_DENIED_HELP = "The policies do not permit this request."


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that says what is wrong.

    Attributes:
        status: HTTP status.
        code: Last part of the problem's `type`, for the access log.
        headers: Names in lower case.
        body: The problem document, in UTF-8.
    """

    status: int
    code: str
    headers: list[Header]
    body: bytes


def failed(error: GatewayError, *, request_id: str) -> Problem:
    """Return the answer for a failure. Its `detail` stays in the log.

    Args:
        error: What went wrong.
        request_id: So that the caller can name the request when asking about it.
    """
    headers: list[Header] = []
    if isinstance(error, RateLimitedError):
        headers = [(b"retry-after", b"%d" % max(1, error.retry_after))]
    elif isinstance(error, WrongMethodError):
        headers = [(b"allow", ", ".join(sorted(error.allowed)).encode("ascii"))]
    elif isinstance(error, UseNonceError):
        headers = [(b"dpop-nonce", error.nonce.encode("ascii"))]
    elif isinstance(error, UnmetRequirementError) and error.message:
        # The text of the check in the provider's file: it says what to do.
        return _problem(_template_of_requirement(error.message), request_id, headers)
    # mypy takes the hash of an instance for the hash of its class.
    template = _template_of_error(type(error))  # type: ignore[arg-type]
    return _problem(template, request_id, headers)


def denied(decision: Decision, *, anonymous: bool, request_id: str) -> Problem:
    """Return the answer for a decision that does not allow.

    A caller learns that the policies refuse, and what the deciding rule's own `reason`
    says; not which rule it was, nor what another identity would have been told.

    Args:
        decision: What the policies said.
        anonymous: Whether the request carried no credential.
        request_id: So that the caller can name the request when asking about it.
    """
    if decision.reason is Reason.STEP_UP:
        wanted = decision.challenge or Challenge()
        return _problem(_template_of_step_up(wanted), request_id, [])
    if decision.needs_authentication(anonymous=anonymous):
        return _problem(_template_of_error(MissingCredentialError), request_id, [])
    message = decision.message if decision.reason is Reason.DENIED_BY_RULE else ""
    return _problem(_template_of_denial(message or _DENIED_HELP), request_id, [])


def status_of(kind: type[GatewayError]) -> HTTPStatus:
    """Return the HTTP status for a class of failures."""
    return next(STATUS[family] for family in kind.__mro__ if family in STATUS)


def challenge(*, scheme: str = "Bearer", **parameters: str) -> bytes:
    """Return the value of `WWW-Authenticate`.

    Args:
        scheme: How a credential has to be shown.
        parameters: Beside the realm, in their order. An empty one is left out.

    Reference: RFC 6750 section 3; RFC 9110 section 11.2 for the quoting.
    """
    pairs = {"realm": REALM} | parameters
    shown = [f"{name}={_quoted(value)}" for name, value in pairs.items() if value]
    return f"{scheme} {', '.join(shown)}".encode("ascii")


@dataclass(frozen=True, slots=True)
class _Template:
    """An answer but for the request id."""

    status: int
    code: str
    headers: tuple[Header, ...]
    body: bytes


@cache
def _template_of_error(kind: type[GatewayError]) -> _Template:
    status = status_of(kind)
    headers: list[Header] = []
    if status is HTTPStatus.UNAUTHORIZED:
        # Who has presented nothing has made no error (RFC 6750 section 3.1).
        presented = not issubclass(kind, MissingCredentialError)
        value = (
            challenge(**_refused(kind), error_description=kind.public)
            if presented
            else challenge()
        )
        headers = [(b"www-authenticate", value)]
    elif status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers = [(b"retry-after", b"%d" % _RETRY_UNAVAILABLE)]
    return _template(status, kind.code, kind.public, headers)


def _refused(kind: type[GatewayError]) -> dict[str, str]:
    """Return what a challenge says of a credential that was refused.

    Reference: RFC 6750 section 3.1; RFC 9449 sections 7.1 and 9 for those with a proof.
    """
    if issubclass(kind, InvalidDpopError | UseNonceError):
        return {"scheme": "DPoP", "error": kind.code, "algs": _ALGORITHMS}
    if issubclass(kind, UnprovenKeyError):
        return {"scheme": "DPoP", "error": _INVALID_TOKEN, "algs": _ALGORITHMS}
    return {"error": _INVALID_TOKEN}


def _template_of_requirement(message: str) -> _Template:
    value = challenge(error=_INVALID_TOKEN, error_description=message)
    headers = [(b"www-authenticate", value)]
    status = status_of(UnmetRequirementError)
    return _template(status, UnmetRequirementError.code, message, headers)


def _template_of_step_up(wanted: Challenge) -> _Template:
    with_proof = {"scheme": "DPoP", "algs": _ALGORITHMS} if wanted.sender else {}
    value = challenge(
        **with_proof,
        error=wanted.error,
        error_description=_STEP_UP_HELP,
        acr_values=wanted.acr,
        max_age="" if wanted.max_age is None else str(wanted.max_age),
    )
    headers = [(b"www-authenticate", value)]
    return _template(HTTPStatus.UNAUTHORIZED, wanted.error, _STEP_UP_HELP, headers)


def _template_of_denial(detail: str) -> _Template:
    return _template(HTTPStatus.FORBIDDEN, _ACCESS_DENIED, detail, [])


def _template(
    status: HTTPStatus, code: str, detail: str, headers: Sequence[Header]
) -> _Template:
    document = {
        "type": f"urn:gateway:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": detail,
    }
    body = json.dumps(document, separators=(",", ":")).encode("ascii")
    return _Template(
        status=int(status),
        code=code,
        headers=(
            (b"content-type", b"application/problem+json"),
            # A 404 or 405 may otherwise be kept and shown to somebody else.
            (b"cache-control", b"no-store"),
            *headers,
        ),
        body=body[:-1],
    )


def _problem(
    template: _Template, request_id: str, headers: Sequence[Header]
) -> Problem:
    body = template.body + f',"request_id":{quote(request_id)}}}'.encode("ascii")
    return Problem(
        status=template.status,
        code=template.code,
        headers=[*template.headers, *headers, (b"content-length", b"%d" % len(body))],
        body=body,
    )


def _quoted(value: str) -> str:
    """Return a quoted-string of what may stand in one; the rest becomes `?`."""
    shown = "".join(c if " " <= c <= "~" else "?" for c in value)
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
