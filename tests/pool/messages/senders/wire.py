"""A mail server that follows a script, without a socket."""

import smtplib
import threading
from typing import Any


class Lines:
    """What a server says, one line after the other."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def readline(self, _: int = -1) -> bytes:
        return (self.lines.pop(0) + "\r\n").encode() if self.lines else b""

    def close(self) -> None:
        pass


class Wire:
    """A socket to a server."""

    def __init__(self, *lines: str) -> None:
        self.lines = Lines(list(lines))
        self.sent = ""
        self.secured_as = ""
        self.shut = threading.Event()

    def makefile(self, _: str) -> Lines:
        return self.lines

    def sendall(self, sent: bytes) -> None:
        self.sent += sent.decode()

    def shutdown(self, _: int) -> None:
        self.shut.set()
        raise OSError("it was closed")

    def close(self) -> None:
        pass


class Context:
    """TLS that leaves a wire as it is, and remembers who was to prove themselves."""

    def wrap_socket(self, wire: Wire, *, server_hostname: str) -> Wire:
        wire.secured_as = server_hostname
        return wire


class Scripted(smtplib.SMTP):
    """A connection over a wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(local_hostname="gateway.example")
        self._wire = wire

    def _get_socket(self, *_: Any) -> Wire:
        return self._wire
