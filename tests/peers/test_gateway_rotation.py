"""Signing keys change while requests go through, and nobody who verifies notices.

Envoy judges, with a cache of the published keys as services have one. Then gateways are
killed at random moments, over and over, while their keys change.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from tests.peers.envoy import Guard, envoy
from tests.peers.load import Load
from tests.peers.processes import free_port
from tests.peers.recorder import Recorder, recording
from tests.peers.running_gateway import (
    AUDIENCE,
    CLOSED,
    ENVIRONMENT,
    Choices,
    RunningGateway,
    Site,
    bearer,
    serving,
    wait_for,
)

pytestmark = pytest.mark.peer

ROOT = Path(__file__).parents[2]
KILLS = 20


def _kids(service: Recorder) -> list[str]:
    """Return the ids of the keys that signed what the service got, each once."""
    kids = [jwt.get_unverified_header(r.token)["kid"] for r in list(service.received)]
    return list(dict.fromkeys(kids))


@contextlib.contextmanager
def _guarded(folder: Path, keys: str) -> Iterator[tuple[Site, Recorder]]:
    """Give a site whose service stands behind Envoy; Envoy needs no gateway to start."""
    port = free_port()
    site = Site(folder / "gateway", upstream=port, choices=Choices(keys=keys))
    with recording() as service:
        guard = Guard(port, service.port, site.port, site.url, AUDIENCE)
        with envoy(folder / "envoy", guard):
            yield site, service


def test_envoy_accepts_every_token_while_an_operator_rotates(tmp_path: Path) -> None:
    """`gateway keys rotate`, and the gateway that runs takes it up by itself."""
    with (
        _guarded(tmp_path, 'publish_before = "2s"') as (site, service),
        serving(site) as gateway,
    ):
        load = Load(gateway)
        before = gateway.status()["signing_key"]
        with load.running():
            wait_for(lambda: service.received, "the first request")
            wait_for(lambda: site.run("keys", "rotate").returncode == 0, "rotation")
            wait_for(lambda: len(_kids(service)) == 2, "tokens of the new key")
            after = gateway.status()["signing_key"]

    assert _kids(service) == [before, after]
    assert list(load.statuses) == [httpx.codes.OK]


@contextlib.contextmanager
def _hasty(site: Site, *, rotate: float, publish: float) -> Iterator["Nursery"]:
    command = [sys.executable, "-m", "tests.peers.hasty_gateway"]
    config = str(site.folder / "config.toml")
    with (
        (site.folder / "state" / "program.jsonl").open("ab") as output,
        subprocess.Popen(  # noqa: S603 - the tests' own command
            [*command, config, str(rotate), str(publish)],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
        ) as process,
    ):
        nursery = Nursery(site, process)
        try:
            yield nursery
        finally:
            nursery.kill()
            process.terminate()


class Nursery:
    """Gives life to one gateway after the other, in the same folder.

    Attributes:
        gateway: The one that lives.
    """

    def __init__(self, site: Site, process: "subprocess.Popen[bytes]") -> None:
        self.gateway = RunningGateway(site, process)
        self._process = process
        self._pid = 0

    def start(self) -> None:
        """Start a gateway, and return once it is ready."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"start\n")
        self._process.stdin.flush()
        self._pid = int(self._process.stdout.readline())
        wait_for(self._is_ready, "a gateway that was killed before", within=30)

    def kill(self) -> None:
        """Let it have no time for anything, and return once it is gone."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            folder = Path(f"/proc/{self._pid}")
            wait_for(lambda: not folder.exists(), "its end")
            self._pid = 0

    def _is_ready(self) -> bool:
        assert Path(f"/proc/{self._pid}").exists(), "the gateway did not start"
        with contextlib.suppress(httpx.TransportError), self.gateway.operator() as one:
            return one.get("/ready").status_code == httpx.codes.OK
        return False


def test_envoy_accepts_every_token_while_keys_change_by_themselves(
    tmp_path: Path,
) -> None:
    """Each key has been published for longer than Envoy keeps its copy of the keys."""
    with (
        _guarded(tmp_path, "") as (site, service),
        _hasty(site, rotate=2.5, publish=1.8) as nursery,
    ):
        nursery.start()
        load = Load(nursery.gateway)
        with load.running():
            wait_for(lambda: len(_kids(service)) == 3, "two new keys", within=60)

    assert list(load.statuses) == [httpx.codes.OK]


@dataclass
class Observer:
    """A caller who looks at the published keys before each request.

    Attributes:
        seen: Each look, by its number, which stands in the path of the request.
        late: Numbers of requests that took so long that keys may have changed twice.
    """

    gateway: RunningGateway
    patience: float
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look and ask, until stopped, whether or not anybody answers."""
        with self.gateway.caller() as caller:
            while not self.stopped.is_set():
                # Gateways are killed meanwhile: that requests break off is no fault.
                with contextlib.suppress(httpx.TransportError):
                    self._look_and_ask(caller)

    def _look_and_ask(self, caller: httpx.Client) -> None:
        number = str(len(self.seen))
        subject = f"user-{len(self.seen) % 10}"
        token = self.gateway.site.backend.token(subject)
        began = time.monotonic()
        self.seen[number] = caller.get("/.well-known/jwks.json").json()
        try:
            caller.get(f"{CLOSED}/{subject}/{number}", headers=bearer(token))
        finally:
            if time.monotonic() - began > self.patience:
                self.late.add(number)


def test_killed_gateways_leave_a_good_ring_and_sign_with_published_keys(
    tmp_path: Path,
) -> None:
    """Twenty times kill -9, at any moment: every token that was sent can be verified."""
    with recording() as service:
        site = Site(tmp_path / "gateway", upstream=service.port)
        with _hasty(site, rotate=1, publish=0.3) as nursery:
            observer = Observer(nursery.gateway, patience=1)
            thread = threading.Thread(target=observer.watch)
            nursery.start()
            thread.start()
            try:
                for _ in range(KILLS):
                    # Any moment, of a life that is a good deal shorter than a key's.
                    time.sleep(secrets.randbelow(600) / 1000)
                    nursery.kill()
                    nursery.start()
                jwks = nursery.gateway.jwks()
            finally:
                observer.stopped.set()
                thread.join()

    _check(service, observer, jwks)


def _check(service: Recorder, observer: Observer, latest: dict[str, Any]) -> None:
    ids: dict[str, str] = {}
    judged = 0
    for received in service.received:
        subject, number = received.path.split("/")[-2:]
        claims = _verified(received.token, latest)
        if number not in observer.late:
            assert _verified(received.token, observer.seen[number]) == claims
            judged += 1
        # Whom an upstream has seen is the same afterwards.
        assert ids.setdefault(subject, claims["sub"]) == claims["sub"]
    assert judged > KILLS
    assert len(_kids(service)) > 3


def _verified(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    kid = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWKSet.from_dict(jwks)[kid],
        algorithms=["ES256"],
        audience=AUDIENCE,
        options={"verify_exp": False},
    )
    return claims
