"""Cutting a connection so that the other side notices."""

import asyncio
import socket
import struct

# On, and no time to send what is left: the kernel then resets the connection.
_AT_ONCE = struct.pack("ii", 1, 0)


def reset(transport: asyncio.Transport) -> None:
    """End a connection with a reset, and drop what was not sent.

    An ordinary end would look like that of an answer whose length is said by it.
    """
    opened = transport.get_extra_info("socket")
    if opened is not None and not transport.is_closing():
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
