"""The CEL variable `saml`."""

from gateway.identity.saml import saml_variables
from gateway.model.claims import TokenType, VerifiedClaims
from tests.config.files import NOON


def view(**claims: object) -> object:
    verified = VerifiedClaims("partner", "urn:idp", "ana", TokenType.SAML, NOON, claims)
    return saml_variables(verified)["saml"]


def test_an_assertion_is_read_under_its_own_names() -> None:
    """Claims that have nothing of one are read as the least that there is."""
    full = view(
        name_id="a", name_id_format="f", session_index="s", attributes={"mail": ["m"]}
    )
    bare = view()

    assert (full.name_id, full.session_index) == ("a", "s")  # type: ignore[attr-defined]
    assert full.attributes == {"mail": ["m"]}  # type: ignore[attr-defined]
    assert (bare.name_id, bare.attributes) == ("ana", {})  # type: ignore[attr-defined]
