"""A kind of provider written out in full, so that none has hidden behaviour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.config.providers.apple import AppleProvider
from gateway.config.providers.common import Provider, SignInSettings
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.gitlab import GitlabProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.written import written_table

_INTRODUCTION = {
    "oidc": "A provider that speaks OpenID Connect, with every default written out.\n"
    "Put your own `issuer` and `client.id`.",
    "google": 'Sign in with Google, as kind = "oidc": what the preset stands for.\n'
    'Put your own `client.id`; or write kind = "google", and the rest comes with it.',
    "facebook": "Facebook, with every default written out. Put the `client` of your own\n"
    "app.",
    "amazon": "Login with Amazon, with every default written out. Put the `client` of your\n"
    "own security profile.",
    "twitter": "X, with every default written out. Put the `client` of your own app.",
    "microsoft": 'Microsoft Entra ID, as kind = "oidc": what the preset stands for.\n'
    'Put your own `client` and `tenants`; or write kind = "microsoft".',
    "gitlab": 'Sign in with GitLab, as kind = "oidc": what the preset stands for.\n'
    'Put your own `client`; or write kind = "gitlab", and the rest comes with it.',
    "apple": "Sign in with Apple, with every default written out. Put your own Services ID,\n"
    "team, and key.",
    "github": "GitHub, with every default written out. Put the `client` of your own app.",
    "oauth2": "A provider that speaks OAuth 2.0 and not OpenID Connect, with every default\n"
    "written out. Put its addresses, and how it says whose app a token is of.",
    "developer": "A backend of your own that vouches for its users, with every default\n"
    "written out. Put your own `keys` and `audiences`.",
    "guest": "Guests, with every default written out. Their lifetimes and limits stand in\n"
    "[guest] of config.toml.",
    "saml": "A provider that speaks SAML 2.0, with every default written out. Put your own\n"
    "`idp.entity_id` and `idp.metadata`.",
    "pool": "People of your own, with every default written out. Put your own `pool_id`: a\n"
    "region of AWS's form, `_`, and nine letters and digits.",
}


def preset_text(kind: str) -> str:
    """Return a file of `providers/` for a kind, with every setting written out.

    Args:
        kind: One of those that there are.

    Raises:
        KeyError: There is no such kind in this version.
    """
    comment = "".join(f"# {line}\n" for line in _INTRODUCTION[kind].splitlines())
    return f"{comment}\n{written_table(in_full(_example(kind)))}\n"


def in_full(provider: Provider) -> Provider:
    """Return a provider with what its kind brings to `[sign_in] profile` written there."""
    sign_in = getattr(provider, "sign_in", None)
    if not isinstance(sign_in, SignInSettings):
        return provider
    whole = sign_in.model_copy(update={"profile": sign_in.expressions})
    return provider.model_copy(update={"sign_in": whole})


def _example(kind: str) -> Provider:
    model, settings = _EXAMPLES[kind]
    owner = {"id": kind, "kind": kind, "owner": "identity-team@example.com"}
    provider = model.model_validate(owner | settings)
    return _as_oidc(provider) if kind in _NAMES else provider


def _as_oidc(preset: Any) -> Provider:
    """Return the same settings under the kind that the preset is made of."""
    fields = {name: getattr(preset, name) for name in OidcProvider.model_fields}
    name = _NAMES[preset.kind]
    fields["sign_in"] = preset.sign_in.model_copy(update={"name": name})
    return OidcProvider.model_construct(**(fields | {"kind": "oidc"}))


def _secret(kind: str) -> SecretRef:
    return SecretRef(source=f"file secrets/{kind}", value=b"made up")


def _app(kind: str) -> dict[str, Any]:
    return {"id": "gateway", "secret": _secret(kind)}


# The presets over `oidc`, and what Cognito's clients call each.
_NAMES: Final = {"google": "Google", "microsoft": "microsoft", "gitlab": "gitlab"}

_EXAMPLES: Final[Mapping[str, tuple[type[Provider], dict[str, Any]]]] = {
    "oidc": (
        OidcProvider,
        {
            "issuer": "https://login.example.com",
            "client": ClientSettings(id="gateway"),
        },
    ),
    "google": (
        GoogleProvider,
        {
            "label": "Google",
            "client": ClientSettings(id="1234.apps.googleusercontent.com"),
        },
    ),
    "apple": (
        AppleProvider,
        {
            "label": "Apple",
            "client": {
                "id": "com.example.gateway",
                "team_id": "ABCDE12345",
                "key_id": "FGHIJ67890",
                "key": _secret("apple"),
            },
        },
    ),
    "microsoft": (
        MicrosoftProvider,
        {
            "label": "Microsoft",
            "client": ClientSettings(id="11111111-2222-3333-4444-555555555555"),
            "tenants": ["72f988bf-86f1-41af-91ab-2d7cd011db47"],
        },
    ),
    "gitlab": (
        GitlabProvider,
        {"label": "GitLab", "client": ClientSettings(id="gateway")},
    ),
    "facebook": (FacebookProvider, {"label": "Facebook", "client": _app("facebook")}),
    "amazon": (AmazonProvider, {"label": "Amazon", "client": _app("amazon")}),
    "twitter": (TwitterProvider, {"label": "X", "client": _app("twitter")}),
    "github": (GithubProvider, {"label": "GitHub", "client": _app("github")}),
    "oauth2": (
        Oauth2Provider,
        {
            "client": _app("oauth2"),
            "authorize_url": "https://login.example.com/authorize",
            "token_url": "https://login.example.com/token",
            "userinfo_url": "https://login.example.com/me",
            "audience_proof": "introspection",
            "introspection_url": "https://login.example.com/introspect",
        },
    ),
    "developer": (
        DeveloperProvider,
        {
            "keys": [FileRef(path=Path("keys/backend.jwks"), content=b"")],
            "audiences": ["gateway"],
        },
    ),
    "pool": (
        PoolProvider,
        {
            "pool_id": "us-east-1_Ab3dE6gH9",
            "client": [{"id": "my_app", "redirect_uris": ["http://localhost:3000/"]}],
        },
    ),
    "guest": (GuestProvider, {}),
    "saml": (
        SamlProvider,
        {
            "idp": {
                "entity_id": "https://idp.example.com/metadata",
                "metadata": {"url": "https://idp.example.com/metadata"},
            }
        },
    ),
}
