"""From the providers' files to the verifiers that judge their credentials.

What can be wrong with a key file or a certificate is found here, at load, and told as a
fault of the file that names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from gateway.authentication.app_token import ACCESS_TOKEN_TYPE, AppVerifier
from gateway.authentication.compact import names_of
from gateway.authentication.developer import DeveloperVerifier
from gateway.authentication.guest import GuestVerifier, OwnKeys
from gateway.authentication.key_set import (
    KeySet,
    KeySetError,
    merge_key_sets,
    parse_key_set,
)
from gateway.authentication.key_sources import KeySources
from gateway.authentication.oidc import OidcVerifier
from gateway.authentication.own import OneType, OwnVerifier
from gateway.authentication.pool import Bearers, PoolVerifier
from gateway.authentication.verifier import ProviderVerifier
from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.guest import GuestSettings
from gateway.config.settings.tokens import TokensSettings
from gateway.model.claims import TokenType


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What the gateway's own tokens go by.

    Attributes:
        tokens: The gateway's issuer and the skew.
        guest: Whether guests exist, and how long a guest token lives.
        has_app_tokens: Whether tokens are exchanged for some that are credentials here.
    """

    tokens: TokensSettings
    guest: GuestSettings
    has_app_tokens: bool = False


def build_verifiers(
    files: Sequence[ProviderFile],
    *,
    sources: KeySources,
    own_keys: OwnKeys,
    bearers: Bearers,
    own: OwnSettings,
    flow: Literal["bearer", "exchange"] = "bearer",
) -> tuple[ProviderVerifier, ...]:
    """Return a verifier for each provider that is enabled.

    Args:
        files: The providers.
        sources: Where the keys of OpenID Connect providers come from.
        own_keys: The gateway's own public keys.
        bearers: Knows the keys and the people of pools.
        own: What else they go by.
        flow: Where the credentials are shown: providers that are not for it are left out.

    Raises:
        ConfigError: With all faults of the files that the providers refer to.
    """
    tokens = own.tokens
    verifiers: list[ProviderVerifier] = []
    faults: list[Fault] = []
    for file in files:
        if not file.settings.enabled or not _is_for(file.settings, flow):
            continue
        try:
            match file.settings:
                case OidcProvider() as provider:
                    verifiers.append(_oidc(file, provider, sources, tokens))
                case DeveloperProvider() as provider:
                    verifiers.append(_developer(file, provider, tokens))
                case GuestProvider() | OpaqueProvider() | SamlProvider():
                    # Among our own tokens, below; where nothing in a token says whose it
                    # is, `opaque.building` is for it; and assertions are no bearer tokens.
                    continue
                case PoolProvider() as provider:
                    verifiers.append(
                        PoolVerifier(provider, bearers=bearers, skew=tokens.skew)
                    )
                case _:
                    assert_never(file.settings)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    by_type = _own_types(files, own_keys=own_keys, bearers=bearers, own=own)
    if by_type:
        verifiers.append(
            OwnVerifier(issuer=tokens.issuer, provider="our own", by_type=by_type)
        )
    return tuple(verifiers)


def _is_for(provider: ProviderSettings, flow: str) -> bool:
    return isinstance(provider, GuestProvider) or flow in provider.accept.flows


def _own_types(
    files: Sequence[ProviderFile],
    *,
    own_keys: OwnKeys,
    bearers: Bearers,
    own: OwnSettings,
) -> Mapping[str, OneType]:
    """Return what checks the tokens of our own that come back, by their type."""
    by_type: dict[str, OneType] = {}
    enabled = [
        file.settings
        for file in files
        if file.settings.enabled
        and (own.guest.enabled or not isinstance(file.settings, GuestProvider))
    ]
    guests = [each for each in enabled if isinstance(each, GuestProvider)]
    if guests:
        by_type[TokenType.GUEST] = GuestVerifier(
            guests[0],
            own_keys=own_keys,
            issuer=own.tokens.issuer,
            max_lifetime=own.guest.id_ttl,
            skew=own.tokens.skew,
        )
    if own.has_app_tokens:
        by_type[ACCESS_TOKEN_TYPE] = AppVerifier(
            own_keys=own_keys,
            issuer=own.tokens.issuer,
            providers={
                each.id: each.pool_id if isinstance(each, PoolProvider) else ""
                for each in enabled
                if _is_for(each, "exchange")
            },
            people=bearers,
            skew=own.tokens.skew,
        )
    return by_type


def _oidc(
    file: ProviderFile,
    provider: OidcProvider,
    sources: KeySources,
    tokens: TokensSettings,
) -> OidcVerifier:
    try:
        keys = sources.for_(provider)
    except ValueError as error:
        place = (*file.keys, "network", "ca")
        raise ConfigError([file.document.fault("E513", place, str(error))]) from error
    return OidcVerifier(provider, keys=keys, skew=tokens.skew)


def _developer(
    file: ProviderFile, provider: DeveloperProvider, tokens: TokensSettings
) -> DeveloperVerifier:
    sets: list[KeySet] = []
    faults: list[Fault] = []
    accepted = names_of(provider.algorithms)
    for number, reference in enumerate(provider.keys):
        place = (*file.keys, "keys", number)
        try:
            sets.append(parse_key_set(reference.content, accepted))
        except KeySetError as error:
            faults.append(file.document.fault("E512", place, str(error)))
        else:
            # A provider may publish what does not concern us; this file is ours.
            faults += [
                file.document.fault("E512", place, reason)
                for reason in sets[-1].ignored
            ]
    try:
        keys = merge_key_sets(sets)
    except KeySetError as error:
        faults.append(file.document.fault("E512", (*file.keys, "keys"), str(error)))
    else:
        if not faults:
            return DeveloperVerifier(provider, keys=keys, skew=tokens.skew)
    raise ConfigError(faults)
