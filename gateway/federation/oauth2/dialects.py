"""The OAuth of each kind of provider, from its file."""

from typing import assert_never

from gateway.authentication.opaque.building import OpaqueSettings
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.federation.oauth2.dialect import ClientAuth, Dialect


def dialect_of(settings: OpaqueSettings) -> Dialect:
    """Return how a provider's OAuth 2.0 is spoken."""
    client = settings.client
    match settings:
        case FacebookProvider():
            return Dialect(
                authorize_url=f"{settings.url}/{settings.version}/dialog/oauth",
                token_url=f"{settings.graph_url}/{settings.version}/oauth/access_token",
                client_id=client.id,
                secret=client.secret.reveal(),
                scopes=client.scopes,
                pkce=False,
                scope_separator=",",
                forced={"auth_type": "reauthenticate"},
            )
        case AmazonProvider():
            return Dialect(
                authorize_url=f"{settings.url}/ap/oa",
                token_url=f"{settings.api_url}/auth/o2/token",
                client_id=client.id,
                secret=client.secret.reveal(),
                scopes=client.scopes,
                pkce=False,
            )
        case TwitterProvider():
            return Dialect(
                authorize_url=f"{settings.url}/i/oauth2/authorize",
                token_url=f"{settings.api_url}/2/oauth2/token",
                client_id=client.id,
                secret=client.secret.reveal(),
                scopes=client.scopes,
                auth=ClientAuth.BASIC,
            )
        case Oauth2Provider():
            return _declared(settings)
        case GithubProvider():
            return Dialect(
                authorize_url=f"{settings.url}/login/oauth/authorize",
                token_url=f"{settings.url}/login/oauth/access_token",
                client_id=client.id,
                secret=client.secret.reveal(),
                scopes=client.scopes,
                forced={"prompt": "select_account"},
            )
        case _:
            assert_never(settings)


def _declared(settings: Oauth2Provider) -> Dialect:
    client = settings.client
    by_header = client.auth == "client_secret_basic"
    has_issuer = settings.issuer_name != settings.id
    return Dialect(
        authorize_url=settings.authorize_url,
        token_url=settings.token_url,
        client_id=client.id,
        secret=client.secret.reveal(),
        scopes=client.scopes,
        auth=ClientAuth.BASIC if by_header else ClientAuth.FORM,
        pkce=settings.pkce,
        scope_separator=settings.scope_separator,
        extra=client.authorize,
        forced={"prompt": "login"},
        issuer=settings.issuer_name if has_issuer else "",
    )
