"""What a sign-in through a provider is made of, whatever protocol the provider speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

from gateway.model.claims import VerifiedClaims

_NOTHING: Mapping[str, str] = MappingProxyType({})


def _nothing() -> Mapping[str, str]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in through a provider that has begun.

    Attributes:
        state: What the answer repeats; leads back to the attempt, and to nothing else.
        nonce: What an ID token repeats (OpenID Connect Core section 3.1.2.1).
        verifier: Of PKCE (RFC 7636 section 4.1).
        redirect_uri: Where the provider sends the browser back to.
        kept: What the provider's relying party has to know again; sealed meanwhile.
        login_hint: Who is expected to sign in; empty if nobody knows.
        locales: Languages, the preferred first.
        max_age: How long ago they may have signed in there; `None` for any time.
        force: Whether they are to prove it anew.
    """

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    kept: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    login_hint: str = ""
    locales: tuple[str, ...] = ()
    max_age: timedelta | None = None
    force: bool = False


# In `Attempt.kept`, of a sign-in that a provider has begun by itself.
UNINVITED: Final = "uninvited"


@dataclass(frozen=True, slots=True)
class Departure:
    """How a browser gets to a provider.

    Attributes:
        url: Where it goes.
        form: What it posts there; nothing if it is sent by a redirect.
        kept: What has to be known when it comes back.
    """

    url: str
    form: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    kept: Mapping[str, str] = field(default_factory=_nothing, repr=False)


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What a provider has given us to act for somebody at its own services.

    Attributes:
        access_token: Opaque here.
        refresh_token: For the next one; empty if there is none.
        expires_at: When the access token ends; `None` if the provider did not say.
        scopes: What it is good for.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvenLogin:
    """What a provider says about somebody who has just signed in there, checked.

    Attributes:
        claims: About whom, and what else.
        tokens: What it gave beside that; `None` for nothing.
        session_id: Its name for their session there (`sid`, `SessionIndex`); may be empty.
        id_token: To be shown when they sign out; may be empty.
        scopes: What was asked for, to say why a claim is missing.
        session: What else the relying party has to know when they sign out, by name.
    """

    claims: VerifiedClaims
    tokens: ProviderTokens | None = None
    session_id: str = ""
    id_token: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    session: Mapping[str, str] = field(default_factory=_nothing, repr=False)


class RelyingParty(Protocol):
    """What the gateway is to one provider. Shared by threads, and blocks them."""

    @property
    def provider(self) -> str:
        """The provider's id."""
        ...

    def begin(self, attempt: Attempt) -> Departure:
        """Return how a browser gets there.

        Raises:
            ProviderUnavailableError: What it takes to send it cannot be had.
            BadAnswerError: The provider answered, and not as it must.
        """
        ...

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in.

        Args:
            attempt: The one that the answer's `state` leads to.
            answer: What the browser brought back, each name with its one value.

        Raises:
            ProviderSaysNoError: Nobody, for a reason of the provider's.
            CredentialError: What it vouches with is not good.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class UpstreamSession:
    """A session at a provider, as the provider knows it.

    Attributes:
        subject: Its name for the person.
        session_id: Its name for the session; may be empty.
        id_token: That of the sign-in; may be empty.
        extra: What else its relying party has to know, by name.
    """

    subject: str
    session_id: str = field(default="", repr=False)
    id_token: str = field(default="", repr=False)
    extra: Mapping[str, str] = field(default_factory=_nothing, repr=False)


@runtime_checkable
class SignsOut(Protocol):
    """A relying party that can end a session at its provider."""

    def sign_out(self, session: UpstreamSession, *, back: str, state: str) -> str:
        """Return where a browser goes to sign out; empty if the provider has no such place.

        Args:
            session: Which session ends.
            back: Where the provider sends the browser back to.
            state: What it repeats then.

        Raises:
            ProviderUnavailableError: What it takes to send it cannot be had.
            BadAnswerError: The provider answered, and not as it must.
        """
        ...


@dataclass(frozen=True, slots=True)
class SignOutMessage:
    """What a provider has a browser bring about a sign-out.

    Attributes:
        fields: Each name with its one value.
        query: As it came, if it came in an address: signatures are about its octets; empty
            if it was posted.
    """

    fields: Mapping[str, str] = field(repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignOutNotice:
    """A provider asks to sign somebody out.

    Attributes:
        id: The request's own name, for whoever sees to it that it is good once.
        session_id: What the relying party gave as `ProvenLogin.session_id`.
        subject: The provider's name for them as logins have it; empty if that is another.
        good_until: From when on it would be refused for its age.
    """

    id: str
    session_id: str = field(repr=False)
    subject: str = field(repr=False)
    good_until: datetime


@runtime_checkable
class SignsOutByMessages(Protocol):
    """A relying party whose provider and the gateway ask and answer each other."""

    def leave(self, session: UpstreamSession, *, state: str) -> Departure:
        """Return how a browser gets to the provider, to sign out there too.

        Args:
            session: Which session ends.
            state: What comes back with the answer.

        Raises:
            ProviderUnavailableError: What it takes to send it cannot be had.
            BadAnswerError: The provider has no place to sign out.
        """
        ...

    def has_left(self, kept: Mapping[str, str], message: SignOutMessage) -> None:
        """Return nothing, once the provider has said that somebody is signed out.

        Args:
            kept: That of the departure.
            message: The answer.

        Raises:
            ProviderSaysNoError: They are not, or not everywhere.
            CredentialError: The answer is not good.
            ProviderUnavailableError: What it takes to tell cannot be had.
        """
        ...

    def asker_of(self, message: SignOutMessage) -> str:
        """Return who says that they have sent a request. Nothing of it is verified.

        Raises:
            CredentialError: It is no request.
        """
        ...

    def notice(self, message: SignOutMessage) -> SignOutNotice:
        """Return whom the provider signs out.

        Raises:
            CredentialError: The request is not good.
            ProviderUnavailableError: What it takes to tell cannot be had.
        """
        ...

    def answer(
        self, notice: SignOutNotice, message: SignOutMessage
    ) -> Departure | None:
        """Return how a browser brings the provider the answer that somebody is signed out.

        Args:
            notice: Whom it has asked about.
            message: The request.

        Returns:
            The way; `None` if the provider has no place for answers.

        Raises:
            ProviderUnavailableError: What it takes to send it cannot be had.
        """
        ...
