"""Where a recorded request would lead now.

A record names its route, and holds no more of the request than was read. So the route it
names is taken only where the declared routes leave no doubt that it would be found again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.route import Route

# Whether some request matches both of two routes.
ShareRequests = Callable[[Route, Route], bool]


class Lead(StrEnum):
    """What is known of where a request leads."""

    SAME = "same"
    NOWHERE = "nowhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a recorded request would lead.

    Attributes:
        lead: What is known.
        route: The route, as it is declared now, if it is the same.
    """

    lead: Lead
    route: Route | None = None


_UNKNOWN = Destination(Lead.UNKNOWN)


class Routing:
    """Follows recorded requests from the routes as they were to the routes as they are."""

    def __init__(
        self,
        *,
        before: Sequence[Route],
        after: Sequence[Route],
        share_requests: ShareRequests,
    ) -> None:
        """Compare the routes.

        Args:
            before: Those that the records name.
            after: Those that requests would find now.
            share_requests: Tells whether some request matches both of two routes.
        """
        self._before = {route.id: route for route in before}
        self._after: Mapping[str, Route] = {route.id: route for route in after}
        kept = {_matching(route) for route in before}
        self._new = [route for route in after if _matching(route) not in kept]
        self._share_requests = share_requests
        self._found: dict[str, Destination] = {}

    def follow(self, route_id: str) -> Destination:
        """Return where requests of a route lead now."""
        found = self._found.get(route_id)
        if found is None:
            if route_id not in self._before:
                return _UNKNOWN
            found = self._found[route_id] = self._follow(self._before[route_id])
        return found

    def _follow(self, old: Route) -> Destination:
        now = self._after.get(old.id)
        kept = now is not None and _matching(now) == _matching(old)
        # A narrower route takes requests away, and so does one that was renamed.
        rivals = self._new if kept else self._after.values()
        if any(self._share_requests(old, rival) for rival in rivals):
            return _UNKNOWN
        return Destination(Lead.SAME, now) if kept else Destination(Lead.NOWHERE)


def _matching(route: Route) -> tuple[str, str, str, frozenset[str]]:
    return route.id, route.host, route.path, route.methods
