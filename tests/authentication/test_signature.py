"""The verifier chooses the algorithm, and the issuer the key."""

from typing import Any

import pytest

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongKeyError,
    WrongSignatureError,
)
from gateway.authentication.key_set import parse_key_set
from gateway.authentication.signature import check_signature
from gateway.authentication.verification_key import VerificationKey
from gateway.model.errors import CredentialError
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import (
    access_claims,
    flip,
    jwk,
    key_set,
    keys_of,
    token,
    unverified,
)


class Unasked:
    """Keys that must not be needed."""

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool
    ) -> VerificationKey:
        raise AssertionError


class Asked:
    """Keys that remember how they were asked."""

    def __init__(self) -> None:
        self.may_wait: list[bool] = []

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool
    ) -> VerificationKey:
        self.may_wait.append(may_wait)
        return keys_of("ES256").get(key_id, algorithm)


def check(text: str, keys: Any, *, algorithm: str = "ES256", wait: bool = True) -> None:
    check_signature(unverified(text), keys=keys, accepted=(algorithm,), may_wait=wait)


def test_a_signature_by_the_issuers_key_is_accepted() -> None:
    check(token(access_claims()), keys_of("ES256"))


def test_a_signature_by_another_key_is_refused() -> None:
    forged = token(access_claims(), number=1, kid="ES256-0")

    with pytest.raises(WrongSignatureError):
        check(forged, keys_of("ES256"))


def test_a_key_that_the_issuer_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownKeyError):
        check(token(access_claims(), kid="other"), keys_of("ES256"))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "", "RS256", "es256"])
def test_an_algorithm_that_is_not_accepted_asks_for_no_key(algorithm: str) -> None:
    """It must not even cause a fetch."""
    with pytest.raises(WrongAlgorithmError):
        check(token(access_claims(), alg=algorithm), Unasked())


def test_every_flipped_bit_is_noticed() -> None:
    """In the header, in the claims, and in the signature; surplus bits too."""
    text = token(access_claims())
    keys = keys_of("ES256")

    for place in (place for place, at in enumerate(text) if at != "."):
        for bit in range(6):
            with pytest.raises(CredentialError):
                check(flip(text, place, bit), keys)


@pytest.mark.parametrize("may_wait", [True, False])
def test_keys_are_told_whether_they_may_wait(*, may_wait: bool) -> None:
    """On the event loop, nobody may."""
    keys = Asked()

    check(token(access_claims()), keys, wait=may_wait)

    assert keys.may_wait == [may_wait]


def test_a_key_that_is_slow_verifies_only_where_one_may_wait() -> None:
    """P-384 takes half a millisecond, for which everybody would wait."""
    text = token(access_claims(), algorithm="ES384")
    keys = keys_of("ES384")

    with pytest.raises(WouldWaitError):
        check(text, keys, algorithm="ES384", wait=False)
    check(text, keys, algorithm="ES384", wait=True)


def test_a_forged_token_is_refused_without_waiting() -> None:
    """A flood of them must not even cost a thread."""
    forged = token(access_claims(), number=1, kid="ES256-0")

    with pytest.raises(WrongSignatureError):
        check(forged, keys_of("ES256"), wait=False)


TEMPLATE = "https://login.example/{tenantid}"


@pytest.mark.parametrize("issuer", [TEMPLATE, "https://login.example/t-1", None, 5])
def test_a_key_signs_for_whom_it_is_published(issuer: Any) -> None:
    """Microsoft says it of each key; the word for all tenants stands for one of them."""
    keys = parse_key_set(key_set(jwk("ES256", issuer=issuer)), ("ES256",))
    claims = access_claims(iss="https://login.example/t-1", tid="t-1")

    check(token(claims), keys)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example/t-2", "tid": "t-2"},
        {"iss": "https://login.example/t-2", "tid": "t-1"},
        {"iss": "https://login.example/t-2"},
    ],
    ids=["another tenant", "posing", "silent"],
)
def test_a_tenants_own_key_signs_for_no_other(claims: dict[str, str]) -> None:
    """Or the people of one company could be made by another."""
    entry = jwk("ES256", issuer="https://login.example/t-1")

    with pytest.raises(WrongKeyError):
        check(token(access_claims(**claims)), parse_key_set(key_set(entry), ("ES256",)))
