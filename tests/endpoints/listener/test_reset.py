"""Cutting a connection so that the other side notices."""

import socket
import struct

from gateway.endpoints.listener.reset import reset
from tests.endpoints.listener.conftest import FakeTransport


def test_a_reset_is_no_ordinary_end() -> None:
    """SO_LINGER with no time makes the kernel send RST instead of FIN."""
    transport = FakeTransport()

    reset(transport)

    assert transport.aborted
    assert transport.socket.options == [
        (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ]


def test_what_is_closing_is_only_hurried() -> None:
    """Its socket may be gone already."""
    transport = FakeTransport()
    transport.close()

    reset(transport)

    assert transport.aborted
    assert transport.socket.options == []
