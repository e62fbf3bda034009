"""The paths on the public host that the gateway answers itself.

Those of later versions are reserved already: a route that took one now would stop working
then.
"""

import re
from collections.abc import Sequence

from gateway.config.settings.routes import REST, parameter_of

# A pool's id: clients take what stands before the underscore for a region of AWS's.
POOL_ID = r"[a-z]{2}-(?:gov-)?[a-z]+-[0-9]_[A-Za-z0-9]{9}"

_PATTERNS = {"pool_id": re.compile(POOL_ID)}
_EXAMPLES = {"pool_id": "us-east-1_Ab3dE6gH9"}

# Whole folders where there is one: what a later version adds there is the gateway's too
# (`gateway.endpoints.front` sends them to the control plane).
OWN_PATHS: tuple[str, ...] = (
    "/.well-known/**",
    "/oauth2/**",
    "/saml2/**",
    "/_gateway/**",
    "/login",
    "/login/connect",
    "/signup",
    "/confirm",
    "/confirmUser",
    "/resendcode",
    "/forgotPassword",
    "/confirmForgotPassword",
    "/consent",
    "/device",
    "/logout",
    "/account",
    "/account/**",
    "/passkeys/**",
    "/error",
    "/{pool_id}/.well-known/jwks.json",
    "/{pool_id}/.well-known/openid-configuration",
    "/identitypools/**",
)

# The AWS JSON dialect: one path for all operations, which a header names.
ROOT = "/"
ROOT_METHOD = "POST"

_OWN = tuple(path.split("/")[1:] for path in OWN_PATHS)


def find_own_path(template: str, methods: Sequence[str]) -> str | None:
    """Return a path that a route would take from the gateway, or `None`.

    Args:
        template: The route's path template.
        methods: The route's methods.
    """
    route = template.split("/")[1:]
    if route[0] in {"", REST} and len(route) == 1 and ROOT_METHOD in methods:
        return ROOT
    for own in _OWN:
        path = _common_path(own, route)
        if path is not None:
            return path
    return None


def _common_path(own: Sequence[str], route: Sequence[str]) -> str | None:
    path: list[str] = []
    for position, segment in enumerate(own):
        if position >= len(route):
            return None
        if route[position] == REST:
            rest = [_example(each) for each in own[position:]]
            return "/" + "/".join([*path, *rest])
        if segment == REST:
            rest = [_concrete(each) for each in route[position:]]
            return "/" + "/".join([*path, *rest])
        common = _common_segment(segment, route[position])
        if common is None:
            return None
        path.append(common)
    return "/" + "/".join(path) if len(route) == len(own) else None


def _common_segment(own: str, route: str) -> str | None:
    name = parameter_of(own)
    if parameter_of(route) is not None:
        return _example(own)
    if name is not None:
        return route if _PATTERNS[name].fullmatch(route) else None
    return own if own == route else None


def _example(segment: str) -> str:
    name = parameter_of(segment)
    return "x" if segment == REST else segment if name is None else _EXAMPLES[name]


def _concrete(segment: str) -> str:
    return "x" if segment == REST else parameter_of(segment) or segment
