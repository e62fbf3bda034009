"""Path templates, taken apart.

A template is made of literal segments, `{name}` for exactly one segment and `**` for
everything below, as the last. A "/" at its end is part of it: "/v1/" and "/v1" are two
places, since an upstream may or may not treat them as one; what `**` stands for may end
either way (docs/decisions/0005-route-matching.md).
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from gateway.model.route import Route

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WILD = frozenset("{}*?#")

ANY_HOST = "*"


class Kind(IntEnum):
    """What stands in one place of a template; the smaller is the more specific."""

    LITERAL = 0
    PARAMETER = 1
    REST = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a template.

    Attributes:
        kind: What it matches.
        text: The segment's text, percent-decoded, if it is a literal; the parameter's
            name if it is one; else empty.
    """

    kind: Kind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A path template in its parts.

    Attributes:
        parts: One for each segment, without the empty one after a "/" at the end.
        slash: Whether the template ends in "/".
    """

    parts: tuple[Part, ...]
    slash: bool

    @property
    def ends(self) -> tuple[bool, ...]:
        """How a path may end that matches: without a "/", with one, or either."""
        if self.parts and self.parts[-1].kind is Kind.REST:
            return (False, True)
        return (self.slash,)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, from left to right."""
        return tuple(part.text for part in self.parts if part.kind is Kind.PARAMETER)


def parse_template(path: str) -> Template:
    """Return the parts of a path template.

    Args:
        path: As written in `config.toml`, beginning with "/".

    Raises:
        ValueError: It is no template: it does not begin with "/", has an empty or a dot
            segment, `**` elsewhere than at its end, a name twice, or a literal that no
            canonical request target can equal.
    """
    if not path.startswith("/"):
        raise ValueError(f"{path!r}: a path begins with '/'")
    segments = path[1:].split("/")
    slash = segments[-1] == ""
    if slash:
        segments.pop()
    parts = tuple(_part(segment, path) for segment in segments)
    if any(part.kind is Kind.REST for part in parts[: len(parts) - (not slash)]):
        raise ValueError(f"{path!r}: '**' stands at the end of a path only")
    template = Template(parts, slash)
    if len(set(template.names)) != len(template.names):
        raise ValueError(f"{path!r}: a parameter's name is used twice")
    return template


def _part(segment: str, path: str) -> Part:
    if segment == "**":
        return Part(Kind.REST)
    parameter = _PARAMETER.fullmatch(segment)
    if parameter is not None:
        return Part(Kind.PARAMETER, parameter[1])
    if segment in {"", ".", ".."}:
        raise ValueError(f"{path!r}: a path has no empty and no dot segments")
    # "%" too: segments are compared after decoding, and "%25" is refused before that.
    if not _WILD.isdisjoint(segment) or "%" in segment or not segment.isprintable():
        raise ValueError(
            f"{path!r}: {segment!r} is no literal, no {{name}} and no '**'"
        )
    return Part(Kind.LITERAL, segment)


def methods_of(route: Route) -> frozenset[str]:
    """Return the methods that the route serves: `HEAD` too where it serves `GET`.

    Reference: RFC 9110 section 9.3.2.
    """
    if "GET" in route.methods:
        return route.methods | {"HEAD"}
    return route.methods
