"""The database cannot be used: whoever is known goes on, and all others are told.

A second program holds the lock, the disk takes nothing more, the file is read-only, is no
database, or is gone.
"""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.peers.recorder import recording
from tests.peers.running_gateway import (
    CLOSED,
    ENVIRONMENT,
    GATEWAY,
    START_SECONDS,
    RunningGateway,
    Site,
    serving,
    wait_for,
)

pytestmark = pytest.mark.peer

PATH = f"{CLOSED}/1"
GUEST_GRANT = {"grant_type": "urn:federation-gateway:grant:guest"}
# Who waits for a database that is locked waits for two seconds. Nobody else does.
SOON = 1.0


@dataclass
class Desk:
    """A gateway that knows one caller already.

    Attributes:
        gateway: The gateway.
        known: Their token, which has been used.
    """

    gateway: RunningGateway
    known: str
    count: int = 0

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.gateway.site.folder / "state" / "gateway.db"

    def stranger(self) -> httpx.Response:
        """Return the answer to somebody who has never been here."""
        self.count += 1
        token = self.gateway.site.backend.token(f"stranger-{self.count}")
        return self.gateway.get(PATH, token)

    def check_refused(self, answer: httpx.Response) -> None:
        """Fail unless a stranger was told that it is not their fault."""
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert answer.json()["type"] == "urn:gateway:storage_unavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert "gateway.db" not in answer.text

    def check_known(self) -> None:
        """Fail unless the known caller is served, and soon."""
        answer = self.gateway.get(PATH, self.known)
        assert answer.status_code == httpx.codes.OK
        assert answer.elapsed.total_seconds() < SOON

    def detail(self) -> str:
        """Return what the log says of the last refused request."""
        lines = self.gateway.site.logged("program")
        details = [str(line["detail"]) for line in lines if "detail" in line]
        return details[-1] if details else ""

    def identities(self) -> set[tuple[str, str]]:
        """Return ids and subjects of all who are kept."""
        connection = sqlite3.connect(self.database)
        try:
            rows = connection.execute(
                "SELECT identity_id, subject FROM identity_login"
            ).fetchall()
        finally:
            connection.close()
        return set(rows)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with recording() as service:
        folder = tmp_path_factory.mktemp("gateway") / "site"
        site = Site(folder, upstream=service.port)
        with serving(site) as gateway:
            yield Desk(gateway, site.backend.token("known"))


@pytest.fixture
def desk(running: Desk) -> Desk:
    assert running.gateway.get(PATH, running.known).status_code == httpx.codes.OK
    assert running.stranger().status_code == httpx.codes.OK
    return running


def test_a_locked_database_stops_strangers_and_nobody_else(desk: Desk) -> None:
    """Another program writes for too long; afterwards all is as before."""
    other = sqlite3.connect(desk.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with ThreadPoolExecutor(5) as callers:
        waiting = [callers.submit(desk.stranger) for _ in range(5)]
        while not all(each.done() for each in waiting):
            desk.check_known()

    for each in waiting:
        desk.check_refused(each.result())
    # Reading goes on: a new token of somebody who is in the database.
    again = desk.gateway.site.backend.token("known")
    assert desk.gateway.get(PATH, again).status_code == httpx.codes.OK
    with desk.gateway.caller() as caller:
        guest = caller.post("/oauth2/token", data=GUEST_GRANT)
    assert guest.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert guest.json()["error"] == "temporarily_unavailable"
    assert "locked" in desk.detail()

    other.execute("ROLLBACK")
    other.close()
    assert desk.stranger().status_code == httpx.codes.OK


def test_a_disk_that_takes_nothing_more_stops_strangers_and_nobody_else(
    desk: Desk,
) -> None:
    """Logs are lost then, and counted; requests are not."""
    pid, endless = desk.gateway.process.pid, resource.RLIM_INFINITY
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, endless))
    try:
        desk.check_refused(desk.stranger())
        desk.check_known()

        def lost() -> int:
            counters: dict[str, int] = desk.gateway.status()["counters"]
            return counters["log_lines_dropped.access"]

        wait_for(lost, "a lost line of the access log")
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    assert desk.stranger().status_code == httpx.codes.OK


def test_a_database_that_was_taken_away_is_noticed(desk: Desk) -> None:
    """Or ids would be handed out that nobody remembers after the next start."""
    away = desk.database.with_name("away.db")
    desk.database.rename(away)
    desk.database.mkdir()
    try:
        refused = desk.stranger()
        desk.check_known()
    finally:
        desk.database.rmdir()
        away.rename(desk.database)

    assert desk.stranger().status_code == httpx.codes.OK
    desk.check_refused(refused)


def test_nobody_was_given_an_id_that_is_not_kept(desk: Desk) -> None:
    """After all of this, each subject is there once."""
    kept = desk.identities()

    assert len({subject for _, subject in kept}) == len(kept)
    assert "known" in {subject for _, subject in kept}
    last = f"stranger-{desk.count}"
    assert last in {subject for _, subject in kept}


def _read_only(database: Path) -> None:
    database.chmod(0o400)


def _read_only_folder(database: Path) -> None:
    database.parent.chmod(0o500)


def _folder(database: Path) -> None:
    database.unlink()
    database.mkdir()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_read_only, "Permission denied"),
        (_read_only_folder, "read-only"),
        (_folder, "Is a directory"),
    ],
)
def test_a_start_without_a_usable_database_fails_in_one_clear_line(
    desk: Desk, tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    """It says which file and why, with exit status 1; nothing is overwritten."""
    site = Site(tmp_path / "site", upstream=1)
    site.edit("config.toml", "sqlite:state/", "sqlite:data/")
    database = site.folder / "data" / "gateway.db"
    database.parent.mkdir()
    whole = sqlite3.connect(desk.database)
    whole.execute("VACUUM INTO ?", (str(database),))
    whole.close()
    # Whoever may do everything is not stopped by a mode.
    unprivileged = ["setpriv", "--bounding-set=-dac_override"]
    command = [*(unprivileged if os.geteuid() == 0 else []), str(GATEWAY), "serve"]
    spoil(database)
    before = database.read_bytes() if database.is_file() else b""

    ended = subprocess.run(  # noqa: S603 - the tests' own command
        command,
        cwd=site.folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )

    database.parent.chmod(0o700)
    (line,) = ended.stderr.strip().splitlines()
    assert ended.returncode == 1
    assert line.startswith("error: storage_unavailable: data/gateway.db")
    assert told in line
    assert (database.read_bytes() if database.is_file() else b"") == before
    shutil.rmtree(site.folder)
