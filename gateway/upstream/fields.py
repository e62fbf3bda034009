"""The header fields of a response: what they say about its body, and what is passed on.

References: RFC 9110 section 7.6.1 (hop-by-hop), RFC 9112 sections 6.3 and 9.3 (body
length, persistence).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.model.errors import UpstreamError

Header = tuple[bytes, bytes]

# More would not fit into 64 bits, and no body is that long.
_MAX_DIGITS = 18

_KEEP_ALIVE_TIMEOUT = re.compile(rb"(?:^|[,; \t])timeout=([0-9]{1,6})(?:$|[,; \t])")

# For one hop, but for `X-Request-Id`: the id of a request is the gateway's to give.
_DROPPED = frozenset(
    {
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"upgrade",
        b"x-request-id",
    }
)

# These the framing depends on.
_FRAMING = frozenset(
    {b"connection", b"content-length", b"keep-alive", b"transfer-encoding"}
)

# Names are remembered in the spelling they came in; more than that are worked out anew.
_MAX_REMEMBERED = 1024
_MAX_REMEMBERED_BYTES = 64


@dataclass(slots=True)
class ResponseFields:
    """The fields of one response head, taken apart.

    Attributes:
        headers: What may be passed on, names in lower case; with `content-length`.
        content_length: As declared; `None` if it is not.
        chunked: Whether the body is chunked.
        close: Whether the peer will close the connection.
        keep_alive: For how many seconds the peer promises to keep the connection open;
            `None` if it does not say.
    """

    headers: list[Header]
    content_length: int | None = None
    chunked: bool = False
    close: bool = False
    keep_alive: int | None = None


class ResponseHeaders:
    """Takes response heads apart; remembers the names it has seen."""

    def __init__(self) -> None:
        """Start with no name."""
        # The name in lower case for those that are passed on, `None` for those that are
        # not, and the empty name for those that say how the body is framed.
        self._remembered: dict[bytes, bytes | None] = {}

    def read(self, raw: Sequence[Header]) -> ResponseFields:
        """Return the fields of a head.

        Args:
            raw: Name and value of each header, as a strict parser found them.

        Raises:
            UpstreamError: The fields contradict each other or cannot be understood.
        """
        headers: list[Header] = []
        framing: list[Header] = []
        remembered = self._remembered
        for name, value in raw:
            try:
                known = remembered[name]
            except KeyError:
                known = self._judge(name)
            if known:
                headers.append((known, value))
            elif known is not None:
                framing.append((name.lower(), value))
        fields = ResponseFields(headers)
        for name, value in framing:
            _frame(fields, name, value)
        if fields.chunked and fields.content_length is not None:
            raise UpstreamError("Transfer-Encoding beside Content-Length")
        return fields

    def _judge(self, name: bytes) -> bytes | None:
        lower = name.lower()
        known = b"" if lower in _FRAMING else None if lower in _DROPPED else lower
        if (
            len(self._remembered) < _MAX_REMEMBERED
            and len(name) <= _MAX_REMEMBERED_BYTES
        ):
            self._remembered[name] = known
        return known


def _frame(fields: ResponseFields, name: bytes, value: bytes) -> None:
    if name == b"content-length":
        value = value.strip(b" \t")
        if (
            fields.content_length is not None
            or not value.isdigit()
            or len(value) > _MAX_DIGITS
        ):
            raise UpstreamError("Content-Length is doubled or no number")
        fields.content_length = int(value)
        fields.headers.append((name, value))
    elif name == b"transfer-encoding":
        if fields.chunked or value.strip(b" \t").lower() != b"chunked":
            raise UpstreamError("a Transfer-Encoding other than one chunked")
        fields.chunked = True
    elif name == b"keep-alive":
        timeout = _KEEP_ALIVE_TIMEOUT.search(value)
        fields.keep_alive = int(timeout[1]) if timeout else None
    else:
        _connection(fields, value.lower())


def _connection(fields: ResponseFields, value: bytes) -> None:
    if value == b"keep-alive":
        return
    nominated = {token.strip(b" \t") for token in value.split(b",")}
    fields.close = fields.close or b"close" in nominated
    # A peer cannot have the length taken away that the client relies on.
    nominated -= {b"close", b"keep-alive", b"content-length"}
    if nominated:
        fields.headers = [
            header for header in fields.headers if header[0] not in nominated
        ]
