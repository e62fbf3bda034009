"""The verifier chooses the algorithm, and the issuer the key."""

import pytest

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongSignatureError,
)
from gateway.authentication.signature import check_signature
from gateway.authentication.verification_key import VerificationKey
from gateway.model.errors import CredentialError
from tests.authentication.issuer import access_claims, flip, keys_of, token, unverified


class Unasked:
    """Keys that must not be needed."""

    def get(self, key_id: str | None, algorithm: str) -> VerificationKey:
        raise AssertionError


def test_a_signature_by_the_issuers_key_is_accepted() -> None:
    parts = unverified(token(access_claims()))

    check_signature(parts, keys=keys_of("ES256"), accepted=("ES256",))


def test_a_signature_by_another_key_is_refused() -> None:
    forged = unverified(token(access_claims(), number=1, kid="ES256-0"))

    with pytest.raises(WrongSignatureError):
        check_signature(forged, keys=keys_of("ES256"), accepted=("ES256",))


def test_a_key_that_the_issuer_does_not_have_is_refused() -> None:
    parts = unverified(token(access_claims(), kid="other"))

    with pytest.raises(UnknownKeyError):
        check_signature(parts, keys=keys_of("ES256"), accepted=("ES256",))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "", "RS256", "es256"])
def test_an_algorithm_that_is_not_accepted_asks_for_no_key(algorithm: str) -> None:
    """It must not even cause a fetch."""
    parts = unverified(token(access_claims(), alg=algorithm))

    with pytest.raises(WrongAlgorithmError):
        check_signature(parts, keys=Unasked(), accepted=("ES256",))


def test_every_flipped_bit_is_noticed() -> None:
    """In the header, in the claims, and in the signature; surplus bits too."""
    text = token(access_claims())
    keys = keys_of("ES256")

    for place in (place for place, at in enumerate(text) if at != "."):
        for bit in range(6):
            with pytest.raises(CredentialError):
                check_signature(
                    unverified(flip(text, place, bit)), keys=keys, accepted=("ES256",)
                )
