"""Links that wait until somebody has signed in here too."""

import contextlib
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from gateway.federation.errors import StaleAttemptError, WrongBrowserError
from gateway.federation.linking.proofs import LIFETIME, LinkProofs, WaitingLink, sweep
from gateway.model.user import User
from gateway.pool.pool import Pool
from gateway.storage.pools.link_table import LINK_PROOF
from tests.pool.house import House

BROWSER = "a" * 43


@pytest.fixture
def pool(house: House) -> Pool:
    return house.pool()


@pytest.fixture
def ana(house: House, pool: Pool) -> User:
    return house.person(pool)


@pytest.fixture
def proofs(house: House) -> LinkProofs:
    return LinkProofs(database=house.database, seal=house.seal, clock=house.clock)


@pytest.fixture
def waiting(ana: User) -> WaitingLink:
    return WaitingLink(
        pool_id=ana.pool_id, sub=ana.sub, provider="corp", subject="1", record="told-it"
    )


@pytest.fixture
def handle(proofs: LinkProofs, waiting: WaitingLink) -> str:
    return proofs.add(waiting, BROWSER)


def use(house: House, proofs: LinkProofs, handle: str, user: User) -> WaitingLink:
    with house.database.writing() as connection:
        return proofs.use(connection, handle, BROWSER, user)


def test_a_link_waits_for_its_person(
    house: House, proofs: LinkProofs, waiting: WaitingLink, handle: str, ana: User
) -> None:
    """It can be looked at, and used once."""
    assert proofs.find(handle, BROWSER) == waiting
    assert use(house, proofs, handle, ana) == waiting
    with pytest.raises(StaleAttemptError):
        use(house, proofs, handle, ana)
    with pytest.raises(StaleAttemptError):
        proofs.find(handle, BROWSER)


def test_it_waits_for_nobody_else(
    house: House, proofs: LinkProofs, waiting: WaitingLink, handle: str, pool: Pool
) -> None:
    """Of two subjects that race for one person, each has a proof of its own."""
    bob = house.person(pool, "bob")

    with pytest.raises(StaleAttemptError):
        use(house, proofs, handle, bob)
    with pytest.raises(StaleAttemptError):
        use(house, proofs, handle, replace(bob, sub=waiting.sub, pool_id="other"))
    assert proofs.find(handle, BROWSER) == waiting


def test_nobody_can_guess_a_handle(proofs: LinkProofs, waiting: WaitingLink) -> None:
    """Keycloak CVE-2026-15571: each is 256 bits of its own, and none is made of the login."""
    handles = {proofs.add(waiting, BROWSER) for _ in range(20)}

    assert len(handles) == 20
    assert all(len(urlsafe_b64decode(f"{each}=")) == 32 for each in handles)


@pytest.mark.parametrize("browser", ["", "b" * 43], ids=["none", "other"])
def test_it_waits_in_its_own_browser(
    proofs: LinkProofs, handle: str, browser: str
) -> None:
    """Nobody is sent a link to sign in with, and links a stranger's login by it."""
    with pytest.raises(WrongBrowserError):
        proofs.find(handle, browser)


@pytest.mark.parametrize("wrong", ["", "x", "x" * 10_000, "\ud800"], ids=range(4))
def test_a_handle_that_is_none_leads_nowhere(proofs: LinkProofs, wrong: str) -> None:
    with pytest.raises(StaleAttemptError):
        proofs.find(wrong, BROWSER)


def test_it_waits_for_minutes(house: House, proofs: LinkProofs, handle: str) -> None:
    """Then it is swept out."""
    house.pass_time(LIFETIME - timedelta(seconds=1))
    proofs.find(handle, BROWSER)
    house.pass_time(timedelta(seconds=1))

    with pytest.raises(StaleAttemptError):
        proofs.find(handle, BROWSER)
    with house.database.writing() as connection:
        assert sweep(connection, house.now) == 1


def test_nothing_of_it_can_be_read(
    house: House, proofs: LinkProofs, waiting: WaitingLink, handle: str
) -> None:
    kept = house.read(lambda each: each.execute(select(LINK_PROOF)).one())

    assert "told-it" not in str(kept)
    assert handle not in str(kept)
    assert "told-it" not in repr(waiting)
    assert proofs.find(handle, BROWSER).record == "told-it"


def test_of_many_at_once_one_uses_it(
    house: House, proofs: LinkProofs, handle: str, ana: User
) -> None:
    """Keycloak CVE-2026-9087."""
    barrier, used = Barrier(4), []

    def try_it() -> None:
        barrier.wait()
        with contextlib.suppress(StaleAttemptError):
            used.append(
                house.database.write(
                    lambda each: proofs.use(each, handle, BROWSER, ana)
                )
            )

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(used) == 1
