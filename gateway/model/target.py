"""The request target in the one form that is matched, decided on and forwarded.

Two parsers that disagree about a path are how gateways of this kind have been walked
around (docs/decisions/0011-one-canonical-target.md). So a target either has a single
reading for every server that follows RFC 3986, a servlet container or WSGI, or it is
refused; nothing is silently decoded.

References: RFC 9112 section 3.2 (request target), RFC 3986 sections 3.3 and 6.2.2.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from gateway.model.errors import MalformedTargetError, OversizedRequestError

# unreserved, sub-delims without ";", ":" and "@" (RFC 3986 section 3.3), percent-encoded
# octets, and "/". ";" is added by `matrix_params = "keep"`.
_PATH = re.compile(rb"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,=:@]|%[0-9A-Fa-f]{2})*)+")
_PATH_WITH_PARAMS = re.compile(
    rb"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,=:@;]|%[0-9A-Fa-f]{2})*)+"
)

# What a path has nearly always: no escape, no parameter, no dot at a segment's start, no
# empty segment. One match tells that nothing else needs to be looked at.
_PLAIN = re.compile(
    rb"(?:/(?:[A-Za-z0-9\-_~!$&'()*+,=:@][A-Za-z0-9\-._~!$&'()*+,=:@]*))+/?"
)

# Everything in VCHAR but "#"; the query is not ours to normalise, only to keep on its line.
_QUERY = re.compile(rb"[\x21\x22\x24-\x7e]*")

# Octets that some server turns into structure: "/", "\", ";" , "?", "#", "%" itself (double
# decoding), controls and NUL, DEL.
_STRUCTURAL = re.compile(rb"%(?:5[Cc]|3[BbFf]|2[35]|[01][0-9A-Fa-f]|7[Ff])")
_ESCAPED_SLASH = re.compile(rb"%2[Ff]")
_ESCAPED_DOT = re.compile(rb"%2[Ee]")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class TargetRules:
    """How strictly a target is read: `[server.paths]` and `[server.limits]`.

    Attributes:
        max_path_bytes: Longest path, without the query.
        keep_encoded_slash: Let `%2F` pass as part of a segment instead of refusing it,
            but not at the segment's edge and not doubled.
        normalise_dot_segments: Resolve `.` and `..` before matching, and forward the
            result, instead of refusing them.
        keep_matrix_params: Let `;` pass instead of refusing it, and match what is left
            when each segment is cut there.
    """

    max_path_bytes: int = 4096
    keep_encoded_slash: bool = False
    normalise_dot_segments: bool = False
    keep_matrix_params: bool = False


STRICT = TargetRules()


@dataclass(frozen=True, slots=True)
class Target:
    """A request target in canonical form.

    Attributes:
        path: The path, percent-encoded, ASCII, beginning with "/".
        segments: The path's parts after each "/", percent-decoded, without parameters.
            What is matched: an upstream decodes too, so "/%61dmin" has to be "/admin"
            here.
        decoded_segments: The same, split at escaped slashes too, as some upstreams do;
            `segments` itself if there are none.
        query: What follows the first "?", as received; empty if there is none.
        raw: Path and query as they are forwarded, byte for byte.
    """

    path: str
    segments: tuple[str, ...]
    decoded_segments: tuple[str, ...]
    query: bytes
    raw: bytes


def parse_target(raw: bytes, rules: TargetRules = STRICT) -> Target:
    """Return the canonical form of an origin-form request target.

    Args:
        raw: Path and query as they stood on the request line.
        rules: How strictly to read it.

    Raises:
        MalformedTargetError: It is not in origin form, has an octet that may not stand
            there, or can be read in more than one way.
        OversizedRequestError: The path is longer than `rules.max_path_bytes`.
    """
    path, mark, query = raw.partition(b"?")
    if len(path) > rules.max_path_bytes:
        raise OversizedRequestError(f"a path of {len(path)} bytes")
    if query and _QUERY.fullmatch(query) is None:
        raise MalformedTargetError("the query holds an octet that may not stand there")
    if _PLAIN.fullmatch(path) is None and path != b"/":
        path = _check_path(path, rules)
    text = path.decode("ascii")
    # Split before decoding: an escaped slash that is kept stays inside its segment.
    parts = text[1:].split("/")
    if ";" in text:
        parts = [part.partition(";")[0] for part in parts]
    segments = split = tuple(parts)
    if "%" in text:
        segments = split = tuple(unquote(part, errors="strict") for part in parts)
        if "%2f" in text or "%2F" in text:
            split = tuple(piece for part in segments for piece in part.split("/"))
    return Target(text, segments, split, query, path + mark + query)


def _check_path(path: bytes, rules: TargetRules) -> bytes:
    allowed = _PATH_WITH_PARAMS if rules.keep_matrix_params else _PATH
    if allowed.fullmatch(path) is None:
        raise MalformedTargetError("the path holds an octet that may not stand there")
    if _STRUCTURAL.search(path):
        raise MalformedTargetError("the path escapes an octet that servers split at")
    if not rules.keep_encoded_slash and _ESCAPED_SLASH.search(path):
        raise MalformedTargetError("the path escapes a slash")
    _check_utf8(path)
    if b"//" in path:
        raise MalformedTargetError("the path has an empty segment")
    _check_pieces(path)
    return _check_dots(path, rules)


def _check_pieces(path: bytes) -> None:
    """Refuse what is empty, or something else, once it is cut or split further."""
    for part in path.split(b"/")[1:]:
        bare, _, parameters = part.partition(b";")
        # Whether it is cut or split first would make a difference.
        if _ESCAPED_SLASH.search(parameters):
            raise MalformedTargetError("the path has a parameter with a slash")
        if part and b"" in _ESCAPED_SLASH.split(bare):
            raise MalformedTargetError("the path has a segment that may be empty")


def _check_utf8(path: bytes) -> None:
    # Overlong forms ("%c0%af" for "/") are no UTF-8, so the decoder finds them.
    if b"%" not in path:
        return
    decoded = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), path)
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedTargetError("the path's escapes are no UTF-8") from error
    # C1 controls and the like have no business in a path, and terminals obey them.
    if not text.isprintable():
        raise MalformedTargetError("the path escapes a control character")


def _check_dots(path: bytes, rules: TargetRules) -> bytes:
    segments = path.split(b"/")[1:]
    # A servlet container cuts a segment at ";" before it looks at dots, and some
    # upstreams split at an escaped slash that we were told to keep, in either order.
    bare = [_ESCAPED_DOT.sub(b".", part) for part in segments]
    pieces = [piece for part in bare for piece in _ESCAPED_SLASH.split(part)]
    if {piece.partition(b";")[0] for piece in pieces}.isdisjoint({b".", b".."}):
        return path
    if not rules.normalise_dot_segments:
        raise MalformedTargetError("the path has a dot segment")
    if b";" in path or _ESCAPED_SLASH.search(path):
        raise MalformedTargetError("the path has a dot segment beside an oddity")
    return _resolve_dots(segments, bare)


def _resolve_dots(segments: list[bytes], bare: list[bytes]) -> bytes:
    """Return the path without dot segments (RFC 3986 section 5.2.4)."""
    kept: list[bytes] = []
    for segment, dots in zip(segments, bare, strict=True):
        if dots == b"..":
            if not kept:
                raise MalformedTargetError("the path leads above its root")
            kept.pop()
        elif dots != b".":
            kept.append(segment)
    if bare[-1] in {b".", b".."}:
        kept.append(b"")
    return b"/" + b"/".join(kept)
