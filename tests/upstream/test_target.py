"""How a target is connected to. The loop is real, what it opens is not."""

import asyncio
import ssl
from typing import Any

import pytest

from gateway.model.errors import UpstreamRefusedError
from gateway.upstream.target import Target
from gateway.upstream.tls import TlsMaterial, client_tls


class _Opener:
    """Stands in for `create_connection`."""

    def __init__(self, error: OSError | None = None) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._error = error

    async def __call__(
        self, factory: Any, host: str, port: int, **options: Any
    ) -> tuple[None, asyncio.Protocol]:
        self.calls.append((host, port, options["ssl"], options["server_hostname"]))
        if self._error is not None:
            raise self._error
        return None, factory()


async def test_a_plain_target_is_connected_without_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To the host and port it names."""
    opener = _Opener()
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", opener)

    await Target("orders.internal", 8080).connect(asyncio.Protocol())

    assert opener.calls == [("orders.internal", 8080, None, None)]


async def test_a_tls_target_is_asked_to_prove_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name that was configured, whatever address it leads to."""
    opener = _Opener()
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", opener)
    tls = client_tls(TlsMaterial())

    await Target("orders.internal", 8443, tls).connect(asyncio.Protocol())

    assert opener.calls == [("orders.internal", 8443, tls.context, "orders.internal")]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        OSError("no route"),
        ssl.SSLCertVerificationError("expired"),
        ConnectionResetError(),
    ],
)
async def test_whatever_the_system_says_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """With the target in its detail."""
    opener = _Opener(error)
    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", opener)

    with pytest.raises(UpstreamRefusedError, match=r"orders\.internal:8080"):
        await Target("orders.internal", 8080).connect(asyncio.Protocol())


def test_targets_with_the_same_material_are_the_same() -> None:
    """So that a reload keeps their connections."""
    one, other = (Target("a", 1, client_tls(TlsMaterial())) for _ in range(2))

    assert one == other
    assert one != Target("a", 1)
