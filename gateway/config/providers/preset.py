"""A kind of provider written out in full, so that none has hidden behaviour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.config.providers.common import Provider
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import ClientSettings
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.written import written_table

PRESETS: Final = ("google",)

_OPAQUE: Final[Mapping[str, type[Provider]]] = {
    "facebook": FacebookProvider,
    "amazon": AmazonProvider,
    "twitter": TwitterProvider,
    "github": GithubProvider,
    "oauth2": Oauth2Provider,
}
_OPAQUE_EXAMPLES: Final[Mapping[str, Mapping[str, str]]] = {
    "facebook": {"label": "Facebook"},
    "amazon": {"label": "Amazon"},
    "twitter": {"label": "X"},
    "github": {"label": "GitHub"},
    "oauth2": {
        "authorize_url": "https://login.example.com/authorize",
        "token_url": "https://login.example.com/token",
        "userinfo_url": "https://login.example.com/me",
        "audience_proof": "introspection",
        "introspection_url": "https://login.example.com/introspect",
    },
}

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
    "github": "GitHub, with every default written out. Put the `client` of your own app.",
    "oauth2": "A provider that speaks OAuth 2.0 and not OpenID Connect, with every default\n"
    "written out. Put its addresses, and how it says whose app a token is of.",
    "developer": "A backend of your own that vouches for its users, with every default\n"
    "written out. Put your own `keys` and `audiences`.",
    "guest": "Guests, with every default written out. Their lifetimes and limits stand in\n"
    "[guest] of config.toml.",
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
    return f"{comment}\n{written_table(_example(kind))}\n"


def _example(kind: str) -> Provider:
    owner = {"id": kind, "owner": "identity-team@example.com"}
    match kind:
        case "oidc":
            return OidcProvider.model_validate(
                {
                    **owner,
                    "kind": "oidc",
                    "issuer": "https://login.example.com",
                    "client": ClientSettings(id="gateway"),
                }
            )
        case "google":
            client = ClientSettings(id="1234.apps.googleusercontent.com")
            google = GoogleProvider.model_validate(
                {**owner, "kind": "google", "label": "Google", "client": client}
            )
            # The same settings under the kind that the preset is made of.
            fields = {name: getattr(google, name) for name in OidcProvider.model_fields}
            return OidcProvider.model_construct(**(fields | {"kind": "oidc"}))
        case "developer":
            keys = [FileRef(path=Path("keys/backend.jwks"), content=b"")]
            return DeveloperProvider.model_validate(
                {**owner, "kind": "developer", "keys": keys, "audiences": ["gateway"]}
            )
        case "pool":
            app = {"id": "my_app", "redirect_uris": ["http://localhost:3000/"]}
            return PoolProvider.model_validate(
                {
                    **owner,
                    "kind": "pool",
                    "pool_id": "us-east-1_Ab3dE6gH9",
                    "client": [app],
                }
            )
        case "facebook" | "amazon" | "twitter" | "github" | "oauth2":
            return _OPAQUE[kind].model_validate(
                {**owner, "kind": kind, "client": _app(kind), **_OPAQUE_EXAMPLES[kind]}
            )
        case _:
            return GuestProvider.model_validate({**owner, "kind": "guest"})


def _app(kind: str) -> dict[str, object]:
    secret = SecretRef(source=f"file secrets/{kind}", value=b"made up")
    return {"id": "gateway", "secret": secret}
