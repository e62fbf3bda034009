"""Names to addresses, within a time limit.

The operating system's resolver takes as long as it likes, so it is asked in a thread
that nobody waits for longer than the request has time.
"""

import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from gateway.net.errors import FetchError, FetchTimeoutError

# From a host name and a port to the addresses, best first. May take as long as it likes.
Lookup = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses that the operating system knows for a host.

    Raises:
        OSError: The name is not known, or the resolver cannot be reached.
        UnicodeError: It cannot be a host name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # One address can come once for each protocol.
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(lookup: Lookup, host: str, port: int, *, timeout: float) -> Sequence[str]:
    """Return the addresses of a host.

    Args:
        lookup: Who is asked.
        host: A name, or an address in text form.
        port: The port that will be connected to.
        timeout: In seconds; after that the answer is not waited for any more.

    Raises:
        FetchError: The name leads nowhere.
        FetchTimeoutError: There is no answer in time.
    """
    answers: SimpleQueue[Sequence[str] | OSError | UnicodeError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(lookup(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=ask, name="gateway-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except Empty as error:
        raise FetchTimeoutError(f"no address for {host!r} in time") from error
    if isinstance(answer, Exception):
        raise FetchError(f"no address for {host!r}: {answer}") from answer
    return answer
