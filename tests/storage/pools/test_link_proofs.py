"""Links that wait for a proof, on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gateway.storage.database import Database
from gateway.storage.pools.link_proofs import StoredLinkProof, StoredLinkProofs
from gateway.storage.pools.users import Users
from tests.storage.pool_rows import PEOPLE, add, add_pools, person

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANA, BOB = person(1), person(2)
PROOF = StoredLinkProof(PEOPLE, ANA.sub, "corp", "1", b"b" * 32, "sealed-login", NOON)
ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))


def test_a_proof_is_found_and_removed(database: Database) -> None:
    """By its name, by whose it is, by its age, and with the person."""
    add_pools(database)
    later = NOON + timedelta(seconds=1)
    with database.writing() as connection:
        add(connection, ANA)
        add(connection, BOB)
        proofs = StoredLinkProofs(connection)
        for digest, proof in (
            (ONE, PROOF),
            (TWO, replace(PROOF, expires_at=later)),
            (THREE, replace(PROOF, sub=BOB.sub, expires_at=later)),
        ):
            proofs.add(digest, proof)

        assert proofs.find(ONE) == PROOF
        assert proofs.remove_expired(NOON) == 1
        assert proofs.find(ONE) is None
        assert not proofs.remove(ONE)
        assert proofs.remove_of(PEOPLE, ANA.sub) == 1
        assert proofs.remove_of(PEOPLE, ANA.sub) == 0
        assert proofs.remove(THREE)
        proofs.add(THREE, replace(PROOF, sub=BOB.sub))
        Users(connection).remove(PEOPLE, BOB.sub)
        assert proofs.find(THREE) is None
    assert "sealed-login" not in repr(PROOF)
