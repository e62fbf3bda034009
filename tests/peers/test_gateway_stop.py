"""The gateway is asked to stop: what has begun ends, nothing new begins."""

import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typing_extensions import override

from tests.peers.recorder import ANSWER, HELD, Recorder, recording
from tests.peers.running_gateway import (
    CLOSED,
    FEED,
    Choices,
    RunningGateway,
    Site,
    launch,
    wait_for,
)

pytestmark = pytest.mark.peer


@pytest.fixture
def service() -> Iterator[Recorder]:
    with recording() as service:
        yield service


def _site(folder: Path, service: Recorder, drain: str) -> Site:
    choices = Choices(server=f'drain = "{drain}"')
    return Site(folder / "site", upstream=service.port, choices=choices)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Caller(threading.Thread):
    """Sends one request that the service holds.

    Attributes:
        answer: What came of it; `None` if it broke off.
    """

    def __init__(self, gateway: RunningGateway) -> None:
        super().__init__()
        self._gateway = gateway
        self._token = gateway.site.backend.token()
        self.answer: httpx.Response | None = None

    @override
    def run(self) -> None:
        try:
            self.answer = self._gateway.get(f"{CLOSED}{HELD}", self._token)
        except httpx.TransportError:
            self.answer = None


def test_a_request_in_flight_is_finished_and_no_other_begun(
    tmp_path: Path, service: Recorder
) -> None:
    """New connections are refused at once, idle ones closed; the exit status is 0."""
    gateway = launch(_site(tmp_path, service, "30s"))
    site = gateway.site
    caller = Caller(gateway)
    with gateway.caller() as idle:
        assert idle.get(FEED).status_code == httpx.codes.OK
        service.received.clear()
        caller.start()
        wait_for(lambda: service.received, "the held request")

        gateway.signal(signal.SIGTERM)
        wait_for(lambda: not _accepts(site.port), "the end of listening")
        assert gateway.process.poll() is None
        with pytest.raises(httpx.TransportError):
            idle.get(FEED)
    service.release.set()
    caller.join()

    assert gateway.process.wait(20) == 0
    assert caller.answer is not None
    assert (caller.answer.status_code, caller.answer.content) == (200, ANSWER)
    assert caller.answer.headers["connection"] == "close"
    assert not _accepts(site.admin_port)
    (line,) = [e for e in site.logged("access") if e["path"] == f"{CLOSED}{HELD}"]
    assert line["status"] == httpx.codes.OK
    assert site.logged("program")[-1]["event"] == "stopped"


def test_a_request_that_does_not_end_is_cut_when_the_time_is_over(
    tmp_path: Path, service: Recorder
) -> None:
    """The client sees a broken connection; Ctrl-C is as good as SIGTERM."""
    gateway = launch(_site(tmp_path, service, "500ms"))
    caller = Caller(gateway)
    caller.start()
    wait_for(lambda: service.received, "the held request")

    gateway.signal(signal.SIGINT)

    assert gateway.process.wait(20) == 0
    caller.join()
    assert caller.answer is None
