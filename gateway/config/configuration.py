"""A whole configuration that has been found good."""

from dataclasses import dataclass
from pathlib import Path

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.policies.policy import PolicySettings
from gateway.config.positions import Keys
from gateway.config.providers.apple import AppleProvider
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.gitlab import GitlabProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.microsoft import MicrosoftProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.github import GithubProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.root import Config

ProviderSettings = (
    OidcProvider
    | GoogleProvider
    | AppleProvider
    | MicrosoftProvider
    | GitlabProvider
    | DeveloperProvider
    | GuestProvider
    | PoolProvider
    | FacebookProvider
    | AmazonProvider
    | TwitterProvider
    | GithubProvider
    | Oauth2Provider
    | SamlProvider
)


@dataclass(frozen=True, slots=True)
class ProviderFile:
    """One provider and where it is written.

    Attributes:
        document: The file.
        keys: Path of the provider's table in it: `()`, or `("provider", 2)`.
        settings: The provider.
    """

    document: Document
    keys: Keys
    settings: ProviderSettings


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy and where it is written.

    Attributes:
        document: The file.
        settings: The policy.
    """

    document: Document
    settings: PolicySettings


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the files say.

    Attributes:
        root: The folder of `config.toml`; relative paths in the files start there.
        document: `config.toml`.
        settings: What it says.
        providers: In the order of the files' names, and in a file as written.
        policies: In the order of the files' names.
        referenced: The public files that they refer to.
        warnings: What looks wrong and keeps nothing from starting.
        digest: SHA-256, in hex, of all files and of the public files they refer to.
    """

    root: Path
    document: Document
    settings: Config
    providers: tuple[ProviderFile, ...]
    policies: tuple[PolicyFile, ...]
    referenced: frozenset[Path]
    warnings: tuple[Fault, ...]
    digest: str
