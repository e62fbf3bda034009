"""Somebody is the same identity each time, and nobody else's."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import text

from gateway.identity import known
from gateway.identity.known import KnownIdentities
from gateway.identity.mapper import compile_mappers
from gateway.identity.resolver import NOBODY, Resolver
from gateway.model.errors import (
    MalformedCredentialError,
    OutgrownGuestError,
    StorageError,
    UnmetRequirementError,
    UntrustedIssuerError,
)
from gateway.model.identity import UNKNOWN_TIME, Identity, IdentityKind
from gateway.model.waiting import WouldWaitError
from gateway.storage.database import Database
from gateway.storage.identities import IdentityStore, upgrade
from tests.databases import File
from tests.identity.files import (
    ENDS,
    GOOGLE,
    GUEST,
    NOON,
    OIDC,
    provider_file,
    slowly_verified,
    verified,
)

SECOND = timedelta(seconds=1)
REGION = "us-east-1"
GUEST_ID = "us-east-1:5b0f9f2e-6d3a-4a8e-9b1e-0c9d8e7f6a5b"
SERVICE = OIDC.replace('"corp"', '"robots"') + 'for = "service"\n'
FILES = [OIDC, GOOGLE, GUEST, SERVICE]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = File(tmp_path / "gateway.db").open(busy_timeout=timedelta(seconds=5))
    yield database
    database.close()


class Clock:
    """Time stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _resolver(
    database: Database, *texts: str, clock: Callable[[], datetime] = lambda: NOON
) -> Resolver:
    return Resolver(
        mappers=compile_mappers([provider_file(each) for each in texts]),
        store=IdentityStore(database=database),
        known=KnownIdentities(),
        region=REGION,
        clock=clock,
    )


@pytest.fixture
def resolver(database: Database, clock: Clock) -> Resolver:
    return _resolver(database, *FILES, clock=clock)


def test_claims_become_a_subject(resolver: Resolver) -> None:
    """Every field of the record comes from the claims, the file or the store."""
    subject = resolver.resolve(
        verified(name="Ana", email="ana@corp.example", email_verified=True, acr="mfa")
    )

    identity = subject.identity
    region, _, unique = identity.id.partition(":")
    assert region == REGION
    assert uuid.UUID(unique).version == 4
    assert identity == Identity(
        id=identity.id,
        kind=IdentityKind.AUTHENTICATED,
        authenticated=True,
        provider="corp",
        provider_kind="oidc",
        issuer="https://login.corp.example",
        subject="ana",
        name="Ana",
        email="ana@corp.example",
        email_verified=True,
        acr="mfa",
        created=NOON,
    )
    assert subject.expires_at == ENDS
    assert not subject.anonymous
    assert dict(subject.claims) == {}


def test_the_same_subject_is_the_same_identity(
    resolver: Resolver, database: Database
) -> None:
    """Also for the next process, and whatever else the token says."""
    first = resolver.resolve(verified()).identity.id

    assert resolver.resolve(verified(name="New Name")).identity.id == first
    assert _resolver(database, *FILES).resolve(verified()).identity.id == first


def test_the_same_name_at_another_provider_is_somebody_else(
    resolver: Resolver,
) -> None:
    """An identity is (provider, subject); an e-mail address links nobody."""
    claims = {"email": "ana@corp.example", "email_verified": True}

    corp = resolver.resolve(verified("corp", **claims)).identity
    google = resolver.resolve(verified("google", **claims)).identity

    assert corp.id != google.id
    assert corp.linked == google.linked == ()


def test_the_file_says_whether_it_is_a_person_or_a_program(
    resolver: Resolver,
) -> None:
    """`for = "service"`."""
    identity = resolver.resolve(verified("robots")).identity

    assert identity.kind is IdentityKind.SERVICE
    assert identity.authenticated


def test_exported_claims_reach_the_policies(database: Database) -> None:
    """And no other."""
    resolver = _resolver(database, OIDC + 'export_claims = ["hd"]')

    subject = resolver.resolve(verified(hd="corp.example", secret="x"))

    assert dict(subject.claims) == {"hd": "corp.example"}


def test_a_disabled_identity_says_so_after_a_minute(
    resolver: Resolver, database: Database, clock: Clock
) -> None:
    """To deny is the policies' part: `identity.disabled`."""
    identity = resolver.resolve(verified()).identity
    with database.writing() as connection:
        connection.execute(text("UPDATE identity SET disabled = 1"))

    clock.now += known.MAX_AGE - SECOND
    assert resolver.resolve(verified()).identity == identity
    clock.now += SECOND
    assert resolver.resolve(verified()).identity == replace(identity, disabled=True)


def test_a_provider_that_is_gone_is_not_trusted(resolver: Resolver) -> None:
    """A token that was verified just before a reload."""
    with pytest.raises(UntrustedIssuerError, match="not configured"):
        resolver.resolve(verified("gone"))


def test_claims_that_are_refused_leave_no_identity(
    database: Database,
) -> None:
    """Else anybody could fill the table."""
    check = '[require]\nchecks = [{ id = "no", cel = "false" }]'
    resolver = _resolver(database, OIDC + check)

    with pytest.raises(UnmetRequirementError):
        resolver.resolve(verified())

    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM identity")) == 0


def test_without_the_database_there_is_no_identity(
    resolver: Resolver, database: Database
) -> None:
    """503, told apart from a bad credential."""
    with database.writing() as connection:
        connection.execute(text("DROP TABLE identity_login"))

    with pytest.raises(StorageError):
        resolver.resolve(verified())


def test_many_threads_agree_on_who_somebody_is(resolver: Resolver) -> None:
    """All of them see the subject for the first time."""
    ids: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: ids.append(resolver.resolve(verified()).identity.id)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_linked_identity_names_the_other_providers(
    resolver: Resolver, database: Database
) -> None:
    """Whichever of its logins is used; what was said of it before is forgotten."""
    corp, google = (resolver.resolve(verified(each)) for each in ("corp", "google"))
    store = IdentityStore(database=database)
    store.join(corp.identity.id, google.identity.id)

    later = _resolver(database, *FILES)
    found = [later.resolve(verified(each)).identity for each in ("corp", "google")]

    assert {each.id for each in found} == {corp.identity.id}
    assert [each.linked for each in found] == [("google",), ("corp",)]


# ---- guests ---------------------------------------------------------------------------


def test_a_guest_is_the_identity_that_the_token_names(resolver: Resolver) -> None:
    """Whoever presents it again is the same guest, also on an empty database."""
    subject = resolver.resolve(verified("guest", sub=GUEST_ID))

    assert subject.identity.id == GUEST_ID
    assert subject.identity.subject == GUEST_ID
    assert subject.identity.kind is IdentityKind.GUEST
    assert not subject.identity.authenticated
    assert not subject.anonymous
    assert subject.expires_at == ENDS
    assert resolver.resolve(verified("guest", sub=GUEST_ID)).identity.id == GUEST_ID


def test_a_guest_of_another_region_keeps_its_id(resolver: Resolver) -> None:
    """The setting may change; the ids that are out there do not."""
    moved = GUEST_ID.replace("us-east-1", "eu-west-3")

    assert resolver.resolve(verified("guest", sub=moved)).identity.id == moved


@pytest.mark.parametrize(
    "subject",
    [
        "ana",
        "us-east-1",
        "us-east-1:",
        "us-east-1:ana",
        f"us-east-1:{NOBODY}",
        f"{GUEST_ID} ",
        GUEST_ID.upper(),
        f"x:{GUEST_ID}",
        GUEST_ID.replace("-6d3a", "6d3a"),
        f"{'x' * 41}:{GUEST_ID.partition(':')[2]}",
    ],
)
def test_a_guest_without_an_identity_id_is_nobody(
    resolver: Resolver, subject: str
) -> None:
    """The nil id least of all: it is that of everybody who shows nothing."""
    with pytest.raises(MalformedCredentialError, match="no identity id"):
        resolver.resolve(verified("guest", sub=subject))


def test_a_guest_cannot_take_over_the_id_of_a_person(resolver: Resolver) -> None:
    """Were such a token ever made, it would be refused, not obeyed."""
    person = resolver.resolve(verified()).identity.id

    with pytest.raises(StorageError, match="belongs to somebody else"):
        resolver.resolve(verified("guest", sub=person))


def test_a_guest_with_an_account_is_refused(
    resolver: Resolver, database: Database
) -> None:
    """Whoever finds an old guest token must not pass for the account."""
    resolver.resolve(verified("guest", sub=GUEST_ID))
    kind = IdentityKind.AUTHENTICATED
    database.write(lambda connection: upgrade(connection, GUEST_ID, kind))

    with pytest.raises(OutgrownGuestError):
        _resolver(database, *FILES).resolve(verified("guest", sub=GUEST_ID))


def test_who_shows_nothing_is_always_the_same_guest(
    resolver: Resolver, database: Database
) -> None:
    """Known by the nil UUID, with nothing that ends, and never stored."""
    subject = resolver.anonymous()

    assert subject is resolver.anonymous()
    assert subject.anonymous
    assert subject.expires_at is None
    assert subject.identity == Identity(
        id="us-east-1:00000000-0000-0000-0000-000000000000",
        kind=IdentityKind.GUEST,
        authenticated=False,
        provider="guest",
        provider_kind="guest",
        created=UNKNOWN_TIME,
    )
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM identity")) == 0


def test_who_shows_nothing_belongs_to_the_provider_for_guests(
    database: Database,
) -> None:
    """By whatever name its file has; `guest` if there is none."""
    named = _resolver(database, GUEST.replace('id = "guest"', 'id = "visitors"'))

    assert named.anonymous().identity.provider == "visitors"
    assert _resolver(database, OIDC).anonymous().identity.provider == "guest"


def test_the_time_of_the_first_sight_stays(database: Database) -> None:
    """`identity.created`, for policies that distinguish newcomers."""
    _resolver(database, OIDC).resolve(verified())
    later = _resolver(database, OIDC, clock=lambda: NOON + timedelta(days=3))

    assert later.resolve(verified()).identity.created == NOON


def test_who_somebody_will_be_is_foreseen(
    resolver: Resolver, database: Database
) -> None:
    """With the id that they would get, or the one that they have; nothing is written."""
    foreseen = resolver.foresee(verified(), "us-east-1:9").identity

    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM identity")) == 0
    assert (foreseen.id, foreseen.kind) == ("us-east-1:9", IdentityKind.AUTHENTICATED)
    known = resolver.resolve(verified()).identity
    assert resolver.foresee(verified(), "us-east-1:9").identity == known
    with pytest.raises(UntrustedIssuerError):
        resolver.foresee(verified("gone"), "us-east-1:9")


def test_a_token_of_ours_is_good_for_what_it_was_granted(resolver: Resolver) -> None:
    """Not for what the provider's token was; and it says who acts, and for whose key."""
    claims = replace(
        verified(scope="all"), scopes=("read",), thumbprint="t", actor={"sub": "x"}
    )

    subject = resolver.resolve(claims)

    assert subject.identity.scopes == ("read",)
    assert (subject.thumbprint, subject.actor) == ("t", {"sub": "x"})


# ---- on the event loop ----------------------------------------------------------------


class Untouchable:
    """A store that fails the test if anybody uses it."""

    def find_or_create(self, *_: str, **__: Any) -> NoReturn:
        raise AssertionError

    def find(self, *_: str) -> NoReturn:
        raise AssertionError


def nail_down(resolver: Resolver) -> None:
    """From now on, whatever could wait fails the test."""
    resolver._store = Untouchable()


def test_who_is_known_is_resolved_without_the_database(
    resolver: Resolver, clock: Clock
) -> None:
    """Whatever else the new token says; and for a minute, whoever comes how often."""
    first = resolver.resolve(verified())
    nail_down(resolver)

    again = resolver.resolve(verified(name="New Name"), may_wait=False)

    assert again.identity == replace(first.identity, name="New Name")
    clock.now += known.MAX_AGE - SECOND
    assert resolver.resolve(verified(), may_wait=False) == first
    clock.now += SECOND
    with pytest.raises(WouldWaitError):
        resolver.resolve(verified(), may_wait=False)


def test_who_is_new_would_wait(resolver: Resolver) -> None:
    """Nobody gets an id on the event loop."""
    resolver.resolve(verified())
    nail_down(resolver)

    for provider, subject in (("corp", "bob"), ("google", "ana"), ("guest", GUEST_ID)):
        with pytest.raises(WouldWaitError):
            resolver.resolve(verified(provider, sub=subject), may_wait=False)


def test_claims_are_refused_without_waiting(resolver: Resolver) -> None:
    """Who they are about does not matter then."""
    nail_down(resolver)

    with pytest.raises(MalformedCredentialError):
        resolver.resolve(verified(email=5), may_wait=False)
    with pytest.raises(MalformedCredentialError):
        resolver.resolve(verified("guest", sub="ana"), may_wait=False)


def test_expressions_that_take_long_would_wait(resolver: Resolver) -> None:
    """Also of somebody who is known."""
    first = resolver.resolve(verified())
    nail_down(resolver)

    with pytest.raises(WouldWaitError):
        resolver.resolve(slowly_verified(), may_wait=False)
    assert resolver.resolve(slowly_verified()) == first


def test_known_identities_survive_an_outage_of_the_database(
    resolver: Resolver, database: Database, clock: Clock
) -> None:
    """For a minute; after it, and for anybody else, it is an outage."""
    first = resolver.resolve(verified())
    with database.writing() as connection:
        connection.execute(text("DROP TABLE identity_login"))

    clock.now += known.MAX_AGE - SECOND
    assert resolver.resolve(verified()) == first
    with pytest.raises(StorageError):
        resolver.resolve(verified(sub="bob"))
    clock.now += SECOND
    with pytest.raises(StorageError):
        resolver.resolve(verified())
