"""Which of the two planes a request is for.

Requests for the gateway's own host and an own path go to the control plane, all others
are routed. `gateway check` refuses routes that an own path would hide.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Everything below these is the gateway's own, also what does not exist yet
# (`gateway.config` has the same list for the files).
OWN_PREFIXES = (
    *(b"/.well-known/", b"/oauth2/", b"/saml2/", b"/_gateway/"),
    *(b"/account/", b"/passkeys/"),
)
OWN_PATHS = frozenset(
    {
        *(b"/login", b"/signup", b"/confirm", b"/confirmUser", b"/resendcode"),
        *(b"/forgotPassword", b"/confirmForgotPassword", b"/consent", b"/device"),
        *(b"/login/connect", b"/logout", b"/account", b"/error"),
    }
)

# The documents of a pool stand below its issuer.
_OWN_POOL_PATH = re.compile(
    rb"/[a-z0-9-]+_[A-Za-z0-9]{9}/\.well-known/(?:jwks\.json|openid-configuration)"
)


class Front:
    """Hands each request to the plane that it is for."""

    def __init__(self, *, proxy: App, control: App, own_host: str) -> None:
        """Tell the planes apart.

        Args:
            proxy: The data plane.
            control: The control plane.
            own_host: Host of `server.public_url`, lower case, without port and brackets.
        """
        self._proxy = proxy
        self._control = control
        self._own_host = own_host.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        path: bytes = scope["raw_path"]
        own = path.startswith(OWN_PREFIXES) or path in OWN_PATHS
        own = own or _OWN_POOL_PATH.fullmatch(path) is not None
        if own and self._is_own_host(scope):
            await self._control(scope, receive, send)
        else:
            await self._proxy(scope, receive, send)

    def _is_own_host(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        host: bytes = hosts[0].lower()
        name = host if host.endswith(b"]") else host.rpartition(b":")[0] or host
        return name.strip(b"[]") == self._own_host
