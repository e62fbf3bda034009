"""Small documents from places outside: discovery documents, key sets, answers to webhooks.

What comes back is untrusted and bounded; what it means is for the caller to find out.
A redirect is a failure: the place that was checked is the place that answers. Bodies are
never logged.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import httpx

from gateway.net.addresses import AddressGuard, IPNetwork
from gateway.net.errors import (
    ForbiddenTargetError,
    OversizedAnswerError,
    UnusableAnswerError,
)
from gateway.net.transport import GuardedTransport, Surroundings

_HEADERS = {
    "accept": "application/json",
    # A compressed answer may unpack to more than anybody wants to hold.
    "accept-encoding": "identity",
    "connection": "close",
    "user-agent": "federation-gateway",
}

_REDIRECTS = range(300, 400)

_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class FetchRules:
    """Where requests may go, and what they may cost.

    Attributes:
        allow_hosts: The only hosts that are asked, in lower case, as URLs write them.
        allow_addresses: Networks beyond the public internet that a host may lead to.
        allow_http: Whether a URL may do without TLS.
        ca: Certificates in PEM form that alone are trusted; empty for the usual ones.
        timeout: For one whole exchange.
        max_bytes: The largest body that is read.
    """

    allow_hosts: frozenset[str]
    allow_addresses: tuple[IPNetwork, ...] = ()
    allow_http: bool = False
    ca: bytes = field(default=b"", repr=False)
    timeout: timedelta = timedelta(seconds=3)
    max_bytes: int = 256 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, as it came.

    Attributes:
        status: The HTTP status; never a redirect.
        media_type: `Content-Type` in lower case, without parameters; may be empty.
        body: At most `FetchRules.max_bytes` of it.
        headers: The others, by their names in lower case.
    """

    status: int
    media_type: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Fetcher:
    """Gets documents, and sends them, within rules.

    Args:
        rules: Where it may go.
        surroundings: The resolver, the sockets and the clock; replaced in tests.

    Raises:
        ValueError: `rules.ca` holds no certificate.
    """

    def __init__(
        self, rules: FetchRules, *, surroundings: Surroundings | None = None
    ) -> None:
        self._rules = rules
        self._own_context = _trusting(rules.ca) if rules.ca else None
        self._transport = GuardedTransport(
            guard=AddressGuard(rules.allow_addresses),
            context=lambda: self._context,
            timeout=rules.timeout.total_seconds(),
            max_bytes=rules.max_bytes,
            surroundings=surroundings or Surroundings(),
        )

    @cached_property
    def _context(self) -> ssl.SSLContext:
        # Reading the usual certificates takes a while, and many a fetcher needs none.
        return self._own_context or httpx.create_ssl_context(trust_env=False)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        """Return what a URL leads to.

        Args:
            url: May come from a document of somebody else.
            headers: Of the request, beside the fetcher's own or instead of them.

        Raises:
            ForbiddenTargetError: The rules do not let a request go there.
            FetchTimeoutError: It took longer than `rules.timeout`.
            OversizedAnswerError: The body is larger than `rules.max_bytes`.
            UnusableAnswerError: The answer is a redirect, or packed.
            FetchError: There is no connection, or the answer is no HTTP.
        """
        return self._exchange("GET", url, headers or {}, None)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Fetched:
        """Send a body somewhere, and return what is answered.

        Args:
            url: Where to.
            body: As it is sent.
            headers: Of the request, beside the fetcher's own; with its `content-type`.

        Raises:
            ForbiddenTargetError: The rules do not let a request go there.
            FetchTimeoutError: It took longer than `rules.timeout`.
            OversizedAnswerError: The body is larger than `rules.max_bytes`.
            UnusableAnswerError: The answer is a redirect, or packed.
            FetchError: There is no connection, or the answer is no HTTP. The body may
                have arrived all the same.
        """
        return self._exchange("POST", url, headers, body)

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Fetched:
        target = self._check(url)
        answer = self._transport.handle_request(
            httpx.Request(method, target, headers={**_HEADERS, **headers}, content=body)
        )
        try:
            return self._read(answer, target.host)
        finally:
            answer.close()

    def _check(self, url: str) -> httpx.URL:
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise ForbiddenTargetError("the URL cannot be read") from error
        schemes = {"https", "http"} if self._rules.allow_http else {"https"}
        if target.scheme not in schemes:
            raise ForbiddenTargetError(f"the scheme {target.scheme[:20]!r} is not used")
        if target.userinfo or "@" in url.partition("?")[0]:
            raise ForbiddenTargetError("the URL carries a user or a password")
        if target.fragment or "#" in url:
            raise ForbiddenTargetError("the URL carries a fragment")
        if target.port is not None and target.port not in _PORTS:
            raise ForbiddenTargetError(f"there is no port {target.port}")
        # The form in which it will be resolved: lower case, international names encoded.
        host = target.raw_host.decode("ascii")
        if host not in self._rules.allow_hosts:
            raise ForbiddenTargetError(f"the host {host[:255]!r} is not allowed")
        return target

    def _read(self, answer: httpx.Response, host: str) -> Fetched:
        if answer.status_code in _REDIRECTS:
            raise UnusableAnswerError(
                f"{host!r} answers with a redirect, {answer.status_code}"
            )
        packing = answer.headers.get("content-encoding", "identity").strip().lower()
        if packing not in {"", "identity"}:
            raise UnusableAnswerError(
                f"{host!r} answers in the encoding {packing[:20]!r}"
            )
        body = bytearray()
        for piece in answer.iter_raw():
            body += piece
            if len(body) > self._rules.max_bytes:
                raise OversizedAnswerError(
                    f"{host!r} sends more than {self._rules.max_bytes} bytes"
                )
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(answer.status_code, kind, bytes(body), dict(answer.headers))


def _trusting(ca: bytes) -> ssl.SSLContext:
    """Return a context that trusts the given certificates and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=ca.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError) as error:
        raise ValueError("the CA file holds no certificate in PEM form") from error
    return context
