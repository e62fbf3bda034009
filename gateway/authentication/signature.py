"""Did the issuer sign this?

References: RFC 7515 section 5.2; RFC 8725 sections 3.1 and 3.2 (the verifier chooses the
algorithm, the token only says which of them it used).
"""

from collections.abc import Collection
from typing import Protocol

from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.errors import (
    WrongAlgorithmError,
    WrongKeyError,
    WrongSignatureError,
)
from gateway.authentication.issuers import in_place
from gateway.authentication.verification_key import VerificationKey
from gateway.model.waiting import WouldWaitError


class Keys(Protocol):
    """Where an issuer's keys are known."""

    def get(
        self, key_id: str | None, algorithm: str, *, may_wait: bool
    ) -> VerificationKey:
        """Return the key for a token.

        Raises:
            WouldWaitError: It may not wait, and would have to.
            CredentialError: The issuer has no such key, or not for this algorithm.
            ProviderUnavailableError: Whether it has cannot be found out.
        """
        ...


def check_signature(
    token: UnverifiedToken, *, keys: Keys, accepted: Collection[str], may_wait: bool
) -> None:
    """Refuse a token that its issuer has not signed.

    Args:
        token: The token, taken apart.
        keys: The issuer's keys.
        accepted: The algorithms that are accepted from the issuer.
        may_wait: Whether it may take longer than a moment.

    Raises:
        WouldWaitError: It may not, and would.
        WrongAlgorithmError: `alg` is none of them, or not the key's own.
        UnknownKeyError: The issuer has no such key.
        WrongKeyError: The key is published for another issuer.
        WrongSignatureError: The signature is not by that key.
        ProviderUnavailableError: The issuer's keys cannot be had.
    """
    # Before the keys: a token that cannot be accepted must not cause a fetch.
    if token.algorithm not in accepted:
        raise WrongAlgorithmError(f"alg={token.algorithm[:20]!r}")
    key = keys.get(token.key_id, token.algorithm, may_wait=may_wait)
    if not (may_wait or key.is_quick):
        raise WouldWaitError
    # A tenant's own key must not sign for another tenant.
    allowed = {in_place(issuer, token) for issuer in key.issuers}
    if allowed and token.unverified_issuer not in allowed:
        raise WrongKeyError(f"the key {key.key_id!r} is another issuer's")
    if not key.verifies(token.signature, token.signing_input):
        raise WrongSignatureError(f"not signed by the key {key.key_id!r}")
