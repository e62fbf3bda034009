"""What of a request's headers reaches an upstream, and the head that is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.errors import MalformedHeaderError
from gateway.upstream.headers import (
    CleanHeaders,
    Header,
    RequestHeaders,
    fold,
    host_name,
    request_head,
)

HOST = (b"host", b"api.example.com")


def clean(*headers: Header, vouched: tuple[bytes, ...] = ()) -> CleanHeaders:
    """Return what is left of these headers, sent together with a host."""
    return RequestHeaders(vouched=vouched).clean([HOST, *headers])


def test_ordinary_headers_pass_in_their_order() -> None:
    """Cookies, too: signing in at an upstream is the upstream's own business."""
    headers = [
        (b"accept", b"*/*"),
        (b"Cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-tenant", b"t"),
        (b"traceparent", b"00-1-2-01"),
    ]

    result = clean(*headers)

    assert result.headers == headers
    assert result.host == b"api.example.com"
    assert result.content_length == 0


@pytest.mark.parametrize(
    "name",
    [
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"upgrade",
        b"http2-settings",
        b"expect",
    ],
)
def test_what_is_for_one_hop_is_dropped(name: bytes) -> None:
    """RFC 9110 section 7.6.1."""
    for spelling in (name, name.upper(), name.title()):
        assert clean((spelling, b"x"), (b"a", b"b")).headers == [(b"a", b"b")]


@pytest.mark.parametrize(
    "name",
    [
        b"authorization",
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-forwarded-port",
        b"x-forwarded-user",
        b"x-forwarded-anything",
        b"x-real-ip",
        b"x-request-id",
        b"x-original-url",
        b"x-original-uri",
        b"x-original-host",
        b"x-rewrite-url",
        b"x-envoy-original-path",
        b"x-envoy-external-address",
        b"x-auth-request-email",
        b"x-gateway-identity",
        b"x-remote-user",
        b"remote-user",
        b"true-client-ip",
        b"x-http-method-override",
        b"proxy",
        b"dpop",
        b"txn-token",
        b"x-auth",
        b"x-authenticated-user",
        b"x-amzn-oidc-identity",
        b"x-amzn-oidc-data",
        b"x-ms-client-principal",
        b"x-ms-client-principal-id",
        b"x-goog-authenticated-user-email",
        b"ssl-client-verify",
        b"x-ssl-client-s-dn",
        b"x-client-cert",
        b"x-client-cert-chain",
        b"x-username",
        b"x-userid",
        b"x-user-id",
        b"cf-connecting-ip",
        b"fastly-client-ip",
        b"x-appengine-user-ip",
        b"x-azure-clientip",
    ],
)
def test_what_the_gateway_vouches_for_is_dropped_in_every_spelling(name: bytes) -> None:
    """oauth2-proxy CVE-2025-64484: WSGI and CGI make one variable of them all."""
    spellings = {
        name,
        name.upper(),
        name.title(),
        name.replace(b"-", b"_"),
        name.replace(b"-", b"_").upper(),
        name.replace(b"-", b"."),
        name.replace(b"-", b"_", 1),
        name.replace(b"-", b"~"),
    }

    for spelling in spellings:
        assert not clean((spelling, b"x"), vouched=(b"Txn-Token",)).headers, spelling


@pytest.mark.parametrize(
    "name", [b"content_length", b"transfer_encoding", b"host_", b"X_Tenant", b"a_b"]
)
def test_a_name_with_an_underscore_is_dropped(name: bytes) -> None:
    """As nginx does: a policy looked at `x-tenant`, and WSGI would see both as one."""
    assert not clean((name, b"5")).headers


@pytest.mark.parametrize("octet", sorted(set(b"!#$%&'*+.^_`|~")))
def test_only_letters_digits_and_hyphens_pass(octet: int) -> None:
    """PHP and others read `X.Tenant` as `X-Tenant`, and it would come second."""
    names = [b"X%cTenant", b"%cx-tenant", b"x-tenant%c", b"content%clength", b"host%c"]

    assert not clean(*((name % octet, b"5") for name in names)).headers


@pytest.mark.parametrize(
    "name",
    [b"x-tenant", b"x-userland", b"x-users", b"x-ms-version", b"sslx", b"x-clients"],
)
def test_an_application_s_own_header_passes(name: bytes) -> None:
    """Nobody takes it for what a proxy says about the caller."""
    assert clean((name, b"5")).headers == [(name, b"5")]


def test_connection_takes_away_what_it_nominates() -> None:
    """RFC 9110 section 7.6.1: in any case, in any number of lines."""
    result = clean(
        (b"Connection", b"X-Hop,\tkeep-alive , Cookie"),
        (b"x-hop", b"1"),
        (b"COOKIE", b"2"),
        (b"x-kept", b"3"),
        (b"x-late", b"4"),
        (b"connection", b"x-late"),
    )

    assert result.headers == [(b"x-kept", b"3")]


def test_connection_cannot_take_away_what_is_injected() -> None:
    """Envoy PR 44525: what we vouch for is added after the nomination has been obeyed."""
    result = clean((b"connection", b"authorization, txn-token, host, content-length"))

    head = request_head(
        "POST",
        b"/",
        host=result.host,
        headers=result.headers,
        injected=[(b"authorization", b"Bearer minted"), (b"txn-token", b"t")],
        content_length=5,
    )

    assert b"\r\nhost: api.example.com\r\n" in head
    assert b"\r\nauthorization: Bearer minted\r\ntxn-token: t\r\n" in head
    assert b"\r\ncontent-length: 5\r\n" in head


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([(b"Content-Length", b"0")], 0),
        ([(b"content-length", b"17")], 17),
        ([(b"content-length", b"9" * 15)], int("9" * 15)),
        ([(b"transfer-encoding", b"chunked")], None),
        ([(b"Transfer-Encoding", b"Chunked")], None),
    ],
)
def test_the_framing_is_read(headers: list[Header], length: int | None) -> None:
    """And taken out: it is written anew."""
    result = clean(*headers)

    assert result.content_length == length
    assert not result.headers


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"")],
        [(b"content-length", b"+1")],
        [(b"content-length", b"-1")],
        [(b"content-length", b" 1")],
        [(b"content-length", b"1 ")],
        [(b"content-length", b"1_0")],
        [(b"content-length", b"0x1")],
        [(b"content-length", b"1,1")],
        [(b"content-length", b"1.0")],
        [(b"content-length", "१".encode())],
        [(b"content-length", b"9" * 16)],
        [(b"content-length", b"1"), (b"Content-Length", b"1")],
        [(b"content-length", b"1"), (b"content-length", b"2")],
        [(b"content-length", b"1"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"0")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"gzip, chunked")],
        [(b"transfer-encoding", b"chunked ")],
        [(b"transfer-encoding", b"\x0bchunked")],
        [(b"transfer-encoding", b"identity")],
        [(b"transfer-encoding", b"")],
        [(b"host", b"api.example.com")],
        [(b"Host", b"other.example")],
        [(b"bad name", b"x")],
        [(b"bad:name", b"x")],
        [(b"", b"x")],
        [(b"a\r\nb", b"x")],
        [(b"a\n", b"x")],
        [(b"a\x00", b"x")],
        [(b"\xc3\xa9", b"x")],
        [(b"a" * 5000 + b"(", b"x")],
    ],
)
def test_what_has_two_meanings_is_refused(headers: list[Header]) -> None:
    """Nothing is merged, nothing is guessed (RFC 9112 sections 3.2 and 6.3)."""
    with pytest.raises(MalformedHeaderError):
        clean(*headers)


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b" ",
        b"a b",
        b"a/b",
        b"a@b",
        b"user@api.example.com",
        b"a?b",
        b"a#b",
        b"a\\b",
        b"a:b",
        b"a:1:2",
        b"a:123456",
        b"[::1",
        b"::1",
        b"[::1]x",
        b"a,b",
        b"a\x00",
        b"\xc3\xa9.example",
        b"x" * 254,
    ],
)
def test_a_host_that_is_none_is_refused(host: bytes) -> None:
    """Routes and policies go by it, and the upstream receives it."""
    with pytest.raises(MalformedHeaderError):
        RequestHeaders().clean([(b"host", host)])


def test_a_missing_host_is_refused() -> None:
    """RFC 9112 section 3.2."""
    with pytest.raises(MalformedHeaderError):
        RequestHeaders().clean([(b"accept", b"*/*")])


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"API.Example.com", "api.example.com"),
        (b"api.example.com:8443", "api.example.com"),
        (b"api.example.com:", "api.example.com"),
        (b"192.0.2.1:80", "192.0.2.1"),
        (b"[2001:DB8::1]:80", "[2001:db8::1]"),
        (b"[::1]", "[::1]"),
    ],
)
def test_the_name_of_a_host_is_without_port_and_in_lower_case(
    host: bytes, name: str
) -> None:
    """What routes are looked up by."""
    assert host_name(host) == name


def test_only_so_many_names_are_remembered() -> None:
    """A caller that makes up names must not fill the memory."""
    subject = RequestHeaders()
    for i in range(3000):
        subject.clean([HOST, (b"x-%d" % i, b"")])
    subject.clean([HOST, (b"x" * 5000, b"")])

    assert len(subject._remembered) <= 1024
    assert max(map(len, subject._remembered)) <= 64


@pytest.mark.parametrize(
    ("method", "content_length", "framing"),
    [
        ("GET", 0, b""),
        ("HEAD", 0, b""),
        ("DELETE", 0, b""),
        ("OPTIONS", 0, b""),
        ("POST", 0, b"content-length: 0\r\n"),
        ("PATCH", 0, b"content-length: 0\r\n"),
        ("GET", 3, b"content-length: 3\r\n"),
        ("POST", 3, b"content-length: 3\r\n"),
        ("POST", None, b"transfer-encoding: chunked\r\n"),
        ("GET", None, b"transfer-encoding: chunked\r\n"),
    ],
)
def test_a_head_is_one_piece_with_its_framing_last(
    method: str, content_length: int | None, framing: bytes
) -> None:
    """RFC 9110 section 8.6 for where a length of 0 is said."""
    head = request_head(
        method,
        b"/v1/a?b=c",
        host=b"api.example.com:8443",
        headers=[(b"accept", b"*/*"), (b"x", "é".encode())],
        injected=[(b"authorization", b"Bearer x")],
        content_length=content_length,
    )

    assert head == (
        method.encode() + b" /v1/a?b=c HTTP/1.1\r\nhost: api.example.com:8443\r\n"
        b"accept: */*\r\nx: \xc3\xa9\r\nauthorization: Bearer x\r\n" + framing + b"\r\n"
    )


@pytest.mark.parametrize("octet", [*range(9), *range(10, 32), 127])
def test_no_control_gets_into_a_head(octet: int) -> None:
    """RFC 9110 section 5.5: CR, LF and NUL are dangerous, the others useless."""
    bad = b"a" + bytes([octet]) + b"b"

    for method, target, host, name, value in (
        (bad.decode("latin-1"), b"/", b"h", b"n", b"v"),
        ("GET", bad, b"h", b"n", b"v"),
        ("GET", b"/", bad, b"n", b"v"),
        ("GET", b"/", b"h", bad, b"v"),
        ("GET", b"/", b"h", b"n", bad),
    ):
        with pytest.raises(MalformedHeaderError):
            request_head(method, target, host=host, headers=[(name, value)])
        with pytest.raises(MalformedHeaderError):
            request_head(
                method, target, host=host, headers=[], injected=[(name, value)]
            )


def test_a_tab_is_no_control() -> None:
    """RFC 9110 section 5.5 allows it within a value."""
    assert b"n: a\tb\r\n" in request_head(
        "GET", b"/", host=b"h", headers=[(b"n", b"a\tb")]
    )


@pytest.mark.parametrize("method", ["", "GÉT", "GET /x", "GET\t", "\ud800"])
def test_a_method_that_is_no_token_is_refused(method: str) -> None:
    """RFC 9110 section 9.1: it is one word."""
    with pytest.raises(MalformedHeaderError):
        request_head(method, b"/", host=b"h", headers=[])


def test_any_token_is_a_method() -> None:
    """Which ones a route serves is decided elsewhere."""
    assert request_head("M-SEARCH", b"/", host=b"h", headers=[]).startswith(
        b"M-SEARCH /"
    )


@pytest.mark.parametrize(("target", "host"), [(b"/a b", b"h"), (b"/", b"h x")])
def test_no_space_gets_into_the_request_line_or_the_host(
    target: bytes, host: bytes
) -> None:
    """It would begin another part of the line."""
    with pytest.raises(MalformedHeaderError):
        request_head("GET", target, host=host, headers=[])


_OCTETS = st.binary(max_size=12)
_HEADERS = st.lists(
    st.tuples(
        st.one_of(
            _OCTETS,
            st.sampled_from(
                [b"Connection", b"content-length", b"Transfer-Encoding", b"host", b"a"]
            ),
        ),
        st.one_of(
            _OCTETS, st.sampled_from([b"chunked", b"1", b"h", b"a, b", b"close"])
        ),
    ),
    max_size=6,
)


@given(_HEADERS)
def test_whatever_comes_in_the_head_has_one_reading(headers: list[Header]) -> None:
    """As many lines as headers, one host, at most one framing, none of them folded."""
    try:
        result = RequestHeaders().clean([HOST, *headers])
        head = request_head(
            "GET",
            b"/",
            host=result.host,
            headers=result.headers,
            content_length=result.content_length,
        )
    except MalformedHeaderError:
        return

    lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")[1:]
    names = [line.partition(b":")[0].lower() for line in lines]
    assert head.count(b"\n") == head.count(b"\r") == len(lines) + 3 - 1
    assert names.count(b"host") == 1
    assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
    assert all(name == fold(name) for name in names)
