"""Which routes a pattern of a policy file means.

A pattern is a route's id, in which each `*` stands for any run of characters. Nothing
else is special: route ids hold letters, digits, `-`, `_` and `.`.
"""

import re
from collections.abc import Iterable, Sequence

from gateway.config.suggestion import suggest


class RoutePatterns:
    """Finds the routes that patterns name; each pattern is worked out once."""

    def __init__(self, *, route_ids: Iterable[str]) -> None:
        self._ids = tuple(route_ids)
        self._ranks = {route_id: rank for rank, route_id in enumerate(self._ids)}
        self._known = frozenset(self._ids)
        self._found: dict[str, frozenset[str]] = {}

    def find(self, pattern: str) -> frozenset[str]:
        """Return the ids of the routes that match; empty if none does."""
        found = self._found.get(pattern)
        if found is None:
            found = self._found[pattern] = self._search(pattern)
        return found

    def find_all(self, patterns: Sequence[str]) -> frozenset[str]:
        """Return the ids of the routes that match at least one of the patterns."""
        return frozenset().union(*map(self.find, patterns))

    def in_order(self, route_ids: Iterable[str]) -> list[str]:
        """Return the ids in the order in which the routes are declared."""
        return sorted(route_ids, key=self._ranks.__getitem__)

    def suggest(self, pattern: str) -> str:
        """Return `did you mean ...?` for the route nearest to a pattern, or nothing."""
        return suggest(pattern, self._ids)

    def _search(self, pattern: str) -> frozenset[str]:
        if "*" not in pattern:
            return frozenset((pattern,)) & self._known
        if pattern == "*":
            return self._known
        wanted = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        return frozenset(filter(wanted.fullmatch, self._ids))
