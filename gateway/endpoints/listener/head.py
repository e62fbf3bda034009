"""The rules for a request's head that the parser leaves to us.

llhttp, which reads the octets, checks tokens, line ends and most of the framing. What it
lets pass although servers disagree about it is refused here, before the application is
told of the request.

References: RFC 9112 sections 3.2 (target and Host) and 6 (framing), RFC 9110 section
10.1.1 (Expect).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address

from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.refusal import (
    malformed_header,
    malformed_request,
    malformed_target,
    oversized_head,
    oversized_target,
    unmet_expectation,
    wrong_version,
)

# VCHAR without "#". A fragment never travels, and every parser that meets one cuts it off
# silently (Envoy CVE-2021-32779).
_TARGET = re.compile(rb"/[\x21\x22\x24-\x7e]*")

# Names as DNS and container networks have them, in ASCII; or an address in brackets.
_LABEL = rb"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(
    rb"(?:(?:" + _LABEL + rb"\.){0,126}" + _LABEL + rb"\.?"
    rb"|\[(?P<address>[0-9A-Fa-f:.]{2,45})\])"
    rb"(?::(?P<port>[0-9]{1,5}))?"
)
# 253 octets of name, or less of an address, and a port.
_LONGEST_HOST = 260
_HIGHEST_PORT = 65535

# 2^63 - 1 has 19 digits; what is longer overflows somewhere.
_LENGTH = re.compile(rb"[0-9]{1,18}")

# Servers that hand headers over as environment variables (CGI, WSGI, PHP) read these as
# the headers that they look like.
_LOOKALIKES = frozenset({b"content_length", b"transfer_encoding"})
_WATCHED = _LOOKALIKES | {b"host", b"content-length", b"transfer-encoding", b"expect"}


def check_target(target: bytes, *, method: bytes, limits: ListenerLimits) -> None:
    """Raise unless the target is in origin form and made of the octets of a URI.

    The absolute form is refused as well: it is for forward proxies, and it names the host
    a second time. So is `CONNECT`, which has no other form than that of an authority.

    Raises:
        Refusal: It is not, or it is too long.
    """
    if len(target) > limits.target_bytes:
        raise oversized_target(f"a target of {len(target)} bytes")
    if _TARGET.fullmatch(target) is None or method == b"CONNECT":
        raise malformed_target("the target is not in origin form")


def check_version(version: str) -> None:
    """Raise unless it is a version of HTTP/1 that has headers.

    Raises:
        Refusal: It is another version.
    """
    if version not in {"1.1", "1.0"}:
        raise wrong_version(f"HTTP/{version}")


def check_headers(headers: Sequence[tuple[bytes, bytes]], *, version: str) -> bool:
    """Return whether the client waits for `100 Continue` before it sends the body.

    Args:
        headers: With lower-case names.
        version: `1.1` or `1.0`.

    Raises:
        Refusal: There is not exactly one valid Host, or the body's length is said in
            more than one way, or in a way that servers read differently.
    """
    hosts = framings = 0
    expects_continue = False
    for name, value in headers:
        if name not in _WATCHED:
            continue
        if name == b"host":
            hosts += 1
            check_host(value)
        elif name == b"expect":
            expects_continue = _check_expectation(value, version)
        elif name in _LOOKALIKES:
            raise malformed_header("a header that looks like one of the framing's")
        else:
            framings += 1
            _check_framing(name, value, version)
    if hosts != 1:
        raise malformed_header(f"{hosts} Host headers")
    if framings > 1:
        raise malformed_request("the body's length is said in more than one way")
    return expects_continue


def _check_framing(name: bytes, value: bytes, version: str) -> None:
    if name == b"content-length":
        if _LENGTH.fullmatch(value) is None:
            raise malformed_header("Content-Length is no plain number")
    elif version == "1.0" or value.lower() != b"chunked":
        raise malformed_header("Transfer-Encoding is not just `chunked` in HTTP/1.1")


def _check_expectation(value: bytes, version: str) -> bool:
    if value.lower() != b"100-continue":
        raise unmet_expectation("an Expect other than 100-continue")
    # RFC 9110 section 10.1.1: a client of HTTP/1.0 cannot read a 100.
    return version == "1.1"


# The few hosts that a gateway serves come again and again.
@lru_cache(maxsize=256)
def check_host(value: bytes) -> None:
    """Raise unless it is a name or an address, with or without a port.

    Raises:
        Refusal: It is not.
    """
    match = _HOST.fullmatch(value) if len(value) <= _LONGEST_HOST else None
    if match is None:
        raise malformed_header("Host is no name and no address")
    if match["port"] is not None and int(match["port"]) > _HIGHEST_PORT:
        raise malformed_header("Host has a port that does not exist")
    if match["address"] is not None:
        try:
            IPv6Address(match["address"].decode("ascii"))
        except ValueError as error:
            raise malformed_header("Host has an address that is none") from error


def check_size(headers: Sequence[tuple[bytes, bytes]], limits: ListenerLimits) -> None:
    """Raise if the headers are more, or larger, than allowed.

    Raises:
        Refusal: They are.
    """
    if len(headers) > limits.header_count:
        raise oversized_head(f"{len(headers)} headers")
    size = sum(len(name) + len(value) + 4 for name, value in headers)
    if size > limits.header_bytes:
        raise oversized_head(f"{size} bytes of headers")
