"""What a provider of OpenID Connect says of itself, held against its file.

References: OpenID Connect Discovery 1.0 section 3; RFC 8414 section 2; RFC 9126 section 5.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.app.doctor.findings import Finding, doubtful, fine, told, wrong
from gateway.app.doctor.recording import advice
from gateway.authentication.compact import names_of, one_name
from gateway.authentication.json_object import JsonObjectError, parse_object
from gateway.authentication.key_set import KeySetError, parse_key_set
from gateway.authentication.opaque.api import Fetches
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import ClientSettings, OidcClient
from gateway.config.settings.addresses import is_url, parse_url
from gateway.endpoints.hosted_ui.flows.way_out import BACK
from gateway.endpoints.oauth.back_channel import BACK_CHANNEL_PATH
from gateway.net.errors import FetchError

_OK = 200
_MAX_SHOWN = 12
_FORM: Final = "client_secret_post"

# What the gateway itself asks, by the setting that says it instead of discovery.
_ENDPOINTS: Final[Mapping[str, str]] = {
    "token_url": "token_endpoint",
    "userinfo_url": "userinfo_endpoint",
    "par_url": "pushed_authorization_request_endpoint",
}


class OpenIdExamination:
    """Looks at one provider.

    Args:
        settings: Its file.
        public_url: Where the gateway is, without a slash at the end.
        fetcher: The way there.
    """

    def __init__(
        self, settings: OidcProvider, *, public_url: str, fetcher: Fetches
    ) -> None:
        self._settings = settings
        self._public_url = public_url
        self._fetcher = fetcher

    def findings(self) -> Iterator[Finding]:
        """Yield what is found, in the order in which a sign-in would."""
        document, found = self._discovery()
        yield found
        jwks_url = self._settings.jwks_url or document.get("jwks_uri")
        if isinstance(jwks_url, str):
            yield from self.keys_at(jwks_url)
        elif document:
            yield wrong(
                "keys", "discovery names no keys", "write where they are: jwks_url"
            )
        if document:
            yield from self._algorithms(document)
            client = self._settings.client
            if self._settings.signs_in and client is not None:
                yield from self._offers(document, client)

    def _discovery(self) -> tuple[Mapping[str, Any], Finding]:
        """Return what the provider says of itself; nothing if that cannot be used."""
        settings = self._settings
        url = settings.described_at
        try:
            fetched = self._fetcher.get(url)
        except FetchError as error:
            return {}, self._without(f"{url} cannot be had: {error}", advice(error))
        try:
            document = parse_object(fetched.body) if fetched.status == _OK else None
        except JsonObjectError as error:
            return {}, self._without(f"{url}: {error}", "is `issuer` its address?")
        if document is None:
            return {}, self._without(
                f"{url} answers {fetched.status}",
                "discovery starts below `issuer`; else write discovery_url",
            )
        stated = document.get("issuer")
        if stated not in settings.described_as:
            return {}, wrong(
                "discovery",
                f"{url} is about the issuer {_shown(stated)}",
                f"if that is who you mean: issuer = {_shown(stated)}",
            )
        return document, fine("discovery", f"{url} describes the issuer")

    def _without(self, message: str, help_: str) -> Finding:
        settings = self._settings
        needed = settings.jwks_url is None or (
            settings.signs_in
            and (settings.authorize_url is None or settings.token_url is None)
        )
        if needed:
            return wrong("discovery", message, help_)
        return told("discovery", f"{message}; the file says everything without it")

    def keys_at(self, url: str) -> Iterator[Finding]:
        """Yield what is found where the keys are."""
        try:
            fetched = self._fetcher.get(url)
        except FetchError as error:
            yield wrong("keys", f"{url} cannot be had: {error}", advice(error))
            return
        if fetched.status != _OK:
            yield wrong("keys", f"{url} answers {fetched.status}")
            return
        accepted = names_of(self._settings.algorithms)
        try:
            keys = parse_key_set(fetched.body, accepted)
        except KeySetError as error:
            yield wrong(
                "keys",
                f"{url}: {error}",
                "`algorithms` of the file decides which keys can be used",
            )
            return
        names = ", ".join(
            f"{key.key_id or 'without kid'} ({key.algorithm})" for key in keys.keys
        )
        yield fine("keys", f"{len(keys.keys)} at {url}: {names[:500]}")
        if keys.ignored:
            yield doubtful("keys", f"not used: {'; '.join(keys.ignored)[:500]}")

    def _algorithms(self, document: Mapping[str, Any]) -> Iterator[Finding]:
        offered = _names(document, "id_token_signing_alg_values_supported")
        if not offered:
            return
        accepted = names_of(self._settings.algorithms)
        both = [name for name in offered if one_name(name) in accepted]
        if both:
            yield fine("algorithms", f"signs with {_list(offered)}")
            return
        yield wrong(
            "algorithms",
            f"signs with {_list(offered)}, and the file accepts "
            f"{_list(self._settings.algorithms)}",
            "write those that are asymmetric into `algorithms`",
        )

    def _offers(
        self, document: Mapping[str, Any], client: OidcClient
    ) -> Iterator[Finding]:
        yield from self._endpoints(document)
        yield _client_auth(document, client)
        settings = self._settings
        challenges = _names(document, "code_challenge_methods_supported")
        if challenges and "S256" not in challenges:
            yield doubtful(
                "pkce",
                f"binds codes by {_list(challenges)} alone, and not by S256",
                "a stolen code is worth something there; ask for S256",
            )
        scopes = _names(document, "scopes_supported")
        missing = [scope for scope in client.scopes if scope not in scopes]
        if scopes and missing:
            yield doubtful(
                "scopes",
                f"offers no {_list(missing)}, but {_list(scopes)}",
                "client.scopes says what is asked for",
            )
        yield from self._sign_out(document)
        pushes = settings.par_url or document.get(_ENDPOINTS["par_url"])
        if settings.par == "require" and not pushes:
            yield wrong(
                "par", "takes no pushed requests", 'par = "auto", or write par_url'
            )

    def _sign_out(self, document: Mapping[str, Any]) -> Iterator[Finding]:
        if document.get("backchannel_logout_supported") is True:
            uri = f"{self._public_url}{BACK_CHANNEL_PATH}"
            yield told(
                "sign_out", f"register {uri} there as the back-channel logout URI"
            )
        if self._settings.sign_in.sign_out != "there":
            return
        if isinstance(document.get("end_session_endpoint"), str):
            uri = f"{self._public_url}{BACK}"
            yield told(
                "sign_out", f"register {uri} there as a post-logout redirect URI"
            )
        else:
            yield wrong(
                "sign_out", "takes no sign-outs", 'leave out sign_in.sign_out = "there"'
            )

    def _endpoints(self, document: Mapping[str, Any]) -> Iterator[Finding]:
        settings = self._settings
        places = [settings.authorize_url or document.get("authorization_endpoint")]
        places.append(settings.token_url or document.get("token_endpoint"))
        if not all(isinstance(each, str) and is_url(each) for each in places):
            yield wrong(
                "endpoints",
                "discovery does not say where people sign in, or where codes are redeemed",
                "write authorize_url and token_url",
            )
        for key, name in _ENDPOINTS.items():
            url = getattr(settings, key) or document.get(name)
            if not isinstance(url, str) or not is_url(url):
                continue
            host = parse_url(url).host
            if host not in settings.hosts:
                hosts = [*settings.hosts, host]
                yield wrong(
                    "endpoints",
                    f"{name} is at {host}, where the gateway may not go",
                    f"network.allow_hosts = {hosts}".replace("'", '"'),
                )


def _client_auth(document: Mapping[str, Any], client: OidcClient) -> Finding:
    # Discovery section 3: the default, where nothing is said.
    offered = _names(document, "token_endpoint_auth_methods_supported") or (
        "client_secret_basic",
    )
    # Apple's alone is none of these, and shows a secret that is made anew in the form.
    method = client.method if isinstance(client, ClientSettings) else _FORM
    if method in offered:
        return fine("client_auth", f"takes {method}")
    state = doubtful if method == "none" else wrong
    return state(
        "client_auth",
        f"takes {_list(offered)}, and the gateway shows {method}",
        "client.auth says how the gateway proves itself",
    )


def _names(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts; nothing if there is none."""
    value = document.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(each for each in value if isinstance(each, str))


def _list(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:_MAX_SHOWN])
    return f"{shown}, ..." if len(names) > _MAX_SHOWN else shown


def _shown(stated: Any) -> str:
    return f'"{stated[:200]}"' if isinstance(stated, str) else "nobody"
