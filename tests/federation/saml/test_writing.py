"""What the gateway says to a SAML provider."""

from gateway.authentication.saml.names import SAML, SAMLP
from gateway.federation.saml.writing import Wish, authentication_request
from tests.authentication.saml.idp import NOON, provider


def test_a_way_to_sign_in_may_be_asked_for() -> None:
    """By the names that the file has; else the provider chooses."""
    wish = Wish("_1", "https://idp.example.com/sso", force=False, at=NOON)
    asked = provider(sp={"authn_contexts": ("urn:mfa", "urn:hardware")})

    request = authentication_request(asked, wish)
    bare = authentication_request(provider(), wish)

    found = request.find(f"{{{SAMLP}}}RequestedAuthnContext")
    assert [each.text for each in found.findall(f"{{{SAML}}}AuthnContextClassRef")] == [
        "urn:mfa",
        "urn:hardware",
    ]
    assert request.get("ForceAuthn") is None
    assert bare.find(f"{{{SAMLP}}}RequestedAuthnContext") is None
