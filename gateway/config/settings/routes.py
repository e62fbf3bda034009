"""`[[routes]]`: which requests lead to which upstream."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from gateway.config.settings.addresses import check_host
from gateway.config.settings.section import (
    Id,
    Loose,
    Names,
    OneOrMore,
    Section,
    Shape,
    distinct,
    flaw,
    unavailable,
)
from gateway.config.settings.server import TIB
from gateway.config.settings.values import Size

ANY_HOST = "*"
REST = "**"

_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]{0,62})\}")
_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")

# What has a meaning of its own in a template, in a request target or for a terminal.
_RESERVED = set('%;?#{}*\\"<>|^`')
_MAX_SEGMENTS = 64
_MAX_PATH = 1024


def parameter_of(segment: str) -> str | None:
    """Return the name in a template's `{name}` segment, or `None` for any other."""
    match = _PARAMETER.fullmatch(segment)
    return match[1] if match else None


def check_template(path: str) -> str:
    """Return the path template, if it can mean one thing only."""
    segments = path.split("/")[1:]
    if not path.startswith("/"):
        raise flaw("E320", "a path template begins with `/`")
    if len(path) > _MAX_PATH or len(segments) > _MAX_SEGMENTS:
        raise flaw("E320", f"a path template has at most {_MAX_SEGMENTS} segments")
    names: set[str] = set()
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        name = parameter_of(segment)
        if name is None:
            _check_literal(segment, last=last)
        elif name in names:
            raise flaw("E320", f"`{{{name}}}` stands twice in the path template")
        else:
            names.add(name)
    return path


def _check_literal(segment: str, *, last: bool) -> None:
    if segment == REST:
        if not last:
            raise flaw("E320", "`**` may only be the last segment")
        return
    if not segment and not last:
        raise flaw("E320", "the path template has an empty segment")
    if segment in {".", ".."}:
        raise flaw("E320", "the path template has a dot segment")
    if "{" in segment or "}" in segment:
        raise flaw(
            "E320",
            f"`{segment}` is no parameter",
            hint="a parameter fills its segment: `{name}`, of letters, digits and `_`",
        )
    if "*" in segment:
        raise flaw(
            "E320",
            f"`{segment}`: a star stands alone, doubled and last",
            hint="write `{name}` for one segment, `**` for the rest",
        )
    if _RESERVED.intersection(segment) or not segment.isprintable() or " " in segment:
        raise flaw(
            "E320",
            "the path template has a character that cannot stand in a path",
            hint="templates are matched after decoding, so write the character itself",
        )


def _check_route_host(host: str) -> str:
    return host if host == ANY_HOST else check_host(host)


def _check_method(method: str) -> str:
    if _METHOD.fullmatch(method) is None:
        raise flaw(
            "E105",
            f"`{method}` is no method",
            hint="methods are written in capitals: GET, POST, DELETE",
        )
    if method in {"CONNECT", "TRACE"}:
        raise flaw("E106", f"{method} is never forwarded")
    return method


def _check_protocol(protocol: tuple[str, ...]) -> tuple[str, ...]:
    for name in protocol:
        if name in {"sse", "websocket", "grpc"}:
            raise unavailable(f"protocol `{name}`")
        if name != "http":
            raise flaw("E105", f"`{name}` is no protocol", hint='write ["http"]')
    return protocol


Method = Annotated[
    str,
    AfterValidator(_check_method),
    Shape({"pattern": f"^{_METHOD.pattern}$", "not": {"enum": ["CONNECT", "TRACE"]}}),
]


class RouteLimits(Section):
    """Bounds of one route."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {"rate": "limiting the rate of requests"}

    body: Size | None = Field(
        default=None,
        ge=0,
        le=TIB,
        description="Request body that is forwarded; else `server.limits.body`.",
    )


class RouteSettings(Section):
    """One way through the gateway."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "recheck": "deciding again on long-lived answers"
    }

    id: Id = Field(description="Its name in policies and logs.")
    host: Annotated[str, AfterValidator(_check_route_host)] = Field(
        default=ANY_HOST, description="Host name in lower case, or `*` for every host."
    )
    path: Annotated[str, AfterValidator(check_template), Shape({"pattern": "^/"})] = (
        Field(
            description="Segments; `{name}` stands for one, `**` at the end for one or more."
        )
    )
    methods: Annotated[tuple[Method, ...], Loose, AfterValidator(distinct)] = Field(
        min_length=1,
        max_length=32,
        description="Methods in capitals. `HEAD` is served where `GET` is.",
    )
    upstream: Id = Field(description="Name of the upstream it leads to.")
    profile: Id = Field(
        default="api", description="Name of the token profile the upstream receives."
    )
    protocol: Annotated[
        tuple[str, ...],
        Loose,
        OneOrMore,
        AfterValidator(_check_protocol),
        Shape({"items": {"enum": ["http"]}}),
    ] = Field(default=("http",), min_length=1, description="`http`.")
    tags: Names = Field(default=(), description="Words for policies and lints to read.")
    limits: RouteLimits = Field(default=RouteLimits(), description="Its own bounds.")
