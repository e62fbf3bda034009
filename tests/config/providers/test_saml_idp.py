"""`[idp]` of a SAML provider."""

from pathlib import Path

from gateway.config.providers.saml_idp import IdpSettings
from gateway.config.settings.references import FileRef
from tests.authentication.saml.idp import pair


def test_a_provider_may_be_written_out() -> None:
    """Address and certificates stand in for metadata."""
    certificate = FileRef(path=Path("idp.pem"), content=pair("idp").certificate_pem)
    settings = IdpSettings.model_validate(
        {
            "entity_id": "urn:idp",
            "sso_url": "https://idp.example/sso?tenant=1",
            "certificates": (certificate,),
        }
    )

    assert settings.sso_url == "https://idp.example/sso?tenant=1"
    assert settings.sso_binding == "redirect"
    assert settings.metadata is None
