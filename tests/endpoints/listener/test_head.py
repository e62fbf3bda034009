"""The rules for a request's head that the parser leaves to us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.endpoints.listener.head import (
    check_headers,
    check_host,
    check_size,
    check_target,
    check_version,
)
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.refusal import Refusal

HOST = (b"host", b"gw.example")
LIMITS = ListenerLimits(target_bytes=20, header_bytes=40, header_count=3)


@pytest.mark.parametrize(
    "target", [b"/", b"/a?b", b"//", b"/a?b?c", b"/%zz\\|<>\"'`{}", b"/" + b"a" * 19]
)
def test_a_target_in_origin_form_passes(target: bytes) -> None:
    """Whether it is canonical is decided later, where the path is matched."""
    check_target(target, method=b"GET", limits=LIMITS)


@pytest.mark.parametrize(
    "target",
    [
        b"", b"*", b"a", b"?", b"http://a/", b"a:80", b"/#", b"/a#b", b"/ ", b"/\t", b"/\n",
        b"/\x00", b"/\x7f", b"/\x80", b"/\xff",
    ],
)  # fmt: skip
def test_a_target_in_another_form_is_refused(target: bytes) -> None:
    """RFC 9112 section 3.2.1: a path that begins with a slash, and perhaps a query."""
    with pytest.raises(Refusal, match="origin form"):
        check_target(target, method=b"GET", limits=LIMITS)


def test_connect_has_no_origin_form() -> None:
    """RFC 9112 section 3.2.3."""
    with pytest.raises(Refusal):
        check_target(b"/", method=b"CONNECT", limits=LIMITS)


def test_a_target_is_as_long_as_its_limit_at_most() -> None:
    """The pair to the longest that passes, above."""
    with pytest.raises(Refusal) as caught:
        check_target(b"/" + b"a" * 20, method=b"GET", limits=LIMITS)

    assert caught.value.status == 414


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_versions_with_headers_pass(version: str) -> None:
    """RFC 9112 section 2.3."""
    check_version(version)


@pytest.mark.parametrize("version", ["0.9", "1.2", "2.0", "3.0", "", "1", "11.1"])
def test_another_version_is_refused(version: str) -> None:
    """A parser that reads HTTP/2.0 as if it were 1.1 has read something else."""
    with pytest.raises(Refusal) as caught:
        check_version(version)

    assert caught.value.status == 505


@pytest.mark.parametrize(
    "host",
    [
        b"a", b"gw.example", b"gw.example.", b"GW.Example:443", b"a_b.c-d.example", b"1.2.3.4:0",
        b"[::1]", b"[2001:db8::1]:65535", b"[::ffff:1.2.3.4]", b"a" * 63, b"a:00080",
        b".".join([b"a" * 63] * 3),
    ],
)  # fmt: skip
def test_a_name_or_an_address_is_a_host(host: bytes) -> None:
    """RFC 9112 section 3.2, as far as names are resolved by anybody."""
    check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        b"", b":80", b"a:", b"a:b", b"a:80:80", b"a:65536", b"a:100000", b"a:-1", b"a,b", b"a b",
        b"a/b", b"a?", b"a#", b"a@b", b"a\\b", b"a%2e", b"http://a", b"a..b", b".a", b"-a", b"a-",
        b"a\x00", b"a\n", b"\xe9", b"*", b"[", b"[]", b"[::1", b"::1", b"[:::]", b"[1.2.3.4]",
        b"[fe80::1%25eth0]", b"[::1]a", b"[v1.a]", b"a" * 64, b".".join([b"a" * 62] * 5),
    ],
)  # fmt: skip
def test_anything_else_is_no_host(host: bytes) -> None:
    """Starlette CVE-2026-48710: a Host that is read in two ways moves the request."""
    with pytest.raises(Refusal) as caught:
        check_host(host)

    assert caught.value.status == 400


@given(st.binary(max_size=300))
def test_any_octets_are_a_host_or_refused(host: bytes) -> None:
    """A parser has no other end."""
    try:
        check_host(host)
    except Refusal:
        return
    assert host.isascii()
    assert not set(host) & set(b" /?#@\\,\x00\r\n\t%")


@pytest.mark.parametrize("hosts", [[], [HOST, HOST], [HOST, (b"host", b"b.example")]])
def test_there_is_one_host(hosts: list[tuple[bytes, bytes]]) -> None:
    """RFC 9112 section 3.2: "A server MUST respond with a 400"."""
    with pytest.raises(Refusal, match="Host headers"):
        check_headers([*hosts, (b"accept", b"*/*")], version="1.1")


@pytest.mark.parametrize("length", [b"0", b"5", b"005", b"9" * 18])
def test_a_length_is_a_plain_number(length: bytes) -> None:
    """RFC 9110 section 8.6: digits."""
    headers = [HOST, (b"content-length", length)]

    assert check_headers(headers, version="1.1") is False


@pytest.mark.parametrize(
    "length",
    [b"", b"+5", b"-0", b"5 ", b"0x5", b"5,5", b"5e0", b"1_0", b"9" * 19, b"\xb2", b"5\x00"],
)  # fmt: skip
def test_another_length_is_refused(length: bytes) -> None:
    """Python, C and Java read these, each in its way."""
    with pytest.raises(Refusal, match="Content-Length"):
        check_headers([HOST, (b"content-length", length)], version="1.1")


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked", b"CHUNKED"])
def test_chunked_is_the_only_coding(coding: bytes) -> None:
    """RFC 9112 section 7: the names of codings know no case."""
    headers = [HOST, (b"transfer-encoding", coding)]

    assert check_headers(headers, version="1.1") is False
    with pytest.raises(Refusal):
        check_headers(headers, version="1.0")


@pytest.mark.parametrize(
    "coding", [b"", b"identity", b"gzip, chunked", b"chunked;a", b"chunked, chunked"]
)
def test_another_coding_is_refused(coding: bytes) -> None:
    """RFC 9112 section 6.1: what is not understood must not be passed on."""
    with pytest.raises(Refusal, match="Transfer-Encoding"):
        check_headers([HOST, (b"transfer-encoding", coding)], version="1.1")


@pytest.mark.parametrize(
    "framing",
    [
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"0")],
        [(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")],
    ],
)
def test_the_length_is_said_once(framing: list[tuple[bytes, bytes]]) -> None:
    """RFC 9112 section 6.1: "ought to be handled as an error"."""
    with pytest.raises(Refusal, match="more than one way"):
        check_headers([HOST, *framing], version="1.1")


@pytest.mark.parametrize("name", [b"content_length", b"transfer_encoding"])
def test_a_header_that_looks_like_the_framing_is_refused(name: bytes) -> None:
    """oauth2-proxy CVE-2025-64484: for a WSGI server `_` and `-` are the same."""
    with pytest.raises(Refusal, match="looks like"):
        check_headers([HOST, (name, b"5")], version="1.1")


@pytest.mark.parametrize(("version", "waits"), [("1.1", True), ("1.0", False)])
def test_only_a_newer_client_waits_for_100(version: str, *, waits: bool) -> None:
    """RFC 9110 section 10.1.1: an expectation in HTTP/1.0 is ignored."""
    headers = [HOST, (b"expect", b"100-Continue"), (b"content-length", b"5")]

    assert check_headers(headers, version=version) is waits


def test_another_expectation_is_refused() -> None:
    """RFC 9110 section 10.1.1: 417 says that it will not be met."""
    with pytest.raises(Refusal) as caught:
        check_headers([HOST, (b"expect", b"200-ok")], version="1.1")

    assert caught.value.status == 417


def test_headers_are_counted_and_weighed() -> None:
    """The last that pass, and the first that do not."""
    check_size([(b"a", b"")] * 3, LIMITS)
    check_size([(b"a", b"b" * 35)], LIMITS)
    for headers in ([(b"a", b"")] * 4, [(b"a", b"b" * 36)]):
        with pytest.raises(Refusal) as caught:
            check_size(headers, LIMITS)
        assert caught.value.status == 431
