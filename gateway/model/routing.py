"""The route of a target that may be read in two ways.

Where escaped slashes are kept, nobody knows whether an upstream splits a path there. Such a
request passes only if it has the same route, with the same parameters, either way.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gateway.model.errors import MalformedTargetError, RouteError
from gateway.model.route import Route
from gateway.model.target import Target


class Match(Protocol):
    """A route, and what its template's parameters stand for."""

    @property
    def route(self) -> Route:
        """The route that was found."""

    @property
    def params(self) -> Mapping[str, str]:
        """Parameter name to decoded segment."""


class Router(Protocol):
    """Finds the route of a request."""

    def match(self, host: str, segments: Sequence[str], method: str) -> Match:
        """Return the route, or raise `RouteError`."""


def find_route(router: Router, host: str, target: Target, method: str) -> Match:
    """Return the route of a target.

    Args:
        router: The routes.
        host: Lower case, without the port.
        target: The target in canonical form.
        method: In upper case.

    Raises:
        MalformedTargetError: An upstream that splits at escaped slashes would serve
            something else.
        RouteError: No route is declared for it.
    """
    match = router.match(host, target.segments, method)
    if target.decoded_segments is not target.segments:
        _check_same(match, router, host, target=target, method=method)
    return match


def _check_same(
    match: Match, router: Router, host: str, *, target: Target, method: str
) -> None:
    try:
        other = router.match(host, target.decoded_segments, method)
    except RouteError as error:
        # What is not declared is closed, and must not be opened by another spelling.
        raise MalformedTargetError(
            f"with its slashes decoded, the path leaves route {match.route.id}"
        ) from error
    if other.route is not match.route or other.params != match.params:
        raise MalformedTargetError(
            f"with its slashes decoded, the path of route {match.route.id} "
            f"is one of route {other.route.id}"
        )
