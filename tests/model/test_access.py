"""What is asked for, as policies see it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.access import (
    MAX_QUERY_PARAMETERS,
    AccessRequest,
    RequestView,
    RouteView,
    check_query,
    parse_query,
)
from gateway.model.errors import OversizedRequestError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.target import TargetRules, parse_target

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def view(
    *headers: tuple[bytes, bytes], target: bytes = b"/", scheme: str = "https"
) -> RequestView:
    return RequestView(
        id="r-1",
        method="GET",
        scheme=scheme,
        host="gw.example",
        target=parse_target(target),
        raw_headers=headers,
        ip="192.0.2.7",
        time=NOON,
    )


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        (b"", {}),
        (b"a=1", {"a": ["1"]}),
        (b"a=1&a=2&b=3", {"a": ["1", "2"], "b": ["3"]}),
        (b"a", {"a": [""]}),
        (b"a=", {"a": [""]}),
        (b"=1", {"": ["1"]}),
        (b"&&a=1&", {"a": ["1"]}),
        (b"a=b=c", {"a": ["b=c"]}),
        (b"a+b=c+d", {"a b": ["c d"]}),
        (b"a%2Bb=%2B", {"a+b": ["+"]}),
        (b"a%3Db=%26", {"a=b": ["&"]}),
        (b"a=caf%C3%A9", {"a": ["café"]}),
        (b"a;b=1", {"a;b": ["1"]}),
        (b"a=%zz%", {"a": ["%zz%"]}),
    ],
)
def test_a_query_is_read_as_a_form(
    raw: bytes, parameters: dict[str, list[str]]
) -> None:
    """Every value, in order: whoever sends two may not choose which one counts."""
    assert parse_query(raw) == parameters


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=%c0%af", b"a=%ed%a0%80", b"a=\xff"])
def test_octets_that_are_no_text_match_nothing(raw: bytes) -> None:
    """An error would have to deny; a lookalike could allow."""
    ((value,),) = parse_query(raw).values()

    assert "�" in value


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))
        ),
        max_size=5,
    )
)
def test_what_was_escaped_is_read_back(pairs: list[tuple[str, str]]) -> None:
    """The pair to what every client does."""
    raw = "&".join(
        f"{quote_from_bytes(name.encode(), safe='')}={quote_from_bytes(value.encode(), safe='')}"
        for name, value in pairs
    )
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)

    assert parse_query(raw.encode()) == expected


@given(st.binary(max_size=100))
def test_any_octets_are_a_query(raw: bytes) -> None:
    """There is no way to refuse here, so there is none to fail."""
    for name, values in parse_query(raw).items():
        assert isinstance(name, str)
        assert values


def test_a_view_shows_the_request() -> None:
    """Path and segments as they are matched, and as an upstream reads them."""
    request = view(target=b"/a%20b/c?x=1&x=2")

    assert request.path == "/a b/c"
    assert request.segments == ("a b", "c")
    assert request.raw_query == b"x=1&x=2"
    assert request.query == {"x": ["1", "2"]}
    assert request.query is request.query
    assert (request.id, request.method, request.host) == ("r-1", "GET", "gw.example")
    assert (request.ip, request.time) == ("192.0.2.7", NOON)


@pytest.mark.parametrize(("scheme", "tls"), [("https", True), ("http", False)])
def test_tls_is_what_the_scheme_says(scheme: str, *, tls: bool) -> None:
    """And nothing that a header says."""
    assert view((b"x-forwarded-proto", b"https"), scheme=scheme).tls is tls


def test_headers_have_all_their_values() -> None:
    """Envoy CVE-2021-32777: the last of two is as much the client's as the first."""
    request = view((b"X-A", b"1"), (b"x-b", b""), (b"x-a", b"2"), (b"x-c", b"caf\xe9"))

    assert request.headers == {"x-a": ["1", "2"], "x-b": [""], "x-c": ["café"]}
    assert request.headers is request.headers


@given(
    st.lists(
        st.tuples(st.binary(min_size=1, max_size=10), st.binary(max_size=10)),
        max_size=5,
    )
)
def test_any_headers_can_be_shown(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Octets above 127 are no reason to fail."""
    request = view(*headers)

    assert sum(map(len, request.headers.values())) == len(headers)
    assert isinstance(request.content_type, str)
    assert request.content_length >= -1


@pytest.mark.parametrize(
    ("values", "media_type"),
    [
        ([], ""),
        ([b"application/json"], "application/json"),
        ([b"Text/HTML; charset=utf-8"], "text/html"),
        ([b" text/plain "], "text/plain"),
        ([b""], ""),
        ([b"text/plain", b"text/html"], ""),
    ],
)
def test_a_media_type_is_one_or_none(values: list[bytes], media_type: str) -> None:
    """RFC 9110 section 8.3; of two, nobody knows which one the upstream takes."""
    request = view(*[(b"content-type", value) for value in values])

    assert request.content_type == media_type


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], 0),
        ([(b"content-length", b"0")], 0),
        ([(b"content-length", b"17")], 17),
        ([(b"transfer-encoding", b"chunked")], -1),
        ([(b"content-length", b"+17")], 0),
        ([(b"content-length", b"\xb2")], 0),
        ([(b"content-length", b"1"), (b"content-length", b"2")], 0),
    ],
)
def test_the_length_is_what_the_framing_says(
    headers: list[tuple[bytes, bytes]], length: int
) -> None:
    """The listener has refused everything that is not plain."""
    assert view(*headers).content_length == length


def test_a_question_holds_all_that_decides_it() -> None:
    """So that the same question has the same answer."""
    identity = Identity(
        id="us-east-1:1",
        kind=IdentityKind.GUEST,
        authenticated=False,
        provider="guest",
        provider_kind="guest",
    )
    route = RouteView(
        id="orders", upstream="orders", params={"id": "17"}, tags=(), audience="a"
    )

    access = AccessRequest(
        subject=Subject(identity=identity), request=view(), route=route, now=NOON
    )

    assert access.route.params["id"] == "17"
    assert access.now is NOON


def test_the_path_has_no_parameters() -> None:
    """A rule about `/admin/` is about `/admin;x=1/` too, as routes are."""
    rules = TargetRules(keep_matrix_params=True)
    request = RequestView(
        id="r-1",
        method="GET",
        scheme="https",
        host="gw.example",
        target=parse_target(b"/admin;x=1/u;y", rules),
        raw_headers=[],
        ip="192.0.2.7",
        time=NOON,
    )

    assert request.path == "/admin/u"
    assert request.segments == ("admin", "u")


def test_a_query_has_a_number_of_parameters() -> None:
    """The last that passes and the first that does not; empty ones count."""
    check_query(b"")
    check_query(b"&".join([b"a=1"] * MAX_QUERY_PARAMETERS))
    for query in (b"&".join([b"a=1"] * 129), b"&" * MAX_QUERY_PARAMETERS):
        with pytest.raises(OversizedRequestError):
            check_query(query)
