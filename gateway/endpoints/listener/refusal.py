"""What a client is told when its request does not reach the application.

Written to the connection as a whole response, always with `Connection: close`: after an
oddity nobody can be sure where the next request would begin.

References: RFC 9457 (problem details), RFC 9112 section 9.6 (closing).
"""

import json
from http import HTTPStatus


class Refusal(Exception):  # noqa: N818 - not a failure of ours
    """A request, or a connection, that is turned away by the listener itself.

    Attributes:
        status: The HTTP status of the answer.
        code: Stable name of the reason: `urn:gateway:CODE`.
        public: One sentence that is safe to send to anybody.
        detail: What the operator needs to know. Never sent, and never an octet of what
            was received.
    """

    def __init__(self, status: HTTPStatus, code: str, public: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.public = public
        self.detail = detail

    def as_response(self, date: bytes) -> bytes:
        """Return the answer as it is written to the connection.

        Args:
            date: The value of the `Date` header.
        """
        problem = {
            "type": f"urn:gateway:{self.code}",
            "title": self.public,
            "status": int(self.status),
        }
        body = json.dumps(problem).encode()
        head = (
            f"HTTP/1.1 {int(self.status)} {self.status.phrase}\r\n"
            "content-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-store\r\n"
            "connection: close\r\n"
        )
        return head.encode() + b"date: " + date + b"\r\n\r\n" + body


def malformed_request(detail: str) -> Refusal:
    """Return the refusal of a request that is no HTTP/1.1, or is so in two ways."""
    return Refusal(
        HTTPStatus.BAD_REQUEST, "invalid_request", "The request is malformed.", detail
    )


def malformed_target(detail: str) -> Refusal:
    """Return the refusal of a target that is not in origin form."""
    return Refusal(
        HTTPStatus.BAD_REQUEST,
        "malformed_target",
        "The request target is not in canonical form.",
        detail,
    )


def malformed_header(detail: str) -> Refusal:
    """Return the refusal of a header that the framing or routing depends on."""
    return Refusal(
        HTTPStatus.BAD_REQUEST,
        "malformed_header",
        "A header of the request is malformed.",
        detail,
    )


def oversized_target(detail: str) -> Refusal:
    """Return the refusal of a target that is longer than `target_bytes`."""
    return Refusal(
        HTTPStatus.REQUEST_URI_TOO_LONG,
        "request_too_large",
        "A part of the request is larger than allowed.",
        detail,
    )


def oversized_head(detail: str) -> Refusal:
    """Return the refusal of more headers, or more octets of them, than allowed."""
    return Refusal(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "request_too_large",
        "A part of the request is larger than allowed.",
        detail,
    )


def wrong_version(detail: str) -> Refusal:
    """Return the refusal of a protocol version that is not HTTP/1.0 or HTTP/1.1."""
    return Refusal(
        HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
        "unsupported_version",
        "The protocol version is not supported.",
        detail,
    )


def unmet_expectation(detail: str) -> Refusal:
    """Return the refusal of an `Expect` other than `100-continue`."""
    return Refusal(
        HTTPStatus.EXPECTATION_FAILED,
        "unmet_expectation",
        "The request expects what is not offered here.",
        detail,
    )


def too_slow(detail: str) -> Refusal:
    """Return the refusal of a request that did not arrive in time."""
    return Refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        "request_timeout",
        "The request did not arrive in time.",
        detail,
    )


def too_many_connections(detail: str) -> Refusal:
    """Return the refusal of one more connection than allowed."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "overloaded",
        "The service has too many connections. Try again later.",
        detail,
    )


def broken_application(detail: str) -> Refusal:
    """Return what is told when the application ended without an answer."""
    return Refusal(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "server_error",
        "The request could not be completed.",
        detail,
    )
