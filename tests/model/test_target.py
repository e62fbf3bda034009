"""The request target in the one form that is matched, decided on and forwarded."""

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.model.errors import (
    MalformedTargetError,
    OversizedRequestError,
    RequestError,
)
from gateway.model.target import STRICT, TargetRules, parse_target
from tests.model.hostile_paths import DOTS, PATHS, SLASHES

NORMALISING = TargetRules(normalise_dot_segments=True)
WITH_SLASHES = TargetRules(keep_encoded_slash=True)
WITH_PARAMS = TargetRules(keep_matrix_params=True)
LAX = TargetRules(
    keep_encoded_slash=True, normalise_dot_segments=True, keep_matrix_params=True
)

# What paths are put together from: ordinary words, and everything that is cut at, decoded
# or resolved by somebody.
PIECES = st.sampled_from(
    [
        b"a",
        b"admin",
        b"%61",
        b"%C3%A9",
        b".well-known",
        b"~",
        b"?",
        b"%2F",
        *DOTS,
        *SLASHES,
    ]
)
HOSTILE = st.lists(PIECES, min_size=1, max_size=8).map(
    lambda parts: b"/" + b"".join(parts)
)


# Three upstreams, as far as their paths go. Each returns the segments that it would serve,
# with an empty last one for a path that ends in a slash.


def _resolve(segments: list[str]) -> tuple[str, ...]:
    """Return segments without dots and empty ones, as servers drop them."""
    kept: list[str] = []
    for segment in segments[:-1]:
        if segment == "..":
            kept = kept[:-1]
        elif segment not in {"", "."}:
            kept.append(segment)
    if segments[-1] == "..":
        kept = kept[:-1]
    last = "" if segments[-1] in {".", ".."} else segments[-1]
    return (*kept, last)


def as_rfc_3986(path: str) -> tuple[str, ...]:
    """Decode what need not be escaped, resolve, then decode each segment (6.2.2)."""
    segments = [
        ".." if unquote(part) == ".." else "." if unquote(part) == "." else part
        for part in path[1:].split("/")
    ]
    return tuple(unquote(part) for part in _resolve(segments))


def as_servlet(path: str) -> tuple[str, ...]:
    """Strip parameters of each segment, decode, then normalise (Servlet 6.0, 3.5.2)."""
    bare = "/".join(part.partition(";")[0] for part in path.split("/"))
    return _resolve(unquote(bare).replace("\\", "/")[1:].split("/"))


def as_wsgi(path: str) -> tuple[str, ...]:
    """Decode the whole path, as PEP 3333 has it in PATH_INFO, then normalise."""
    return _resolve(unquote(path)[1:].split("/"))


PARSERS = (as_rfc_3986, as_servlet, as_wsgi)


def accepted(raw: bytes, rules: TargetRules = STRICT) -> bool:
    try:
        parse_target(raw, rules)
    except RequestError:
        return False
    return True


@pytest.mark.parametrize("rules", [STRICT, NORMALISING], ids=["strict", "normalising"])
def test_whoever_reads_an_accepted_path_reads_the_same(rules: TargetRules) -> None:
    """Envoy CVE-2019-9901, CVE-2026-73511: a second reading is a way around a rule."""
    targets = {raw: parse_target(raw, rules) for raw in PATHS if accepted(raw, rules)}

    assert targets
    assert [
        (raw, parser.__name__)
        for raw, target in targets.items()
        for parser in PARSERS
        if parser(target.path) != target.segments
    ] == []


def test_the_simulated_upstreams_would_disagree() -> None:
    """Else they would prove nothing."""
    disagreements = [
        raw
        for raw in PATHS
        if raw.startswith(b"/")
        and len(
            {parser(raw.partition(b"?")[0].decode("latin-1")) for parser in PARSERS}
        )
        > 1
    ]

    assert len(disagreements) > 50
    assert not any(map(accepted, disagreements))


def test_no_hostile_path_leads_from_public_to_admin() -> None:
    """What is accepted under `/public` stays there, for each of the upstreams."""
    for raw in PATHS:
        if raw.startswith(b"/public/") and accepted(raw):
            target = parse_target(raw)
            assert target.segments[0] == "public"
            assert {parser(target.path)[0] for parser in PARSERS} == {"public"}


@given(raw=HOSTILE, rules=st.sampled_from([STRICT, NORMALISING]))
@example(raw=b"/a/..;/b", rules=NORMALISING)
@example(raw=b"/a/%2e%2e/%2E/b/..", rules=NORMALISING)
def test_no_combination_of_oddities_has_two_readings(
    raw: bytes, rules: TargetRules
) -> None:
    """The corpus, put together anew each time."""
    try:
        target = parse_target(raw, rules)
    except RequestError:
        return

    assert {parser(target.path) for parser in PARSERS} == {target.segments}
    assert {".", ".."}.isdisjoint(target.segments)
    assert "" not in target.segments[:-1]


@given(raw=HOSTILE, rules=st.sampled_from([WITH_SLASHES, WITH_PARAMS, LAX]))
@example(raw=b"/a/..%2f..%2fb", rules=WITH_SLASHES)
@example(raw=b"/a/.;x/b", rules=WITH_PARAMS)
@example(raw=b"/a;x%2f..;y/b", rules=LAX)
def test_a_leniency_never_hides_a_dot_segment(raw: bytes, rules: TargetRules) -> None:
    """Envoy CVE-2026-73553: `/..;x/` is `/../` for a servlet container."""
    try:
        target = parse_target(raw, rules)
    except RequestError:
        return

    everywhere = {
        piece.partition(";")[0]
        for piece in unquote(target.path).replace("\\", "/").split("/")
    }
    assert {".", ".."}.isdisjoint(everywhere)


@given(st.binary(max_size=60), st.sampled_from([STRICT, NORMALISING, LAX]))
def test_any_octets_are_a_target_or_refused(raw: bytes, rules: TargetRules) -> None:
    """A parser has no other end."""
    try:
        target = parse_target(raw, rules)
    except RequestError:
        return

    assert target.path.startswith("/")
    assert target.raw.isascii()
    assert b"#" not in target.raw


@given(HOSTILE)
def test_a_canonical_target_is_its_own_canonical_form(raw: bytes) -> None:
    """What is forwarded would be matched and decided just so."""
    try:
        target = parse_target(raw, NORMALISING)
    except RequestError:
        return

    assert parse_target(target.raw, STRICT) == target


@given(HOSTILE, st.binary(max_size=20))
def test_the_path_does_not_depend_on_the_query(raw: bytes, query: bytes) -> None:
    """oauth2-proxy GHSA-7rh7-c77v-6434: an allow-list saw path and query as one."""
    path = raw.partition(b"?")[0]
    try:
        target = parse_target(path + b"?" + query)
    except RequestError:
        return

    alone = parse_target(path)
    assert (alone.path, alone.segments) == (target.path, target.segments)
    assert target.query == query
    assert target.raw == path + b"?" + query


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        (b"/", ("",)),
        (b"/orders", ("orders",)),
        (b"/orders/", ("orders", "")),
        (b"/orders/17/lines", ("orders", "17", "lines")),
        (b"/%61dmin", ("admin",)),
        (b"/caf%c3%a9/%20", ("café", " ")),
        (b"/.well-known/a", (".well-known", "a")),
        (b"/...", ("...",)),
        (b"/a+b,c=d@e:f!$&'()*~-_.", ("a+b,c=d@e:f!$&'()*~-_.",)),
    ],
)
def test_segments_are_matched_decoded(raw: bytes, segments: tuple[str, ...]) -> None:
    """An upstream decodes too, so `/%61dmin` has to be `/admin` here."""
    target = parse_target(raw)

    assert target.segments == segments
    assert target.raw == raw
    assert target.path == raw.decode()
    assert target.query == b""


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"a", b"*", b"http://a/", b"/a#b", b"/a b", b"/a\x00", b"/\xc3\xa9", b"/%", b"/%2",
        b"/%zz", b"/a//b", b"//a", b"/a;b", b"/a\\b", b"/%2f", b"/%5C", b"/%3b", b"/%3F",
        b"/%23", b"/%25", b"/%00", b"/%0a", b"/%1f", b"/%7F", b"/.", b"/..", b"/a/%2e", b"/a/.%2E/b",
        b"/%c0%af", b"/%ed%a0%80", b"/%ff", b"/%c2%85", b"/%e2%80%ae", b"/?#", b"/? ", b"/?\xff",
        b"/<a>", b'/"', b"/[", b"/^", b"/`", b"/{|}",
    ],
)  # fmt: skip
def test_what_has_another_reading_is_refused(raw: bytes) -> None:
    """docs/decisions/0011-one-canonical-target.md."""
    with pytest.raises(MalformedTargetError):
        parse_target(raw)


def test_a_path_is_as_long_as_its_limit_at_most() -> None:
    """The query is limited with the whole request line, by the listener."""
    rules = TargetRules(max_path_bytes=4)

    assert parse_target(b"/abc?" + b"q" * 100, rules).path == "/abc"
    with pytest.raises(OversizedRequestError):
        parse_target(b"/abcd", rules)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"/a/./b", "/a/b"),
        (b"/a/../b", "/b"),
        (b"/a/b/..", "/a/"),
        (b"/a/b/.", "/a/b/"),
        (b"/a/..", "/"),
        (b"/./", "/"),
        (b"/a/%2e%2E/b", "/b"),
        (b"/a/b/../../c/", "/c/"),
        (b"/a/./../b?c/../d", "/b"),
    ],
)
def test_dot_segments_are_resolved_if_so_configured(raw: bytes, path: str) -> None:
    """RFC 3986 section 5.2.4; the result is what is forwarded."""
    target = parse_target(raw, NORMALISING)

    assert target.path == path
    assert target.raw == path.encode() + b"".join(raw.partition(b"?")[1:])


@pytest.mark.parametrize(
    "raw", [b"/..", b"/../a", b"/a/../..", b"/a/../../b", b"/%2e%2e"]
)
def test_nothing_leads_above_the_root(raw: bytes) -> None:
    """RFC 3986 would stay at the root; servers differ, so nobody gets to choose."""
    with pytest.raises(MalformedTargetError, match="above its root"):
        parse_target(raw, NORMALISING)


@pytest.mark.parametrize(
    "raw", [b"/a;x/../b", b"/a/..;/b", b"/a%2fb/../c", b"/a/..%2fb"]
)
def test_dots_beside_another_oddity_are_refused(raw: bytes) -> None:
    """Which of the two is read first decides where it leads."""
    with pytest.raises(MalformedTargetError, match="beside an oddity"):
        parse_target(raw, LAX)


def test_an_escaped_slash_may_be_kept() -> None:
    """As part of its segment: never silently decoded into two."""
    target = parse_target(b"/files/a%2Fb", WITH_SLASHES)

    assert target.segments == ("files", "a/b")
    assert target.raw == b"/files/a%2Fb"


def test_a_kept_slash_has_both_readings() -> None:
    """Some upstreams split there, after they have cut parameters off."""
    target = parse_target(b"/files/a%2Fb;x/c", LAX)

    assert target.segments == ("files", "a/b", "c")
    assert target.decoded_segments == ("files", "a", "b", "c")


@pytest.mark.parametrize("raw", [b"/", b"/a/b/", b"/a%20b", b"/a;x=1/b"])
def test_without_a_kept_slash_there_is_one_reading(raw: bytes) -> None:
    """The very same object, so that nothing is matched twice."""
    target = parse_target(raw, LAX)

    assert target.decoded_segments is target.segments


def test_parameters_may_be_kept() -> None:
    """For the upstream. What is matched is what a servlet container sees."""
    target = parse_target(b"/a;x=1/b;y", WITH_PARAMS)

    assert target.segments == ("a", "b")
    assert target.path == "/a;x=1/b;y"
    assert target.raw == b"/a;x=1/b;y"


@pytest.mark.parametrize(
    "raw",
    [
        b"/%2f", b"/%2fa", b"/a%2f", b"/a/%2Fb/c", b"/a%2f%2fb", b"/;", b"/a/;", b"/;/a",
        b"/;x=1/a", b"/a/;/b", b"/a%2f;x/b", b"/%2f;x", b"/a;x%2fb", b"/a;%2f",
    ],
)  # fmt: skip
def test_what_may_be_an_empty_segment_is_refused(raw: bytes) -> None:
    """`/w/;/admin` is `/w//admin` for a servlet container, and then `/w/admin`."""
    with pytest.raises(MalformedTargetError):
        parse_target(raw, LAX)


@pytest.mark.parametrize("raw", PATHS, ids=lambda raw: repr(raw[:50]))
def test_every_upstream_has_one_of_the_readings(raw: bytes) -> None:
    """Whatever is kept, an upstream that it is kept for sees what was matched."""
    if accepted(raw, WITH_SLASHES):
        target = parse_target(raw, WITH_SLASHES)
        readings = {target.segments, target.decoded_segments}
        assert {parser(target.path) for parser in PARSERS} <= readings
    if accepted(raw, WITH_PARAMS):
        target = parse_target(raw, WITH_PARAMS)
        assert as_servlet(target.path) == target.segments
    if accepted(raw, LAX):
        target = parse_target(raw, LAX)
        assert as_servlet(target.path) == target.decoded_segments


@given(HOSTILE)
def test_every_upstream_has_one_of_the_readings_of_any_combination(raw: bytes) -> None:
    """The corpus, put together anew each time."""
    test_every_upstream_has_one_of_the_readings(raw)


@pytest.mark.parametrize("raw", [b"/a%2fb", b"/a/%2f"])
def test_one_leniency_is_not_another(raw: bytes) -> None:
    """Each is asked for by itself."""
    with pytest.raises(MalformedTargetError, match="escapes a slash"):
        parse_target(raw, WITH_PARAMS)


def test_the_corpus_is_as_large_as_promised() -> None:
    """A corpus that shrinks unnoticed proves less and less."""
    assert len(PATHS) >= 300
