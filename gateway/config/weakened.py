"""What the files loosen: logged at each start, so that nobody forgets it.

A default is the safe choice, so each entry here was written by somebody on purpose.
"""

from collections.abc import Iterator

from gateway.config.configuration import Configuration, ProviderFile
from gateway.config.providers.network import WaySettings
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.providers.saml import SamlProvider
from gateway.config.settings.messages import MessagesSettings
from gateway.config.settings.root import Config
from gateway.config.settings.storage import StorageSettings
from gateway.config.settings.values import IPNetwork, is_loopback

# A proxy tier has a network; a whole continent has none.
_WIDE_PREFIX = {4: 8, 6: 32}


def weakened(configuration: Configuration) -> list[str]:
    """Return one line for each setting that makes the gateway less strict."""
    name = configuration.document.name
    lines = [f"{name}: {line}" for line in _of_config(configuration.settings)]
    for provider in configuration.providers:
        lines += [f"{provider.document.name}: {line}" for line in _of(provider)]
    return lines


def _of_config(settings: Config) -> Iterator[str]:
    server = settings.server
    if not is_loopback(server.admin_listen.host):
        yield f"server.admin_listen = {server.admin_listen.text}: open to other machines"
    if not server.public_url.tls and not server.public_url.loopback:
        yield "server.public_url: clients send credentials without encryption"
    for network in server.trusted_proxies:
        if _is_wide(network):
            yield f"server.trusted_proxies: {network} is a very wide network"
    if server.paths.encoded_slash == "keep":
        yield "server.paths.encoded_slash = keep: upstreams may split paths elsewhere"
    if server.paths.dot_segments == "normalise":
        yield "server.paths.dot_segments = normalise: paths are rewritten"
    if server.paths.matrix_params == "keep":
        yield "server.paths.matrix_params = keep: upstreams may see another path"
    yield from _of_storage(settings.storage)
    yield from _of_messages(settings.messages)
    for name, upstream in settings.upstreams.items():
        if any(not target.tls and not target.loopback for target in upstream.targets):
            yield f"upstreams.{name}: minted credentials travel without encryption"


def _of_storage(storage: StorageSettings) -> Iterator[str]:
    tls = storage.tls
    if tls is not None and tls.mode != "verify-full":
        yield f"storage.tls.mode = {tls.mode}: another server could pose as the database"


def _of_messages(messages: MessagesSettings) -> Iterator[str]:
    smtp = messages.email.smtp
    if smtp is not None and smtp.tls in {"optional", "none"}:
        yield f"messages.email.smtp.tls = {smtp.tls}: codes may travel in the clear"


def _is_wide(network: IPNetwork) -> bool:
    return network.prefixlen <= _WIDE_PREFIX[network.version]


def _of(provider: ProviderFile) -> Iterator[str]:
    match provider.settings:
        case OidcProvider() as settings:
            yield from _of_oidc(settings)
        case OpaqueProvider() as settings:
            yield from _of_opaque(settings)
        case PoolProvider() as settings:
            yield from _of_pool(settings)
        case SamlProvider() as settings:
            yield from _of_saml(settings)
        case _:
            return


def _of_pool(settings: PoolProvider) -> Iterator[str]:
    for client in settings.client:
        name = f"client {client.id}"
        if "implicit" in client.grants:
            yield f"{name}: the implicit grant puts tokens into addresses"
        if not client.hides_users:
            yield f"{name}: whoever asks learns who is known"
        if not client.revocable:
            yield f"{name}: its tokens cannot be revoked"
        if not client.rotation.enabled and client.authentication == "none":
            yield f"{name}: a stolen refresh token stays good beside the real one"


def _of_saml(settings: SamlProvider) -> Iterator[str]:
    name, strict = f"provider {settings.id}", settings.strict
    if not strict.want_response_signed:
        yield f"{name}: responses need no signature, only assertions"
    if not strict.want_assertions_signed:
        yield f"{name}: assertions need no signature, only responses"
    if strict.allow_idp_initiated:
        yield f"{name}: sign-ins may begin there, which nothing ties to a browser"
    if strict.allow_cbc_encryption:
        yield f"{name}: encrypted assertions may be of a kind that hides no changes"
    yield from _of_network(settings.id, settings.network)


def _of_network(provider: str, network: WaySettings) -> Iterator[str]:
    if network.allow_plain_http:
        yield f"provider {provider}: may be asked without TLS"
    if network.allow_private_addresses:
        listed = ", ".join(map(str, network.allow_private_addresses))
        yield f"provider {provider}: may be at private addresses ({listed})"


def _of_opaque(settings: OpaqueProvider) -> Iterator[str]:
    yield from _of_network(settings.id, settings.network)
    if isinstance(settings, Oauth2Provider) and not settings.pkce:
        yield f"provider {settings.id}: a stolen code is good in any browser"
    if isinstance(settings, Oauth2Provider) and settings.tokeninfo_by == "query":
        yield f"provider {settings.id}: people's tokens travel in addresses"


def _of_oidc(settings: OidcProvider) -> Iterator[str]:
    yield from _of_network(settings.id, settings.network)
    if settings.allow_any_tenant:
        yield f"provider {settings.id}: people of every tenant are let in"
    if settings.issuer_aliases and settings.kind == "oidc":
        yield f"provider {settings.id}: more than one spelling of its issuer is accepted"
    if "id_token" in settings.accept.tokens and "at+jwt" in settings.accept.tokens:
        yield f"provider {settings.id}: ID tokens are accepted beside access tokens"
