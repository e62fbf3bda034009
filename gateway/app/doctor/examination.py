"""Everything that can be found out about one provider."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from gateway.app.doctor.clock import check_clock
from gateway.app.doctor.findings import Finding, doubtful, fine, told, wrong
from gateway.app.doctor.openid import OpenIdExamination
from gateway.app.doctor.recording import Recorder, advice
from gateway.app.doctor.trial import try_exchange, try_sign_in
from gateway.app.federation import build_parties
from gateway.app.signing_in import signs_in
from gateway.authentication.compact import names_of
from gateway.authentication.key_set import KeySetError, parse_key_set
from gateway.authentication.key_sources import KeySources
from gateway.authentication.opaque.api import Fetches
from gateway.authentication.opaque.building import build_opaque_verifiers
from gateway.authentication.ways import rules_of
from gateway.config.configuration import Configuration, ProviderFile
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.config.settings.addresses import Url, parse_url
from gateway.config.settings.references import SecretRef
from gateway.config.settings.section import find_all
from gateway.federation.providers import OAUTH_CALLBACK, SAML_CALLBACK
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetcher, FetchRules

# A token that nobody has; of OAuth 1.0a, with its secret.
_MADE_UP: Final = "gateway-doctor"
_MADE_UP_PAIR: Final = f"{_MADE_UP};{_MADE_UP}"


class Examination:
    """Looks at one provider.

    Args:
        configuration: The files.
        file: The provider's.
        clock: The time, aware UTC.
        fetcher: Makes the way to a provider; replaced in tests.
    """

    def __init__(
        self,
        configuration: Configuration,
        file: ProviderFile,
        *,
        clock: Callable[[], datetime],
        fetcher: Callable[[FetchRules], Fetches] = Fetcher,
    ) -> None:
        self._configuration = configuration
        self._file = file
        self._public_url = configuration.settings.server.public_url.text.rstrip("/")
        self._clock = clock
        self._recorder = Recorder(clock=clock, fetcher=fetcher)
        self._keys = KeySources(clock=clock, fetcher=self._recorder)

    def findings(self) -> Iterator[Finding]:
        """Yield what is found.

        Raises:
            ConfigError: A file that the provider refers to cannot be used.
        """
        settings = self._file.settings
        if not settings.enabled:
            yield doubtful(
                "enabled",
                "the file says that nobody uses the provider",
                "enabled = true",
            )
        yield from self._secrets()
        yield from self._redirect_uri()
        match settings:
            case OidcProvider():
                yield from self._openid(settings)
            case FacebookProvider() if "id_token" in settings.accept.tokens:
                yield from self._limited_login(settings)
            case DeveloperProvider():
                yield from _own_keys(settings)
        yield from self._trials()
        if isinstance(settings, OpaqueProvider):
            yield from self._hosts(settings)
        if self._recorder.exchanges:
            skew = self._configuration.settings.tokens.skew
            yield check_clock(self._recorder.exchanges, skew)
        else:
            yield fine("network", "nobody else has to be asked")

    def _secrets(self) -> Iterator[Finding]:
        for place, secret in find_all(self._file.settings, SecretRef):
            name = ".".join(map(str, place))
            yield fine("secret", f"{name} is set, from {secret.source}")

    def _redirect_uri(self) -> Iterator[Finding]:
        settings = self._file.settings
        flows = getattr(getattr(settings, "accept", None), "flows", ())
        if not signs_in(settings) or "login" not in flows:
            return
        public = self._configuration.settings.server.public_url
        path = SAML_CALLBACK if settings.kind == "saml" else OAUTH_CALLBACK
        uri = f"{self._public_url}{path}"
        yield told("redirect_uri", f"register {uri} at the provider, exactly so")
        if not public.tls and not public.loopback:
            yield wrong(
                "redirect_uri",
                "codes would travel without encryption",
                "[server] public_url is https",
            )
        elif settings.kind == "apple" and not _for_apple(public):
            yield wrong(
                "redirect_uri",
                "Apple sends people to https addresses with a name alone",
                "[server] public_url",
            )

    def _openid(self, settings: OidcProvider) -> Iterator[Finding]:
        fetcher = self._recorder(rules_of(settings.network, hosts=settings.hosts))
        yield from OpenIdExamination(
            settings, public_url=self._public_url, fetcher=fetcher
        ).findings()

    def _limited_login(self, settings: FacebookProvider) -> Iterator[Finding]:
        limited = settings.limited_login
        fetcher = self._recorder(rules_of(limited.network, hosts=limited.hosts))
        examination = OpenIdExamination(
            limited, public_url=self._public_url, fetcher=fetcher
        )
        yield from examination.keys_at(settings.limited_jwks_url)

    def _trials(self) -> Iterator[Finding]:
        settings = self._file.settings
        alone = _only(self._configuration, self._file)
        parties = build_parties(
            alone, clock=self._clock, key_sources=self._keys, fetcher=self._recorder
        )
        for party in parties.values():
            yield from try_sign_in(
                party,
                redirect_uri=f"{self._public_url}{OAUTH_CALLBACK}",
                issuer=getattr(settings, "issuer", ""),
            )
        verifiers = build_opaque_verifiers(
            alone.providers,
            keys=self._keys,
            skew=alone.settings.tokens.skew,
            fetcher=self._recorder,
        )
        accepted = getattr(
            getattr(settings, "accept", None), "tokens", ("access_token",)
        )
        for verifier in verifiers.values() if "access_token" in accepted else ():
            pair = getattr(settings, "protocol", "") == "oauth1"
            token = _MADE_UP_PAIR if pair else _MADE_UP
            yield try_exchange(verifier, token, now=self._clock())

    def _hosts(self, settings: OpaqueProvider) -> Iterator[Finding]:
        """Yield whether each host answers that the file names."""
        fetcher = self._recorder(rules_of(settings.network, hosts=settings.hosts))
        asked = {each.host for each in self._recorder.exchanges}
        for url in settings.asked.values():
            if _host(url) in asked:
                continue
            asked.add(_host(url))
            try:
                fetcher.get(url)
            except FetchError:
                # How it went is recorded, and a redirect is an answer too.
                continue
        seen: set[str] = set()
        for exchange in self._recorder.exchanges:
            if exchange.host in seen:
                continue
            seen.add(exchange.host)
            failure = exchange.failure
            if failure is None or exchange.answered:
                yield fine("reachable", f"{exchange.host} answers")
            else:
                yield wrong("reachable", str(failure), advice(failure))


def _only(configuration: Configuration, file: ProviderFile) -> Configuration:
    """Return the files with one provider alone."""
    return replace(configuration, providers=(file,))


def _own_keys(settings: DeveloperProvider) -> Iterator[Finding]:
    accepted = names_of(settings.algorithms)
    for reference in settings.keys:
        try:
            keys = parse_key_set(reference.content, accepted)
        except KeySetError as error:
            yield wrong("keys", f"{reference.path}: {error}", "put public keys there")
            continue
        names = ", ".join(str(key.key_id) for key in keys.keys)
        yield fine("keys", f"{len(keys.keys)} in {reference.path}: {names[:500]}")


def _for_apple(public: Url) -> bool:
    """Whether Apple lets an address be registered."""
    try:
        ip_address(public.host)
    except ValueError:
        return public.tls and not public.loopback
    return False


def _host(url: str) -> str:
    return parse_url(url).host
