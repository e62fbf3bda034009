"""One id for each subject of each provider, whoever asks first."""

import multiprocessing
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gateway.model.errors import StorageError
from gateway.model.identity import MAX_SUBJECT_CHARACTERS, IdentityKind
from gateway.storage.database import Database
from gateway.storage.epochs import IDENTITY_TOPIC, ChangeReader
from gateway.storage.errors import TooManyLoginsError
from gateway.storage.identities import (
    MAX_LOGINS,
    IdentityStore,
    Login,
    StoredIdentity,
    attach,
    upgrade,
)
from tests.storage.conftest import NOON, Place

PERSON = IdentityKind.AUTHENTICATED
THREADS = 8
SUBJECTS = 12


@pytest.fixture
def store(database: Database) -> IdentityStore:
    return IdentityStore(database=database)


def _ask(
    store: IdentityStore, provider: str = "corp", subject: str = "ana"
) -> StoredIdentity:
    return store.find_or_create(
        provider, subject, kind=PERSON, now=NOON, new_id=f"us-east-1:{uuid4()}"
    )


def test_a_new_subject_gets_the_id_that_was_offered(store: IdentityStore) -> None:
    """And is not disabled."""
    found = store.find_or_create(
        "corp", "ana", kind=PERSON, now=NOON, new_id="us-east-1:1"
    )

    assert found == StoredIdentity("us-east-1:1", NOON, disabled=False, kind=PERSON)


def test_a_known_subject_keeps_its_id_and_its_first_time(store: IdentityStore) -> None:
    """Upstreams know it by that id."""
    first = _ask(store)

    again = store.find_or_create(
        "corp", "ana", kind=PERSON, now=NOON + timedelta(days=9), new_id="other"
    )

    assert again == first


def test_the_same_name_at_another_provider_is_somebody_else(
    store: IdentityStore,
) -> None:
    """(provider, subject) is the key; a subject alone means nothing."""
    assert _ask(store, "corp").id != _ask(store, "google").id


@pytest.mark.parametrize(
    ("one", "other"), [("ana", "ANA"), ("ana", "ana "), ("é", "e\u0301"), ("1", "01")]
)
def test_names_that_look_alike_are_different_subjects(
    store: IdentityStore, one: str, other: str
) -> None:
    """`sub` is compared exactly (OpenID Connect Core section 2)."""
    assert _ask(store, subject=one).id != _ask(store, subject=other).id


def test_a_disabled_identity_says_so(store: IdentityStore, database: Database) -> None:
    """An operator's word is heard at the next look."""
    found = _ask(store)
    with database.writing() as connection:
        connection.execute(
            text("UPDATE identity SET disabled = true WHERE id = :id"), {"id": found.id}
        )

    assert _ask(store).disabled is True


def test_an_id_that_belongs_to_somebody_else_is_not_given_again(
    store: IdentityStore,
) -> None:
    """Two people must never share one."""
    store.find_or_create("corp", "ana", kind=PERSON, now=NOON, new_id="taken")

    with pytest.raises(StorageError, match="belongs to somebody else"):
        store.find_or_create("corp", "bob", kind=PERSON, now=NOON, new_id="taken")


@pytest.mark.parametrize("length", [0, MAX_SUBJECT_CHARACTERS + 1])
def test_a_subject_out_of_bounds_is_not_kept(store: IdentityStore, length: int) -> None:
    """The table guards itself, whoever writes to it."""
    with pytest.raises(StorageError) as caught:
        _ask(store, subject="x" * length)

    # PostgreSQL looks at the column's size first.
    assert re.search("ck_identity_login_subject|22001", caught.value.detail)


@pytest.mark.parametrize("length", [1, MAX_SUBJECT_CHARACTERS])
def test_a_subject_within_bounds_is_kept(store: IdentityStore, length: int) -> None:
    """The pair of the above."""
    assert _ask(store, subject="x" * length) == _ask(store, subject="x" * length)


def test_any_text_is_found_again(store: IdentityStore) -> None:
    """Quotes, percent signs and emoji included. NUL never comes here: no name has it."""
    seen: dict[str, str] = {}

    @settings(max_examples=60, deadline=None)
    @given(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
            min_size=1,
            max_size=50,
        )
    )
    def ask(subject: str) -> None:
        identity = _ask(store, subject=subject).id
        assert seen.setdefault(subject, identity) == identity

    ask()
    assert len(set(seen.values())) == len(seen)


def test_a_database_without_its_table_is_a_clear_error(
    store: IdentityStore, database: Database
) -> None:
    """Somebody else's program has been at it."""
    with database.writing() as connection:
        connection.execute(text("DROP TABLE identity_login"))

    with pytest.raises(StorageError, match="identity_login"):
        _ask(store)


def _ask_for_all(place: Place, ids: "multiprocessing.Queue[tuple[str, str]]") -> None:
    """Ask for all subjects at once from several threads."""
    database = place.open(busy_timeout=timedelta(seconds=20))
    store = IdentityStore(database=database)
    ready = threading.Barrier(THREADS)

    def ask() -> None:
        ready.wait(10)
        for number in range(SUBJECTS):
            ids.put((f"s{number}", _ask(store, subject=f"s{number}").id))

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()


def test_two_processes_with_many_threads_agree_on_every_id(place: Place) -> None:
    """All of them see each subject for the first time, at the same time."""
    fork = multiprocessing.get_context("fork")
    place.open().close()
    ids = fork.Queue()
    processes = [fork.Process(target=_ask_for_all, args=(place, ids)) for _ in range(2)]
    for process in processes:
        process.start()
    answers = [ids.get(timeout=30) for _ in range(2 * THREADS * SUBJECTS)]
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0, 0]
    assert len(set(answers)) == SUBJECTS


# ---- several logins of one identity ----------------------------------------------------


def _do(database: Database, work: Callable[[Connection], bool]) -> bool:
    return database.write(work)


def test_a_join_has_all_logins_lead_to_one(store: IdentityStore) -> None:
    """And each says which other providers do."""
    keep, other = _ask(store).id, _ask(store, "google", "g1").id
    _ask(store, "corp", "ana2")
    assert store.join(keep, other)
    assert store.join(keep, _ask(store, "corp", "ana2").id)

    found = [_ask(store, *each) for each in (("corp", "ana"), ("google", "g1"))]

    assert [each.id for each in found] == [keep, keep]
    assert [each.linked for each in found] == [("google",), ("corp",)]
    names = [("corp", "ana"), ("corp", "ana2"), ("google", "g1")]
    assert [(each.provider, each.subject) for each in store.logins_of(keep)] == names
    assert store.logins_of(other) == ()


@pytest.mark.parametrize("which", ["keep", "other"])
def test_who_was_switched_off_stays_so_in_a_join(
    store: IdentityStore, database: Database, which: str
) -> None:
    """Else a link would be the way around an operator's word."""
    ids = {"keep": _ask(store).id, "other": _ask(store, "google").id}
    with database.writing() as connection:
        connection.execute(
            text("UPDATE identity SET disabled = true WHERE id = :id"),
            {"id": ids[which]},
        )

    assert store.join(**ids)

    assert _ask(store).disabled


def test_a_guest_that_is_joined_is_a_guest_no_more(store: IdentityStore) -> None:
    """Whichever of the two ids is kept."""
    for keep, other in (("guest", "corp"), ("corp", "guest")):
        ids = {
            name: store.find_or_create(
                name, f"{keep}1", kind=kind, now=NOON, new_id=f"{name} {keep}"
            ).id
            for name, kind in (("guest", IdentityKind.GUEST), ("corp", PERSON))
        }
        assert store.join(ids[keep], ids[other])
        found = _ask(store, "guest", f"{keep}1")
        assert (found.id, found.kind) == (ids[keep], PERSON)


def test_nobody_is_joined_with_nobody(store: IdentityStore) -> None:
    """An id that is gone, or the same one, changes nothing."""
    one = _ask(store).id

    assert not store.join(one, one)
    assert not store.join(one, "gone")
    assert not store.join("gone", one)
    assert _ask(store).id == one


def test_a_login_that_is_detached_is_somebody_new(store: IdentityStore) -> None:
    """The one that is left keeps the id."""
    keep = _ask(store).id
    store.join(keep, _ask(store, "google").id)

    assert store.detach("google", "ana")

    assert _ask(store).id == keep
    assert _ask(store).linked == ()
    assert _ask(store, "google").id != keep


def test_the_last_login_stays(store: IdentityStore) -> None:
    """And what leads nowhere cannot be detached."""
    keep = _ask(store).id

    assert not store.detach("corp", "ana")
    assert not store.detach("corp", "nobody")
    assert _ask(store).id == keep


def test_a_guests_own_login_stays(store: IdentityStore, database: Database) -> None:
    """Its id would be given to whoever holds an old guest token."""
    guest = IdentityKind.GUEST
    store.find_or_create("guest", "r:1", kind=guest, now=NOON, new_id="r:1")
    assert _do(database, lambda it: attach(it, "r:1", "corp", "ana", NOON))

    assert not store.detach("guest", "r:1")
    assert store.detach("corp", "ana")


def test_a_new_login_is_attached_once(store: IdentityStore, database: Database) -> None:
    """To somebody who is there; a login that leads somewhere is not taken away."""
    keep, other = _ask(store).id, _ask(store, "google").id

    assert _do(database, lambda it: attach(it, keep, "github", "7", NOON))
    assert not _do(database, lambda it: attach(it, other, "github", "7", NOON))
    assert not _do(database, lambda it: attach(it, "gone", "github", "8", NOON))

    assert _ask(store, "github", "7").id == keep
    assert store.logins_of(keep)[-1] == Login("github", "7", NOON)


def test_an_upgraded_guest_is_what_it_became(
    store: IdentityStore, database: Database
) -> None:
    """Only guests are upgraded."""
    guest = IdentityKind.GUEST
    store.find_or_create("guest", "r:1", kind=guest, now=NOON, new_id="r:1")

    assert _do(database, lambda it: upgrade(it, "r:1", PERSON))
    assert not _do(database, lambda it: upgrade(it, "r:1", PERSON))
    assert not _do(database, lambda it: upgrade(it, "gone", PERSON))
    assert _ask(store, "guest", "r:1").kind is PERSON


def test_an_identity_has_a_bounded_number_of_logins(
    store: IdentityStore, database: Database
) -> None:
    """The last that fits, and the first that does not; by either way."""
    keep, other = _ask(store).id, _ask(store, "google").id
    with database.writing() as connection:
        for number in range(MAX_LOGINS - 1):
            attach(connection, keep, "p", str(number), NOON)

    with pytest.raises(TooManyLoginsError):
        _do(database, lambda it: attach(it, keep, "p", "more", NOON))
    with pytest.raises(TooManyLoginsError):
        store.join(keep, other)
    assert store.detach("p", "0")
    assert store.join(keep, other)
    assert len(store.logins_of(keep)) == MAX_LOGINS


def test_every_change_of_a_login_is_told(
    store: IdentityStore, database: Database
) -> None:
    """Or caches would go on with whom it led to before."""
    one, two = _ask(store).id, _ask(store, "google").id
    guest = IdentityKind.GUEST
    store.find_or_create("guest", "r:1", kind=guest, now=NOON, new_id="r:1")
    reader = ChangeReader(database=database)
    told = []

    def hear() -> None:
        told.append(set(reader.catch_up().keys.get(IDENTITY_TOPIC, ())))

    store.join(one, two)
    hear()
    store.detach("google", "ana")
    hear()
    _do(database, lambda it: attach(it, one, "github", "7", NOON))
    hear()
    _do(database, lambda it: upgrade(it, "r:1", PERSON))
    hear()

    assert told == [{one, two}, {one}, {one}, {"r:1"}]


def test_the_logins_of_an_identity_go_with_it(
    store: IdentityStore, database: Database
) -> None:
    """Whoever deletes it by SQL of their own; the login is somebody new then."""
    gone = _ask(store).id
    with database.writing() as connection:
        connection.execute(text("DELETE FROM identity WHERE id = :id"), {"id": gone})

    assert _ask(store).id != gone
