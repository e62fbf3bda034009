"""Files change while requests go through: all or nothing, and no request notices."""

import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.load import Load
from tests.peers.processes import free_port
from tests.peers.recorder import ANSWER, HELD, Recorder, recording
from tests.peers.running_gateway import (
    CLOSED,
    FEED,
    Backend,
    RunningGateway,
    Site,
    serving,
    wait_for,
)

pytestmark = pytest.mark.peer

PATH = f"{CLOSED}/1"
CONFIG = "config.toml"
BACKEND = "providers/backend.toml"
POLICY = "policies/main.toml"
EVERYBODY = 'for = ["authenticated"]\nwhen = "true"'
NOT_EVE = EVERYBODY.replace("true", "identity.subject != 'eve'")


@dataclass
class Office:
    """A gateway, and the operator who changes its files."""

    gateway: RunningGateway
    service: Recorder
    partner: Backend

    @property
    def site(self) -> Site:
        """The gateway's files."""
        return self.gateway.site

    def status_of(self, subject: str) -> int:
        """Return what somebody's request is answered with."""
        token = self.site.backend.token(subject)
        return self.gateway.get(PATH, token).status_code

    def faults(self) -> list[str]:
        """Return why the present files are not in force."""
        told: list[str] = self.gateway.status()["reload"]["faults"]
        return told

    def hang_up(self) -> None:
        """Have the files looked at now; by itself, the gateway waits for quiet."""
        self.gateway.signal(signal.SIGHUP)

    def is_ready(self) -> bool:
        """Return whether the gateway may be sent requests."""
        with self.gateway.operator() as operator:
            return operator.get("/ready").status_code == httpx.codes.OK


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with recording() as service:
        folder = tmp_path_factory.mktemp("gateway") / "site"
        site = Site(folder, upstream=service.port)
        partner = site.add_backend("partner")
        with serving(site) as gateway:
            yield Office(gateway, service, partner)


@pytest.fixture
def office(running: Office, tmp_path: Path) -> Iterator[Office]:
    """Give the office; afterwards the files are as they were, and in force."""
    site = running.site
    kept = tmp_path / "kept"
    shutil.copytree(site.folder, kept, ignore=shutil.ignore_patterns("state"))
    keys = (site.folder / "state" / "backend.jwks").read_text()
    digest = running.gateway.status()["configuration_digest"]
    yield running
    shutil.copytree(kept, site.folder, dirs_exist_ok=True)
    site.write("state/backend.jwks", keys)
    running.hang_up()

    def restored() -> bool:
        status = running.gateway.status()
        return status["configuration_digest"] == digest and not running.faults()

    wait_for(restored, "the files of before")


def test_a_changed_policy_takes_effect_by_itself_and_no_request_fails(
    office: Office,
) -> None:
    """The folder is watched. There and back, under load."""
    load = Load(office.gateway)
    with load.running():
        office.site.edit(POLICY, EVERYBODY, NOT_EVE)
        wait_for(lambda: office.status_of("eve") == httpx.codes.FORBIDDEN)
        office.site.edit(POLICY, NOT_EVE, EVERYBODY)
        wait_for(lambda: office.status_of("eve") == httpx.codes.OK)

    assert list(load.statuses) == [httpx.codes.OK]
    assert load.statuses[httpx.codes.OK] > 20


def test_a_changed_policy_takes_effect_at_a_signal_and_no_request_fails(
    office: Office,
) -> None:
    """Ten times in a row, under load."""
    load = Load(office.gateway)
    with load.running():
        for _ in range(5):
            office.site.edit(POLICY, EVERYBODY, NOT_EVE)
            office.hang_up()
            wait_for(lambda: office.status_of("eve") == httpx.codes.FORBIDDEN)
            office.site.edit(POLICY, NOT_EVE, EVERYBODY)
            office.hang_up()
            wait_for(lambda: office.status_of("eve") == httpx.codes.OK)

    assert list(load.statuses) == [httpx.codes.OK]


def test_a_signal_takes_up_what_is_not_watched(office: Office) -> None:
    """Keys that a provider's file refers to, changed in place; known callers go on."""
    site = office.site
    fresh = Backend("backend", site.url)
    known = site.backend.token()
    assert office.gateway.get(PATH, known).is_success

    site.write("state/backend.jwks", fresh.jwks())
    refused = office.gateway.get(PATH, fresh.token())
    assert refused.status_code == httpx.codes.UNAUTHORIZED
    load = Load(office.gateway, backend=office.partner)
    with load.running():
        office.hang_up()
        wait_for(lambda: office.gateway.get(PATH, fresh.token()).is_success)

    assert list(load.statuses) == [httpx.codes.OK]
    # The key that was taken away vouches for nobody, not even for who was known.
    assert office.gateway.get(PATH, known).status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (POLICY, 'id = "main"', 'id = "main', "policies/main.toml:3:"),
        (POLICY, "'banned' in", "'banned' inn", "policies/main.toml:22:18: error[E2"),
        (POLICY, "identity.groups", "identity.gruops", "error[E201]"),
        (BACKEND, "owner =", "onwer =", "providers/backend.toml:4:1: error[E103]"),
        (BACKEND, "state/backend.jwks", "state/none.jwks", "error[E108]"),
        (CONFIG, 'upstream = "orders"\nlimits', 'upstream = "x"\nlimits', "E303"),
        (CONFIG, '"/v1/feed"', '"/v1/{any}/feed"', "error[E310]"),
        (CONFIG, "state/store.key", "state/none.key", "error[E502]"),
    ],
)
def test_a_broken_file_keeps_the_old_set(
    office: Office, name: str, old: str, new: str, told: str
) -> None:
    """Requests pass, readiness stays, the status page tells file, line and column."""
    before = office.gateway.status()
    office.site.edit(name, old, new)
    office.hang_up()
    wait_for(office.faults, "a word about the fault")

    after = office.gateway.status()
    assert any(told in fault for fault in office.faults()), office.faults()
    assert after["configuration_digest"] == before["configuration_digest"]
    assert after["policy_digest"] == before["policy_digest"]
    assert office.is_ready()
    assert office.status_of("ana") == httpx.codes.OK
    assert office.gateway.get(FEED).status_code == httpx.codes.OK

    office.site.edit(name, new, old)
    office.hang_up()
    wait_for(lambda: not office.faults(), "no word about it any more")


def test_a_failing_test_beside_the_policies_keeps_the_old_set(office: Office) -> None:
    """The files are in order, but do not do what their author expects of them."""
    changed = EVERYBODY.replace("true", "identity.subject == 'eve'")
    office.site.edit(POLICY, EVERYBODY, changed)
    wait_for(office.faults, "a word about the test")

    (fault,) = office.faults()
    assert "whoever is known passes" in fault
    assert "policies/main.toml" in fault
    assert office.is_ready()
    assert office.status_of("ana") == httpx.codes.OK


def test_a_provider_whose_file_is_gone_is_refused_at_once(office: Office) -> None:
    """Also for whom the gateway knew: zitadel CVE-2025-64717 is what this is about."""
    token = office.partner.token()
    assert office.gateway.get(PATH, token).status_code == httpx.codes.OK

    (office.site.folder / "providers" / "partner.toml").unlink()
    office.hang_up()
    wait_for(lambda: len(office.gateway.status()["providers"]) == 2, "the reload")

    answer = office.gateway.get(PATH, token)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.json()["type"] == "urn:gateway:untrusted_issuer"
    assert office.status_of("ana") == httpx.codes.OK


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (
            'listen = "127.0.0.1:{port}"\nadmin',
            'listen = "127.0.0.1:{other}"\nadmin',
            "server.listen",
        ),
        ("gateway.db", "other.db", "storage"),
    ],
)
def test_what_only_a_restart_can_take_up_is_refused_and_says_so(
    office: Office, old: str, new: str, name: str
) -> None:
    """Nothing of the changed files is in force then, the policy included."""
    ports: dict[str, Any] = {"port": office.site.port, "other": free_port()}
    office.site.edit(POLICY, EVERYBODY, NOT_EVE)
    office.site.edit(CONFIG, old.format(**ports), new.format(**ports))
    office.hang_up()
    wait_for(office.faults, "a word about the restart")

    (fault,) = office.faults()
    assert "restart" in fault
    assert name in fault
    assert office.is_ready()


def test_a_request_that_is_under_way_ends_with_the_set_it_began_with(
    office: Office,
) -> None:
    """Even if its upstream is not there any more for those who come later."""
    answers: list[httpx.Response] = []
    token = office.site.backend.token()
    began = len(office.service.received)
    path = f"{CLOSED}{HELD}"
    caller = threading.Thread(
        target=lambda: answers.append(office.gateway.get(path, token))
    )
    caller.start()
    wait_for(lambda: len(office.service.received) > began, "the held request")

    port = office.service.port
    office.site.edit(CONFIG, f":{port}", f":{free_port()}")
    office.hang_up()
    wait_for(lambda: office.status_of("ana") == httpx.codes.BAD_GATEWAY, "the change")
    office.service.release.set()
    caller.join()
    office.service.release.clear()

    assert [(a.status_code, a.content) for a in answers] == [(200, ANSWER)]
