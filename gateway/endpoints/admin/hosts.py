"""Who the admin listener is spoken to as.

A web page may make its own name resolve to the operator's loopback address, and then read
the admin listener as if it were part of that page (DNS rebinding). Its requests carry the
page's name in `Host`; so only names that nobody else can have are answered.

Reference: RFC 9110 section 7.2 (`Host`).
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.types import Scope

from gateway.model.errors import RequestError

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?")


class ForeignHostError(RequestError):
    """The request was meant for another host, or does not say for which."""

    code = "foreign_host"
    public = "The request is meant for another host."


class HostCheck:
    """Refuses requests under a name that is not the listener's own."""

    def __init__(self, *, names: Collection[str]) -> None:
        """Accept these names beside `localhost` and every IP address.

        Args:
            names: Host names in lower case, without a port.
        """
        self._names = frozenset(names) | {"localhost"}

    def __call__(self, scope: Scope) -> None:
        """Raise unless the request is meant for this listener.

        Raises:
            ForeignHostError: `Host` is missing, doubled or misshapen, or names another.
        """
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            raise ForeignHostError(f"{len(hosts)} Host headers, or a misshapen one")
        host = match[1].decode("ascii").lower().strip("[]")
        if host not in self._names and not _is_address(host):
            raise ForeignHostError(f"host {host!r}")


def _is_address(host: str) -> bool:
    # No page can have an address for its name unless it came from there.
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
