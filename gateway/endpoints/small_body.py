"""A small request body, read whole.

For the control plane's forms and JSON documents. What is proxied is never gathered; see
`gateway.endpoints.proxy.body`.
"""

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from gateway.model.errors import OversizedRequestError

MAX_SMALL_BODY_BYTES = 64 * 1024


async def read_small_body(
    receive: Receive, *, max_bytes: int = MAX_SMALL_BODY_BYTES
) -> bytes:
    """Return the whole body.

    Args:
        receive: Of the ASGI application.
        max_bytes: Not one byte more is kept.

    Raises:
        OversizedRequestError: There is more of it.
        ClientDisconnect: The client hung up before the end.
    """
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece: bytes = message.get("body", b"")
        length += len(piece)
        if length > max_bytes:
            raise OversizedRequestError(f"a body over {max_bytes} bytes")
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)
