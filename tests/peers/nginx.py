"""nginx as an upstream, with a configuration of the test's own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 10
STOP_SECONDS = 10


@contextlib.contextmanager
def nginx(folder: Path, port: int, server: str) -> Iterator[None]:
    """Run nginx with one server.

    Args:
        folder: For its files; empty.
        port: Where the server listens, as its own directives say.
        server: The directives within `server { }`.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise AssertionError("nginx is not installed: run `make peers`")
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; {user} worker_processes 1; pid {folder}/pid;\n"
        f"error_log {folder}/error.log; events {{ worker_connections 512; }}\n"
        f"http {{ access_log {folder}/access.log; {temporary}\n"
        f"  server {{ {server} }} }}\n"
    )
    process = subprocess.Popen(  # noqa: S603 - the tests' own command
        [program, "-p", str(folder), "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process, folder / "error.log")
        yield
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.02)
    said = log.read_text() if log.exists() else ""
    raise AssertionError(f"nginx does not answer: {said[-2000:]}")
