"""From the files of SAML providers to what judges their documents.

What can be wrong with a certificate, a key or a metadata file is found here, at load, and
told as a fault of the file that names it. Sources of metadata outlive a reload, as long as
everything is equal that they were made from.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import Connection

from gateway.authentication.saml.certificates import (
    Certificate,
    CertificateError,
    parse_pem,
)
from gateway.authentication.saml.descriptions import (
    Descriptions,
    Fetches,
    FixedDescription,
    MetadataPlace,
    MetadataSource,
)
from gateway.authentication.saml.encryption import Decryptor
from gateway.authentication.saml.logout import LogoutVerifier
from gateway.authentication.saml.metadata import (
    Description,
    MetadataError,
    parse_metadata,
)
from gateway.authentication.saml.names import POST, REDIRECT
from gateway.authentication.saml.verifier import OneTime, SamlVerifier
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.positions import Keys
from gateway.config.providers.saml import SamlProvider
from gateway.config.providers.saml_idp import IdpSettings
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.storage.database import Database
from gateway.storage.pools.replays import Replays

_BINDINGS = {"redirect": REDIRECT, "post": POST}
_MIN_RSA_BITS = 2048

_Made = tuple[MetadataPlace, FetchRules]


class Presented:
    """Assertions that were seen before, in the database that all gateways share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_first(self, digest: bytes, *, until: datetime) -> bool:
        """Return whether something is presented for the first time, and remember it.

        Raises:
            StorageError: Nobody knows.
        """

        def work(connection: Connection) -> bool:
            return Replays(connection).is_first(digest, until=until)

        return self._database.write(work)


class MetadataSources:
    """Makes sources of metadata, and finds those that exist.

    Args:
        clock: The time, aware UTC.
        fetcher: Makes the way to a provider; replaced in tests.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        fetcher: Callable[[FetchRules], Fetches] = Fetcher,
    ) -> None:
        self.clock = clock
        self._fetcher = fetcher
        self._sources: dict[_Made, MetadataSource] = {}
        self._changing = Lock()

    def for_(
        self, provider: SamlProvider, signer: Certificate | None
    ) -> MetadataSource:
        """Return the source of a provider's metadata.

        Raises:
            ValueError: `network.ca` holds no certificate.
        """
        made_from = _made_from(provider, signer)
        with self._changing:
            source = self._sources.get(made_from)
            if source is None:
                place, rules = made_from
                source = MetadataSource(
                    place, fetcher=self._fetcher(rules), clock=self.clock
                )
                self._sources[made_from] = source
            return source

    def keep_only(self, wanted: Iterable[Descriptions]) -> None:
        """Forget all other sources: the files no longer name them."""
        kept = {id(each) for each in wanted}
        with self._changing:
            self._sources = {
                made_from: source
                for made_from, source in self._sources.items()
                if id(source) in kept
            }

    def refresh_due(self) -> None:
        """Fetch the metadata that is old. For the scheduler; never raises."""
        for source in tuple(self._sources.values()):
            source.refresh_due()


@dataclass(frozen=True, slots=True)
class SamlParts:
    """What one provider's file made.

    Attributes:
        settings: The file.
        descriptions: What is known of the provider.
        key: The gateway's key for it; `None` if it has none.
        verifier: Judges its documents.
        logout: Judges what it says about signing out.
    """

    settings: SamlProvider
    descriptions: Descriptions
    key: RSAPrivateKey | None
    verifier: SamlVerifier
    logout: LogoutVerifier


def build_saml(
    file: ProviderFile,
    provider: SamlProvider,
    *,
    sources: MetadataSources,
    presented: OneTime,
    skew: timedelta,
) -> SamlParts:
    """Return what judges the documents of a provider.

    Args:
        file: Where the provider is written.
        provider: What is written there.
        sources: Where metadata comes from.
        presented: Which assertions were seen before.
        skew: How far its clock may be from ours.

    Raises:
        ConfigError: A file that the provider refers to cannot be used.
    """
    reader = _Reader(file, provider)
    descriptions = reader.descriptions(sources)
    key = reader.key()
    allow_cbc = provider.strict.allow_cbc_encryption
    decryptor = Decryptor(key, allow_cbc=allow_cbc) if key else None
    return SamlParts(
        settings=provider,
        descriptions=descriptions,
        key=key,
        verifier=SamlVerifier(
            provider,
            descriptions=descriptions,
            decryptor=decryptor,
            presented=presented,
            skew=skew,
        ),
        logout=LogoutVerifier(
            provider, descriptions=descriptions, decryptor=decryptor, skew=skew
        ),
    )


class _Reader:
    """Reads what a provider's file refers to, and says where something is wrong."""

    def __init__(self, file: ProviderFile, provider: SamlProvider) -> None:
        self._file = file
        self._provider = provider

    def descriptions(self, sources: MetadataSources) -> Descriptions:
        idp = self._provider.idp
        if idp.metadata is None:
            return FixedDescription(self._described(idp), sources.clock)
        place = ("idp", "metadata", "certificate")
        signer = (
            self._certificate(idp.metadata.certificate.content, place)
            if idp.metadata.certificate
            else None
        )
        if idp.metadata.file is None:
            try:
                return sources.for_(self._provider, signer)
            except ValueError as error:
                raise self._fault("E513", ("network", "ca"), str(error)) from error
        try:
            description = parse_metadata(
                idp.metadata.file.content,
                idp.entity_id,
                signer=signer,
                allow_plain_http=self._provider.network.allow_plain_http,
                now=sources.clock(),
            )
        except MetadataError as error:
            raise self._fault(
                "E513", ("idp", "metadata", "file"), str(error)
            ) from error
        return FixedDescription(description, sources.clock)

    def key(self) -> RSAPrivateKey | None:
        sp = self._provider.sp
        if sp.key is None or sp.cert is None:
            return None
        place = ("sp", "key")
        try:
            key = load_pem_private_key(sp.key.reveal(), None)
        except (ValueError, TypeError) as error:
            raise self._fault("E503", place, "no private key in PEM form") from error
        if not isinstance(key, RSAPrivateKey) or key.key_size < _MIN_RSA_BITS:
            raise self._fault("E503", place, "no RSA key of 2048 bits or more")
        certificate = self._certificate(sp.cert.content, ("sp", "cert"))
        if certificate.public_key != key.public_key():
            raise self._fault(
                "E513", ("sp", "cert"), "the certificate is of another key"
            )
        return key

    def _described(self, idp: IdpSettings) -> Description:
        certificates = tuple(
            self._certificate(each.content, ("idp", "certificates", number))
            for number, each in enumerate(idp.certificates)
        )
        sso = {_BINDINGS[idp.sso_binding]: idp.sso_url} if idp.sso_url else {}
        logout = (
            {_BINDINGS[idp.logout_binding]: idp.logout_url} if idp.logout_url else {}
        )
        return Description(certificates, sso, logout, logout)

    def _certificate(self, content: bytes, place: Keys) -> Certificate:
        try:
            return parse_pem(content)
        except CertificateError as error:
            raise self._fault("E513", place, str(error)) from error

    def _fault(self, code: str, place: Keys, message: str) -> ConfigError:
        keys = (*self._file.keys, *place)
        return ConfigError([self._file.document.fault(code, keys, message)])


def _made_from(provider: SamlProvider, signer: Certificate | None) -> _Made:
    metadata = provider.idp.metadata
    if metadata is None:
        raise ValueError("the provider's file says everything itself")
    network = provider.network
    place = MetadataPlace(
        settings=metadata,
        entity_id=provider.idp.entity_id,
        signer=signer,
        allow_plain_http=network.allow_plain_http,
    )
    rules = FetchRules(
        allow_hosts=frozenset(provider.hosts),
        allow_addresses=network.allow_private_addresses,
        allow_http=network.allow_plain_http,
        ca=network.ca.content if network.ca else b"",
        timeout=network.timeout,
        max_bytes=1024 * 1024,
    )
    return place, rules
