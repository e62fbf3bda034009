"""What of a request's headers is forwarded, and the head that is sent.

Everything is dropped that is meant for the next hop alone, that the gateway sets itself or
vouches for, or that an upstream might take for another header: CGI, WSGI and PHP turn
"X-User", "x_user" and "X.User" into one variable, so only letters, digits and "-" pass.

References: RFC 9110 sections 5.5, 5.6.2 and 7.6.1 (fields, tokens, hop-by-hop), RFC 9112
sections 3.2, 6.1 and 6.3 (host, framing).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from gateway.model.errors import MalformedHeaderError

Header = tuple[bytes, bytes]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_ALPHANUMERIC = re.compile(rb"[^0-9a-z]")
_DIGITS = re.compile(rb"[0-9]{1,15}")
# Registered name, IPv4 address or bracketed IPv6 address, and a port (RFC 3986 section
# 3.2.2, without escapes: no host that is reached over DNS has any). No dot at the end:
# "admin.example.com." is the same host to many servers, and another one to the routes.
_HOST = re.compile(
    rb"(?:[A-Za-z0-9._~-]{0,252}[A-Za-z0-9_~-]|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)

# Octets that end a line or have no business in a field (RFC 9110 section 5.5), but HTAB.
_CONTROLS = bytes({*range(32), 127} - {9})

# For the next hop alone, whatever `Connection` says (RFC 9110 section 7.6.1); `Expect` has
# been answered by the server in front, which is what read the body.
_HOP_BY_HOP = (
    b"expect",
    b"http2-settings",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authentication-info",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"upgrade",
)

# What only the gateway, or a proxy in front that it trusts, can know.
_VOUCHED = (
    b"authorization",
    b"cf-connecting-ip",
    b"client-ip",
    b"dpop",
    b"fastly-client-ip",
    b"forwarded",
    b"remote-user",
    b"true-client-ip",
    b"x-appengine-user-ip",
    b"x-azure-clientip",
    b"x-client-ip",
    b"x-cluster-client-ip",
    b"x-host",
    b"x-real-ip",
    b"x-remote-user",
    b"x-request-id",
    b"x-rewrite-url",
    b"x-script-name",
    b"x-user",
    b"x-user-id",
    b"x-userid",
    b"x-username",
    b"x-webauth-user",
)
# Those of oauth2-proxy and its kin, of Envoy, of the load balancers of AWS, Azure and
# Google, and of nginx and Apache for client certificates.
_VOUCHED_PREFIXES = (
    b"ssl-",
    b"x-amzn-oidc-",
    b"x-auth",
    b"x-client-cert",
    b"x-envoy-",
    b"x-forwarded-",
    b"x-gateway-",
    b"x-goog-authenticated-",
    b"x-ms-client-",
    b"x-original-",
    b"x-ssl-",
)

# What makes an upstream do something else than the request that was decided on: another
# method, another file, another proxy for its own requests (httpoxy, CVE-2016-5385).
_MEANING = (
    b"proxy",
    b"x-accel-mapping",
    b"x-http-method",
    b"x-http-method-override",
    b"x-method-override",
    b"x-sendfile-type",
)

# What most requests bring. Judged beforehand, so that nobody can crowd them out.
_COMMON = (
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"authorization",
    b"cache-control",
    b"connection",
    b"content-length",
    b"content-type",
    b"cookie",
    b"host",
    b"if-modified-since",
    b"if-none-match",
    b"origin",
    b"pragma",
    b"priority",
    b"range",
    b"referer",
    b"sec-ch-ua",
    b"sec-ch-ua-mobile",
    b"sec-ch-ua-platform",
    b"sec-fetch-dest",
    b"sec-fetch-mode",
    b"sec-fetch-site",
    b"sec-fetch-user",
    b"te",
    b"traceparent",
    b"tracestate",
    b"transfer-encoding",
    b"upgrade-insecure-requests",
    b"user-agent",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-request-id",
    b"x-requested-with",
)

# More names than that are not remembered, so that a caller cannot fill the memory.
_MAX_REMEMBERED = 1024
_MAX_REMEMBERED_BYTES = 64


class _Verdict(IntEnum):
    KEEP = 0
    DROP = 1
    CONNECTION = 2
    CONTENT_LENGTH = 3
    HOST = 4
    TRANSFER_ENCODING = 5


_SPECIAL = {
    b"connection": _Verdict.CONNECTION,
    b"content-length": _Verdict.CONTENT_LENGTH,
    b"host": _Verdict.HOST,
    b"transfer-encoding": _Verdict.TRANSFER_ENCODING,
}
_KEEP = _Verdict.KEEP
_DROP = _Verdict.DROP


@dataclass(frozen=True, slots=True)
class CleanHeaders:
    """What is left of a request's headers, and what was taken out for the head.

    Attributes:
        headers: What may be forwarded, in its order; neither host nor framing.
        host: The value of `Host`, as received.
        content_length: Length of the body; `None` if it is chunked, 0 if there is none.
    """

    headers: list[Header]
    host: bytes
    content_length: int | None


class RequestHeaders:
    """Takes out of a request's headers what must not reach an upstream."""

    def __init__(self, *, vouched: Iterable[bytes] = ()) -> None:
        """Prepare the verdicts.

        Args:
            vouched: Names of headers that the gateway sets, beyond those it always
                keeps to itself: those of the token profiles.
        """
        self._dropped = frozenset(
            fold(name) for name in (*_HOP_BY_HOP, *_VOUCHED, *_MEANING, *vouched)
        )
        self._prefixes = tuple(fold(prefix) for prefix in _VOUCHED_PREFIXES)
        self._remembered: dict[bytes, _Verdict] = {}
        for name in _COMMON:
            self._judge(name)

    def clean(self, raw: Sequence[Header]) -> CleanHeaders:
        """Return what may be forwarded of a request's headers.

        Values are not looked at here, but by `request_head`, all at once.

        Args:
            raw: Name and value of each header, as received.

        Raises:
            MalformedHeaderError: A name is no token; the host is missing, doubled or
                misshapen; the length is doubled or no number; a transfer coding other
                than a single "chunked", or one beside a length.
        """
        kept: list[Header] = []
        special: list[tuple[_Verdict, bytes]] = []
        remembered = self._remembered
        for header in raw:
            name = header[0]
            verdict = remembered.get(name)
            if verdict is None:
                verdict = self._judge(name)
            if verdict is _KEEP:
                kept.append(header)
            elif verdict is not _DROP:
                special.append((verdict, header[1]))
        return _cleaned(kept, special)

    def _judge(self, name: bytes) -> _Verdict:
        if _TOKEN.fullmatch(name) is None:
            raise MalformedHeaderError(f"{name[:64]!r} is no header name")
        lower = name.lower()
        verdict = _SPECIAL.get(lower)
        if verdict is None:
            # As nginx does with "_", for every such octet: "X.Tenant" reaches some upstreams
            # as if it were "X-Tenant", which may have been decided on.
            dropped = (
                fold(lower) != lower
                or lower in self._dropped
                or lower.startswith(self._prefixes)
            )
            verdict = _DROP if dropped else _KEEP
        if (
            len(self._remembered) < _MAX_REMEMBERED
            and len(name) <= _MAX_REMEMBERED_BYTES
        ):
            self._remembered[name] = verdict
        return verdict


def fold(name: bytes) -> bytes:
    """Return the name as the most confused of upstreams would read it."""
    return _NOT_ALPHANUMERIC.sub(b"-", name.lower())


def _cleaned(kept: list[Header], special: list[tuple[_Verdict, bytes]]) -> CleanHeaders:
    host: bytes | None = None
    length: bytes | None = None
    coding: bytes | None = None
    for verdict, value in special:
        if verdict is _Verdict.HOST:
            if host is not None:
                raise MalformedHeaderError("more than one Host")
            host = value
        elif verdict is _Verdict.CONTENT_LENGTH:
            if length is not None:
                raise MalformedHeaderError("more than one Content-Length")
            length = value
        elif verdict is _Verdict.TRANSFER_ENCODING:
            if coding is not None:
                raise MalformedHeaderError("more than one Transfer-Encoding")
            coding = value
        else:
            kept = _without_nominated(kept, value)
    if host is None or _HOST.fullmatch(host) is None:
        raise MalformedHeaderError("Host is missing or misshapen")
    return CleanHeaders(kept, host, _content_length(length, coding))


def _without_nominated(kept: list[Header], connection: bytes) -> list[Header]:
    # Only what came in is removed: what the gateway injects is added afterwards.
    value = connection.lower()
    if value in {b"keep-alive", b"close"}:
        return kept
    nominated = frozenset(token.strip(b" \t") for token in value.split(b","))
    return [header for header in kept if header[0].lower() not in nominated]


def _content_length(length: bytes | None, coding: bytes | None) -> int | None:
    if coding is not None:
        if length is not None:
            raise MalformedHeaderError("Content-Length beside Transfer-Encoding")
        if coding.lower() != b"chunked":
            raise MalformedHeaderError("a Transfer-Encoding other than chunked")
        return None
    if length is None:
        return 0
    if _DIGITS.fullmatch(length) is None:
        raise MalformedHeaderError("Content-Length is no number")
    return int(length)


def host_name(host: bytes) -> str:
    """Return the name in a `Host` that `clean` let pass: lower case, without the port."""
    name = host if host.endswith(b"]") else host.rpartition(b":")[0] or host
    return name.decode("ascii").lower()


_METHODS = {
    name: name.encode()
    for name in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
}

# Methods without a body as a rule, for which "Content-Length: 0" would be odd (RFC 9110
# section 8.6).
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "TRACE"})

_join_line = b": ".join


def request_head(
    method: str,
    target: bytes,
    *,
    host: bytes,
    headers: Sequence[Header],
    injected: Sequence[Header] = (),
    content_length: int | None = 0,
) -> bytes:
    """Return the head of a request as one piece, ready to be written.

    Args:
        method: In upper case.
        target: Path and query, canonical.
        host: The value of `Host`.
        headers: What is forwarded, as `RequestHeaders.clean` returns it.
        injected: What the gateway adds.
        content_length: Length of the body; `None` for a chunked one.

    Raises:
        MalformedHeaderError: A part has an octet that would end its line, or that no
            field may have.
    """
    name = _METHODS.get(method) or _method(method)
    if b" " in target or b" " in host:
        raise MalformedHeaderError("a space in the target or the host")
    lines = [b"%b %b HTTP/1.1" % (name, target), b"host: " + host]
    lines += map(_join_line, headers)
    lines += map(_join_line, injected)
    if content_length is None:
        lines.append(b"transfer-encoding: chunked")
    elif content_length or method not in _BODILESS:
        lines.append(b"content-length: %d" % content_length)
    lines.append(b"\r\n")
    head = b"\r\n".join(lines)
    # Two octets end each line; any other control is one too many.
    if len(head) - len(head.translate(None, _CONTROLS)) != 2 * len(lines):
        raise MalformedHeaderError("a header has an octet that may not stand there")
    return head


def _method(method: str) -> bytes:
    name = method.encode("utf-8", "replace")
    if _TOKEN.fullmatch(name) is None:
        raise MalformedHeaderError("the method is no token")
    return name
