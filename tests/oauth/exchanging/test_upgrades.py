"""A guest who signs in keeps the id, and nobody else gets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.identity.known import KnownIdentities
from gateway.identity.mapper import compile_mappers
from gateway.identity.resolver import Resolver
from gateway.model.errors import OutgrownGuestError
from gateway.model.identity import IdentityKind, Subject
from gateway.oauth.errors import UnacceptableTokenError
from gateway.oauth.exchanging.upgrades import GuestUpgrades
from gateway.storage.database import Database
from gateway.storage.identities import IdentityStore, attach
from tests.databases import File
from tests.identity.files import GOOGLE, GUEST, NOON, OIDC, provider_file, verified

GUEST_ID = "us-east-1:5b0f9f2e-6d3a-4a8e-9b1e-0c9d8e7f6a5b"


class Desk:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = IdentityStore(database=database)
        self.upgrades = GuestUpgrades(
            database=database, resolver=self.resolver(), clock=lambda: NOON
        )

    def resolver(self) -> Resolver:
        """Return one that remembers nothing."""
        return Resolver(
            mappers=compile_mappers(
                [provider_file(each) for each in (OIDC, GOOGLE, GUEST)]
            ),
            store=self.store,
            known=KnownIdentities(),
            region="us-east-1",
            clock=lambda: NOON,
        )

    def guest(self) -> Subject:
        return self.resolver().resolve(verified("guest", sub=GUEST_ID))

    def upgrade(self, provider: str = "corp") -> Subject:
        guest = self.guest()
        subject = self.upgrades.foresee(verified(provider), guest)
        self.upgrades.make(subject, guest)
        return subject


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = File(tmp_path / "gateway.db").open()
    yield Desk(database)
    database.close()


def test_an_account_that_is_new_gets_the_guests_id(desk: Desk) -> None:
    """From then on it is known by that, and the guest's token is no way in."""
    subject = desk.upgrade()

    assert subject.identity.id == GUEST_ID
    assert subject.identity.kind is IdentityKind.AUTHENTICATED
    identity = desk.resolver().resolve(verified()).identity
    assert (identity.id, identity.linked) == (GUEST_ID, ("guest",))
    with pytest.raises(OutgrownGuestError):
        desk.guest()


def test_what_is_foreseen_is_not_written(desk: Desk) -> None:
    """The policies may say no."""
    desk.upgrades.foresee(verified(), desk.guest())

    assert desk.store.find("corp", "ana") is None
    assert desk.guest().identity.id == GUEST_ID


def test_an_account_that_has_an_id_keeps_it(desk: Desk) -> None:
    """Upstreams know it by that; the guest's leads there now, and its tokens end."""
    known = desk.resolver().resolve(verified()).identity.id

    assert desk.upgrade().identity.id == known

    assert desk.resolver().resolve(verified()).identity.id == known
    with pytest.raises(OutgrownGuestError):
        desk.guest()


def test_nobody_gets_the_id_twice(desk: Desk) -> None:
    """Of two who were foreseen, one is quicker."""
    guest = desk.guest()
    first, second = (
        desk.upgrades.foresee(verified(each), guest) for each in ("corp", "google")
    )
    desk.upgrades.make(first, guest)

    with pytest.raises(UnacceptableTokenError):
        desk.upgrades.make(second, guest)

    assert desk.store.find("google", "ana") is None


def test_an_account_that_got_an_id_meanwhile_was_not_foreseen(desk: Desk) -> None:
    """The token that would be made now would be of somebody else."""
    guest = desk.guest()
    subject = desk.upgrades.foresee(verified(), guest)
    desk.resolver().resolve(verified())

    with pytest.raises(UnacceptableTokenError):
        desk.upgrades.make(subject, guest)

    assert desk.guest().identity.id == GUEST_ID


def test_an_account_that_is_the_guests_already_is_fine(desk: Desk) -> None:
    """As long as the guest is one, there is nothing to join: it is refused."""
    guest = desk.guest()
    desk.database.write(lambda it: attach(it, GUEST_ID, "corp", "ana", NOON))
    subject = desk.upgrades.foresee(verified(), guest)

    with pytest.raises(UnacceptableTokenError):
        desk.upgrades.make(subject, guest)


def test_no_guest_becomes_a_guest_and_nobody_disabled_anybody(desk: Desk) -> None:
    """Nor does an account that is refused."""
    guest = desk.guest()
    disabled = desk.guest()
    object.__setattr__(disabled.identity, "disabled", True)

    for claims, who in (
        (verified("guest", sub=GUEST_ID), guest),
        (verified(email=5), guest),
        (verified(), disabled),
    ):
        with pytest.raises(UnacceptableTokenError):
            desk.upgrades.foresee(claims, who)
