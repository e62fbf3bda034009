"""`kind = "saml"`."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.references import FileRef, SecretRef
from tests.config.files import read, the_fault

METADATA = "https://idp.example/metadata"
HEAD = "kind = 'saml'\nid = 'partner'\nowner = 'me@example.com'\n"
IDP = f"idp.entity_id = '{METADATA}'\nidp.metadata.url = '{METADATA}'\n"


def test_a_provider_with_metadata_needs_nothing_else() -> None:
    """Everything else is strict by default."""
    provider = read(SamlProvider, HEAD + IDP)

    assert isinstance(provider, SamlProvider)
    assert provider.issuers == (METADATA,)
    assert provider.hosts == ("idp.example",)
    assert provider.metadata_url == METADATA
    assert provider.strict.want_assertions_signed
    assert provider.strict.want_response_signed
    assert not provider.strict.allow_idp_initiated
    assert provider.entity_id.endswith("/saml2/metadata/partner")
    assert provider.consumer_url.endswith("/saml2/idpresponse")
    assert provider.token_url.endswith("/oauth2/token")
    assert provider.logout_url.endswith("/saml2/logout")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E104"),
        ("idp.entity_id = 'x'", "E104"),
        (f"{IDP}idp.sso_url = 'https://idp.example/sso'", "E106"),
        ("idp.entity_id = 'x'\nidp.metadata = {}", "E104"),
        ("idp.entity_id = 'x'\nidp.metadata.url = 'http://idp.example/m'", "E106"),
        ("idp.entity_id = 'x'\nidp.metadata.url = 'ftp://idp.example/m'", "E105"),
        (f"{IDP}strict.want_assertions_encrypted = true", "E104"),
        (
            f"{IDP}strict.want_assertions_signed = false\nstrict.want_response_signed = false",
            "E106",
        ),
        (f"{IDP}strict.algorithms = ['rsa-sha1']", "E105"),
        (f"{IDP}accept.flows = ['bearer']", "E105"),
        (f"{IDP}network.allow_hosts = ['other.example']", "E330"),
        (f"{IDP}for = 'service'", "E105"),
        (f"{IDP}sign_in.sign_out = 'there'", "E104"),
        (f"{IDP}idp.logout_url = 'not a url'", "E105"),
        (f"{IDP}idp.logout_url = 'https://idp.example/slo'", "E106"),
    ],
    ids=range(15),
)
def test_what_a_provider_cannot_have_is_refused(text: str, code: str) -> None:
    assert the_fault(SamlProvider, HEAD + text).code == code


def test_metadata_may_be_asked_for_with_a_query() -> None:
    """As Google has it."""
    text = f"idp.entity_id = 'x'\nidp.metadata.url = '{METADATA}?idpid=C01'\n"

    provider = read(SamlProvider, HEAD + text)

    assert isinstance(provider, SamlProvider)
    assert provider.hosts == ("idp.example",)
    fault = the_fault(SamlProvider, HEAD + text.replace("C01", "C 01"))
    assert fault.code == "E105"


@pytest.mark.parametrize(("key", "is_good"), [("logout_url", True), ("sso_url", False)])
def test_signing_out_there_needs_a_place(key: str, *, is_good: bool) -> None:
    """With metadata, that says where."""
    pem = FileRef(path=Path("x.pem"), content=b"")
    idp = {
        "entity_id": "x",
        "sso_url": "https://idp.example/sso",
        "certificates": (pem,),
        key: "https://idp.example/x",
    }
    told = {
        "kind": "saml",
        "id": "partner",
        "idp": idp,
        "sp": {"key": SecretRef(source="file x", value=b""), "cert": pem},
        "sign_in": {"sign_out": "there"},
    }

    if is_good:
        assert SamlProvider.model_validate(told).idp.logout_binding == "redirect"
    else:
        with pytest.raises(ValidationError, match="logout_url"):
            SamlProvider.model_validate(told)
