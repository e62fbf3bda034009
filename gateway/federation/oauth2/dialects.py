"""The OAuth of each kind of provider, from its file."""

from typing import assert_never

from gateway.authentication.opaque.building import OpaqueSettings
from gateway.config.providers.opaque.github import GithubProvider
from gateway.federation.oauth2.dialect import Dialect


def dialect_of(settings: OpaqueSettings) -> Dialect:
    """Return how a provider's OAuth is spoken."""
    client = settings.client
    match settings:
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
