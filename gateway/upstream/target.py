"""Where an upstream listens, and how it is connected to.

No address guard here: whoever writes `config.toml` says where requests go, and a private
network is where most upstreams are.
"""

import asyncio
from dataclasses import dataclass

from typing_extensions import override

from gateway.model.errors import UpstreamRefusedError
from gateway.upstream.tls import ClientTls


@dataclass(frozen=True, slots=True)
class Target:
    """One instance of an upstream.

    Attributes:
        host: Name or address, without brackets.
        port: The port.
        tls: How the two prove themselves to each other; `None` for plain HTTP.
    """

    host: str
    port: int
    tls: ClientTls | None = None

    @override
    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    async def connect(self, protocol: asyncio.Protocol) -> None:
        """Connect the protocol to the target.

        Raises:
            UpstreamRefusedError: There is no such host, nobody listens there, or who
                listens cannot prove to be it.
        """
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: protocol,
                self.host,
                self.port,
                ssl=self.tls.context if self.tls else None,
                server_hostname=self.host if self.tls else None,
            )
        except OSError as error:
            raise UpstreamRefusedError(f"{self}: {error}") from error
