"""What is asked for: the request and the route, as policies see them.

The fields are those of the CEL variables `request` and `route`, environment version 1.
What costs something to compute is computed when it is first read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import unquote_to_bytes

from gateway.model.errors import OversizedRequestError
from gateway.model.identity import Subject
from gateway.model.target import Target

# Policies go through them, some with a loop inside a loop, and everybody waits for that.
MAX_QUERY_PARAMETERS = 128


def check_query(raw: bytes) -> None:
    """Check that a query has no more parameters than policies may have to go through.

    Raises:
        OversizedRequestError: It has more than `MAX_QUERY_PARAMETERS`.
    """
    count = raw.count(b"&") + 1
    if count > MAX_QUERY_PARAMETERS:
        raise OversizedRequestError(f"a query of {count} parameters")


def parse_query(raw: bytes) -> dict[str, list[str]]:
    """Return the query's parameters, each with all its values in order.

    `+` is a space, as in forms. Bytes that are no UTF-8 become U+FFFD: a policy that
    compares with a literal can then never be true for them.
    """
    parameters: dict[str, list[str]] = {}
    for pair in raw.split(b"&"):
        if not pair:
            continue
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        parameters.setdefault(_decode(name), []).append(_decode(value))
    return parameters


def _decode(raw: bytes) -> str:
    return unquote_to_bytes(raw).decode("utf-8", "replace")


class RequestView:
    """The request of one decision: the CEL variable `request`.

    Attributes:
        id: Request id, unique for each request.
        method: In upper case, as received.
        scheme: `http` or `https`, as the client used it.
        host: Lower case, without the port.
        path: The path, percent-decoded, as an upstream reads it: "/%61dmin" is "/admin"
            here. A slash that is escaped on the wire (and kept) stays "%2F".
        segments: The path's segments, percent-decoded, without the leading empty one.
        ip: The client's address; the peer's, unless a trusted proxy names another.
        tls: Whether the client's connection is encrypted.
        content_length: In bytes; -1 if the body is chunked, 0 if there is none. By
            default, what the headers say.
        time: When the request arrived; equal to `now`.
    """

    # No dataclass: `cached_property` needs a `__dict__`, and construction is on the
    # warm path.
    def __init__(  # noqa: PLR0913 - one argument for each field of the variable
        self,
        *,
        id: str,  # noqa: A002 - the variable's own field name
        method: str,
        scheme: str,
        host: str,
        target: Target,
        raw_headers: Sequence[tuple[bytes, bytes]],
        ip: str,
        time: datetime,
        content_length: int | None = None,
    ) -> None:
        self.id = id
        self.method = method
        self.scheme = scheme
        self.host = host
        self.path = _decoded_path(target)
        self.segments = target.segments
        self.raw_query = target.query
        self.raw_headers = raw_headers
        self.ip = ip
        self.time = time
        if content_length is not None:
            # Takes the place of the property: the headers no longer have it.
            self.content_length = content_length

    @property
    def tls(self) -> bool:
        """Whether the client's connection is encrypted."""
        return self.scheme == "https"

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query's parameters; each name with all its values in order."""
        return parse_query(self.raw_query)

    @cached_property
    def headers(self) -> dict[str, list[str]]:
        """The headers by lower-case name; each with all its values in order."""
        headers: dict[str, list[str]] = {}
        for name, value in self.raw_headers:
            headers.setdefault(name.decode("latin-1").lower(), []).append(
                value.decode("latin-1")
            )
        return headers

    @cached_property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if not said."""
        values = self.headers.get("content-type", [])
        return values[0].partition(";")[0].strip().lower() if len(values) == 1 else ""

    @cached_property
    def content_length(self) -> int:
        """In bytes; -1 if the body is chunked, 0 if there is none."""
        if "transfer-encoding" in self.headers:
            return -1
        values = self.headers.get("content-length", [])
        return int(values[0]) if len(values) == 1 and values[0].isdecimal() else 0


def _decoded_path(target: Target) -> str:
    # Two spellings of one path must not be two paths to a policy.
    if "%" not in target.path and ";" not in target.path:
        return target.path
    return "/" + "/".join(part.replace("/", "%2F") for part in target.segments)


@dataclass(frozen=True, slots=True)
class RouteView:
    """The matched route: the CEL variable `route`.

    Attributes:
        id: The route's id in `config.toml`.
        upstream: Name of the upstream it leads to.
        params: What the path template's `{name}` parts matched, percent-decoded.
        tags: The route's tags.
        audience: `aud` of the credential that the upstream will see.
    """

    id: str
    upstream: str
    params: Mapping[str, str]
    tags: tuple[str, ...]
    audience: str


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One question to the policies.

    Attributes:
        subject: Who asks.
        request: What is asked.
        route: Where it would go.
        now: The decision's only clock, aware UTC.
    """

    subject: Subject
    request: RequestView
    route: RouteView
    now: datetime
