"""Proofs that a client holds a key."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.oauth.clients.proofs import LEEWAY, NONCE_LIFETIME, ProofChecks
from gateway.oauth.errors import InvalidProofError, ProofNonceError
from tests.oauth.house import NOON, OAuthHouse
from tests.oauth.proving import TOKEN_URL, Holder

NOW = int(NOON.timestamp())


@pytest.fixture
def checks(house: OAuthHouse) -> ProofChecks:
    return house.oauth.proofs


def check(checks: ProofChecks, *proofs: str, access_token: str | None = None) -> str:
    return checks.check(proofs, method="POST", uri=TOKEN_URL, access_token=access_token)


def test_a_proof_says_which_key_it_was_made_with(checks: ProofChecks) -> None:
    holder = Holder()

    assert check(checks, holder.proof(checks.nonce())) == holder.thumbprint


def test_a_proof_is_good_once(checks: ProofChecks) -> None:
    """RFC 9449 section 11.1."""
    proof = Holder().proof(checks.nonce())
    check(checks, proof)

    with pytest.raises(InvalidProofError):
        check(checks, proof)


def test_a_proof_without_our_nonce_is_told_it(
    house: OAuthHouse, checks: ProofChecks
) -> None:
    """RFC 9449 section 8. A nonce is good until the next one but one."""
    first, holder = checks.nonce(), Holder()
    for nonce in (None, "made-up", "", "é", 7):
        with pytest.raises(ProofNonceError) as caught:
            check(checks, holder.proof(nonce))
        assert caught.value.nonce == first

    house.pass_time(2 * NONCE_LIFETIME - timedelta(seconds=1))
    now = int(house.now.timestamp())
    check(checks, holder.proof(first, iat=now))
    assert checks.nonce() != first
    house.pass_time(timedelta(seconds=1))
    with pytest.raises(ProofNonceError):
        check(checks, holder.proof(first, iat=now))


@pytest.mark.parametrize("changed", [{"iat": NOW + 300}, {"iat": NOW - 300.0}])
def test_a_clock_may_be_off_by_a_little(
    checks: ProofChecks, changed: dict[str, Any]
) -> None:
    check(checks, Holder().proof(checks.nonce(), **changed))
    assert timedelta(seconds=300) == LEEWAY


@pytest.mark.parametrize(
    "changed",
    [
        {"htm": "GET"},
        {"htm": None},
        {"htu": TOKEN_URL + "/"},
        {"htu": TOKEN_URL + "?a=b"},
        {"htu": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 257},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": NOW + 301},
        {"iat": NOW - 301},
    ],
)
def test_a_proof_for_something_else_proves_nothing(
    checks: ProofChecks, changed: dict[str, Any]
) -> None:
    with pytest.raises(InvalidProofError):
        check(checks, Holder().proof(checks.nonce(), **changed))


@pytest.mark.parametrize(
    "headers",
    [
        {"typ": "JWT"},
        {"jwk": {}},
        {"jwk": "key"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jku": "https://evil.example"},
    ],
)
def test_a_proof_that_is_none_is_refused(
    checks: ProofChecks, headers: dict[str, Any]
) -> None:
    with pytest.raises(InvalidProofError):
        check(checks, Holder().proof(checks.nonce(), headers=headers))


def test_a_proof_with_the_key_of_somebody_else_is_refused(
    checks: ProofChecks,
) -> None:
    """It would bind the token to a key that the sender does not have."""
    proof = Holder().proof(checks.nonce(), headers={"jwk": Holder().jwk})

    with pytest.raises(InvalidProofError):
        check(checks, proof)


def test_there_is_one_proof(checks: ProofChecks) -> None:
    holder = Holder()
    proofs = [holder.proof(checks.nonce()) for _ in range(2)]

    for each in ([], proofs, ["no.jwt"], ["x" * 10_000]):
        with pytest.raises(InvalidProofError):
            check(checks, *each)


def test_a_proof_goes_with_its_access_token(checks: ProofChecks) -> None:
    """RFC 9449 section 4.3, `ath`."""
    holder = Holder()
    proof = holder.proof(checks.nonce(), access_token="one")

    with pytest.raises(InvalidProofError):
        check(checks, proof, access_token="two")
    with pytest.raises(InvalidProofError):
        check(checks, holder.proof(checks.nonce()), access_token="two")
    assert check(checks, proof, access_token="one") == holder.thumbprint
