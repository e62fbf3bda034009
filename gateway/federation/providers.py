"""The providers with which people may sign in, as the files in force have them.

A reload brings a new set. Whoever is at a provider meanwhile and comes back is let in if the
provider is still there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

import idna

from gateway.config.providers.common import LinkSettings, SignInSettings
from gateway.federation.errors import UnknownProviderError
from gateway.federation.names import ToldLogin, default_label, identities_text
from gateway.federation.profile_mapping import ProfileMap
from gateway.federation.values import RelyingParty
from gateway.identity.mapper import Mapper
from gateway.model.client import Client
from gateway.model.user import User, UserStatus
from gateway.storage.pools.federated_logins import Login

# Where providers of OAuth 2.0 and OpenID Connect send browsers back to, and those of SAML.
OAUTH_CALLBACK: Final = "/oauth2/idpresponse"
SAML_CALLBACK: Final = "/saml2/idpresponse"

_OPEN: Final = frozenset({"verified-email", "confirm"})


class LoginSettings(Protocol):
    """The file of a provider, as far as signing in goes."""

    @property
    def id(self) -> str:
        """Its name in policies and in stored logins."""

    @property
    def kind(self) -> str:
        """What protocol it speaks."""

    @property
    def label(self) -> str:
        """Its name for people; may be empty."""

    @property
    def link(self) -> LinkSettings:
        """Whether its people may be somebody who is here already."""

    @property
    def issuers(self) -> Sequence[str]:
        """Who it says it is, the usual spelling first."""

    @property
    def sign_in(self) -> SignInSettings:
        """What becomes of its people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginProvider:
    """One provider, ready.

    Attributes:
        settings: Its file.
        name: What Cognito's clients call it.
        pool_id: Where its people come into.
        party: What the gateway is to it.
        mapper: From its claims to the gateway's terms.
        profile: From its claims to the pool's.
    """

    settings: LoginSettings
    name: str
    pool_id: str
    party: RelyingParty
    mapper: Mapper
    profile: ProfileMap

    @property
    def id(self) -> str:
        """Its name in policies and in stored logins."""
        return self.settings.id

    @property
    def label(self) -> str:
        """Its name for people."""
        settings = self.settings
        return settings.label or default_label(settings.kind, self.name)

    @property
    def is_open(self) -> bool:
        """Whether its people may say themselves that they are somebody who is here."""
        return self.settings.link.policy in _OPEN

    @property
    def begins_itself(self) -> bool:
        """Whether it may send people here whom nobody here has sent there."""
        return getattr(self.party, "answers_uninvited", False) is True

    @property
    def callback(self) -> str:
        """The path that it sends browsers back to."""
        return SAML_CALLBACK if self.settings.kind == "saml" else OAUTH_CALLBACK


class LoginProviders:
    """All of them."""

    def __init__(
        self,
        providers: Iterable[LoginProvider] = (),
        *,
        pools: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take them.

        Args:
            providers: In the files' order.
            pools: From a pool's id to the id of the file that declares it.
        """
        self._by_id = {provider.id: provider for provider in providers}
        self._pools = pools

    def pool_file(self, pool_id: str) -> str | None:
        """Return the id of the file that declares a pool; `None` if none does."""
        return self._pools.get(pool_id)

    @property
    def all(self) -> Sequence[LoginProvider]:
        """All of them, in the files' order."""
        return tuple(self._by_id.values())

    def offered(self, client: Client) -> Sequence[LoginProvider]:
        """Return those that a client offers beside the pool, in the files' order."""
        return [
            each
            for each in self._by_id.values()
            if each.pool_id == client.pool_id
            and (client.providers is None or each.id in client.providers)
        ]

    def named(self, client: Client, name: str) -> LoginProvider:
        """Return the one that a client means by a name.

        Args:
            client: Which client.
            name: Cognito's name for it, or its id.

        Raises:
            UnknownProviderError: None that it offers.
        """
        offered = self.offered(client)
        found = [each for each in offered if each.name == name]
        found += [each for each in offered if each.id == name]
        if not found:
            raise UnknownProviderError("the client offers none of that name")
        return found[0]

    def identified(self, client: Client, identifier: str) -> LoginProvider:
        """Return the one that an identifier leads to (Cognito's `idp_identifier`).

        Args:
            client: Which client.
            identifier: One of a file's, or a domain of e-mail.

        Raises:
            UnknownProviderError: None that it offers.
        """
        found = self._home(client, identifier, identifier)
        if found is None:
            raise UnknownProviderError("the identifier leads nowhere")
        return found

    def home_of(self, client: Client, typed: str) -> LoginProvider | None:
        """Return where somebody is sent who types a name; `None` if they stay here.

        Args:
            client: Which client.
            typed: As it was typed: an address, or an identifier.
        """
        name, at, domain = typed.strip().rpartition("@")
        is_address = bool(at and name and "@" not in name)
        return self._home(client, typed.strip(), domain if is_address else "")

    def find(self, provider_id: str, pool_id: str) -> LoginProvider:
        """Return one by its id.

        Raises:
            UnknownProviderError: It is gone, or signs people in to another pool by now.
        """
        found = self._by_id.get(provider_id)
        if found is None or found.pool_id != pool_id:
            raise UnknownProviderError(f"{provider_id} signs nobody in any more")
        return found

    def find_offered(self, client: Client, provider_id: str) -> LoginProvider:
        """Return one by its id, if a client offers it.

        Raises:
            UnknownProviderError: It is gone, or the client offers it no more.
        """
        for each in self.offered(client):
            if each.id == provider_id:
                return each
        raise UnknownProviderError(f"the client does not offer {provider_id} any more")

    def told(self, login: Login, *, is_primary: bool) -> ToldLogin:
        """Return a login as it is told; by its id, if its provider is gone."""
        found = self._by_id.get(login.provider)
        issuers = found.settings.issuers if found else ()
        return ToldLogin(
            kind=found.settings.kind if found else "",
            name=found.name if found else login.provider,
            subject=login.subject,
            issuer=issuers[0] if issuers else "",
            is_primary=is_primary,
            created_at=login.created_at,
        )

    def _home(
        self, client: Client, identifier: str, domain: str
    ) -> LoginProvider | None:
        form = _domain(domain)
        for each in self.offered(client):
            sign_in = each.settings.sign_in
            if identifier in sign_in.identifiers or form in sign_in.domains:
                return each
        return None


def _domain(text: str) -> str:
    """Return a domain as files write it (RFC 5890); empty if it is none."""
    try:
        return idna.encode(text.lower(), uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


class CurrentProviders:
    """Those of the files in force."""

    def __init__(self) -> None:
        self.now = LoginProviders()

    def use(self, providers: LoginProviders) -> None:
        """Go by others from now on."""
        self.now = providers

    def pool_file(self, pool_id: str) -> str | None:
        """Return the id of the file that declares a pool; `None` if none does."""
        return self.now.pool_file(pool_id)

    def describe(self, user: User, logins: Sequence[Login]) -> str:
        """Return the attribute `identities` of somebody with these logins."""
        is_external = user.status is UserStatus.EXTERNAL_PROVIDER
        return identities_text(
            self.now.told(login, is_primary=is_external and number == 0)
            for number, login in enumerate(sorted(logins, key=_age))
        )


def _age(login: Login) -> datetime:
    return login.created_at
