"""One id for each subject of each provider, whoever asks first."""

import multiprocessing
import re
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.model.errors import StorageError
from gateway.model.identity import MAX_SUBJECT_CHARACTERS, IdentityKind
from gateway.storage.database import Database
from gateway.storage.identities import IdentityStore, StoredIdentity
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

    assert found == StoredIdentity("us-east-1:1", NOON, disabled=False)


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
    assert re.search("ck_identity_subject|22001", caught.value.detail)


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
        connection.execute(text("DROP TABLE identity"))

    with pytest.raises(StorageError, match="identity"):
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
