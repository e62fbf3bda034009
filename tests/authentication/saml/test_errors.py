"""Ways in which a SAML document can fail."""

from gateway.authentication.saml.errors import RefusedStatusError


def test_a_refusal_keeps_what_the_provider_says() -> None:
    error = RefusedStatusError("Responder/AuthnFailed")

    assert error.status == "Responder/AuthnFailed"
    assert "AuthnFailed" in error.detail
