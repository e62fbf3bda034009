"""The gateway's own paths are its own on its own host, and nowhere else."""

from typing import Any

import pytest

from gateway.config.settings.own_paths import OWN_PATHS
from gateway.endpoints.front import Front

# Reserved for later versions, which will answer there.
RESERVED = {"/identitypools/**"}


class App:
    """Notices that it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, *_: Any) -> None:
        self.asked += 1


async def _nothing(*_: Any) -> Any:
    """Be nobody's client."""


async def _ask(path: bytes, *hosts: bytes) -> str:
    proxy, control = App(), App()
    front = Front(proxy=proxy, control=control, own_host="gw.example.com")
    scope = {"raw_path": path, "headers": [(b"host", host) for host in hosts]}

    await front(scope, _nothing, _nothing)

    assert proxy.asked + control.asked == 1
    return "control" if control.asked else "proxy"


@pytest.mark.parametrize(
    "path",
    [
        *(b"/oauth2/token", b"/.well-known/x", b"/login", b"/account"),
        b"/account/profile",
        b"/us-east-1_Ab3dEfGh9/.well-known/jwks.json",
        b"/us-east-1_Ab3dEfGh9/.well-known/openid-configuration",
    ],
)
@pytest.mark.parametrize("host", [b"gw.example.com", b"GW.example.com:8443"])
async def test_an_own_path_on_the_own_host_is_the_control_plane_s(
    path: bytes, host: bytes
) -> None:
    """Names compare without case, and a port is no part of them."""
    assert await _ask(path, host) == "control"


@pytest.mark.parametrize(
    "host", [b"api.example.com", b"gw.example.com.evil.test", b"[::1]:80", b""]
)
async def test_the_same_path_on_another_host_is_routed(host: bytes) -> None:
    """An API behind the gateway may have a token endpoint of its own."""
    assert await _ask(b"/oauth2/token", host) == "proxy"


@pytest.mark.parametrize(
    "path",
    [
        *(b"/", b"/v1/orders", b"/loginx", b"/oauth2", b"/OAUTH2/token", b"//login"),
        b"/us-east-1_Ab3dEfGh9/.well-known/other",
        b"/us-east-1_Ab3dEfGh9/jwks.json",
        b"/orders/.well-known/jwks.json",
    ],
)
async def test_every_other_path_is_routed(path: bytes) -> None:
    """Paths are compared byte for byte."""
    assert await _ask(path, b"gw.example.com") == "proxy"


async def test_two_hosts_are_nobody_s_own() -> None:
    """The proxy refuses such a request."""
    assert await _ask(b"/login", b"gw.example.com", b"gw.example.com") == "proxy"


async def test_an_address_in_brackets_may_be_the_own_host() -> None:
    """Its colons are no port."""
    proxy, control = App(), App()
    front = Front(proxy=proxy, control=control, own_host="::1")
    scope = {"raw_path": b"/login", "headers": [(b"host", b"[::1]")]}

    await front(scope, _nothing, _nothing)

    assert control.asked == 1


@pytest.mark.parametrize("path", sorted({*OWN_PATHS} - RESERVED))
async def test_what_no_route_may_take_is_answered_here(path: str) -> None:
    """There are two lists, and a page that is in one alone would never be seen."""
    filled = path.replace("**", "x").replace("{pool_id}", "us-east-1_Ab3dEfGh9")

    assert await _ask(filled.encode(), b"gw.example.com") == "control"
