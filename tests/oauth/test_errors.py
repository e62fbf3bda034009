"""The failures of the authorization server know no wire."""

from gateway.oauth.errors import InvalidClientError, ProofNonceError


def test_the_nonce_goes_with_the_failure_and_is_no_detail() -> None:
    """The client needs it; the operator does not."""
    error = ProofNonceError("too old", nonce="n-1")

    assert (error.nonce, error.detail) == ("n-1", "too old")
    assert "n-1" not in str(error)
    assert ProofNonceError().nonce == ""


def test_a_client_is_not_told_why_it_is_nobody() -> None:
    """Unknown and not proven are the same."""
    assert InvalidClientError("no such client").public == InvalidClientError.public
