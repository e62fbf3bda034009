"""What a pool's authorization server tells of itself."""

from authlib.oauth2.rfc8414 import (  # type: ignore[import-untyped]  # has no types
    AuthorizationServerMetadata,
)
from authlib.oidc.discovery import (  # type: ignore[import-untyped]  # likewise
    OpenIDProviderMetadata,
)

from gateway.oauth.discovery import Endpoints, metadata
from tests.oauth.house import ISSUER, URL

DOCUMENT = metadata(ISSUER, Endpoints(URL), grant_types=["b", "a"])


def test_others_take_the_document_for_one() -> None:
    """Authlib checks each member against OpenID Connect Discovery and RFC 8414."""
    OpenIDProviderMetadata(DOCUMENT).validate()
    AuthorizationServerMetadata(DOCUMENT).validate()


def test_everything_is_where_it_is_said_to_be() -> None:
    assert DOCUMENT["issuer"] == ISSUER
    assert DOCUMENT["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"
    assert DOCUMENT["token_endpoint"] == f"{URL}/oauth2/token"
    assert DOCUMENT["grant_types_supported"] == ["a", "b"]
    assert DOCUMENT["response_types_supported"] == ["code"]
    assert DOCUMENT["code_challenge_methods_supported"] == ["S256"]
