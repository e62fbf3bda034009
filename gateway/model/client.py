"""An OAuth client of a user pool, as everybody but its secrets sees it.

References: RFC 7591 section 2 (client metadata); Amazon Cognito, UserPoolClientType.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# What a client may choose of its pages; with `-dark`, for those in the dark alone.
COLOUR_NAMES: Final = (
    *("background", "surface", "text", "accent"),
    *("background-dark", "surface-dark", "text-dark", "accent-dark"),
)

# Where files name the providers that a client offers: none beside the pool.
POOL_ALONE: Final = "pool"


class ClientAuthentication(StrEnum):
    """How a client proves itself; spelled as in RFC 7591 section 2."""

    NONE = "none"
    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"


class SignInFlow(StrEnum):
    """How a sign-in may be made through a client; spelled as Cognito's ExplicitAuthFlows."""

    SRP = "ALLOW_USER_SRP_AUTH"
    PASSWORD = "ALLOW_USER_PASSWORD_AUTH"  # noqa: S105 - a name
    CHOICE = "ALLOW_USER_AUTH"
    CUSTOM = "ALLOW_CUSTOM_AUTH"
    ADMIN_PASSWORD = "ALLOW_ADMIN_USER_PASSWORD_AUTH"  # noqa: S105 - a name
    REFRESH = "ALLOW_REFRESH_TOKEN_AUTH"


class GrantKind(StrEnum):
    """What a client may do at the authorization server; spelled as `grant_type` is."""

    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a name
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105
    # A legacy (RFC 9700 section 2.1.2); never unless a client's settings name it.
    IMPLICIT = "implicit"


class ProofOfPossession(StrEnum):
    """Whether a client's tokens are bound to a key of its own (RFC 9449)."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class ClaimsProfile(StrEnum):
    """What tokens look like: as Cognito issues them, or plain OpenID Connect."""

    COGNITO = "cognito"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class TokenLifetimes:
    """How long what a client receives is good.

    Attributes:
        access: 5 minutes to a day.
        id: 5 minutes to a day.
        refresh: An hour to ten years, counted from the sign-in.
        session: Of one challenge of a sign-in, 3 to 15 minutes.
    """

    access: timedelta = timedelta(hours=1)
    id: timedelta = timedelta(hours=1)
    refresh: timedelta = timedelta(days=30)
    session: timedelta = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Whether a refresh token is replaced when it is used.

    Attributes:
        enabled: Whether it is.
        grace: How long the old one still leads to the same successor, 0 to 60 seconds: two
            windows of one browser may ask at once.
    """

    enabled: bool = True
    grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Branding:
    """How a client's pages look.

    Attributes:
        logo_uri: An `https` address, or a path of our own; empty for none.
        colours: `#rgb` or `#rrggbb` by one of `COLOUR_NAMES`; everything else on the pages
            follows from these.
        texts: By language, then by the text's key.
        policy_uri: Where the privacy policy stands; empty for none.
        terms_uri: Where the terms of use stand; empty for none.
        name_first: Whether its sign-in page asks for the name alone, and on the next page
            how to prove it.
    """

    logo_uri: str = ""
    colours: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    policy_uri: str = ""
    terms_uri: str = ""
    name_first: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """A registered OAuth client.

    Attributes:
        id: 26 lower-case letters and digits.
        pool_id: The pool whose people sign in.
        name: For people, 1 to 128 characters.
        authentication: How it proves itself at the token endpoint.
        jwks: Public keys as JSON text, for `private_key_jwt`; empty for none.
        flows: Which sign-ins may be made through Cognito's protocol.
        grants: Which grants it may use at the authorization server.
        scopes: What it may ask for: `openid`, `email`, `phone`, `profile`,
            `aws.cognito.signin.user.admin`, and `SERVER/SCOPE` of resource servers.
        redirect_uris: Where codes may be sent, compared character by character.
        logout_uris: Where a browser may be sent after a logout, compared likewise.
        providers: Ids of the providers that its sign-in page offers beside the pool; empty
            for the pool's own people alone, `None` for all that sign people in to the pool.
        lifetimes: How long what it receives is good.
        rotation: Whether refresh tokens are replaced.
        revocable: Whether its tokens can be revoked.
        hides_users: Whether nobody learns through it who is known (Cognito's
            PreventUserExistenceErrors).
        readable: Attributes that its tokens and calls show; `None` for all.
        writable: Attributes that a person may write through it; `None` for all that are
            standard.
        proof: Whether its tokens are bound to a key.
        profile: What its tokens look like.
        consent: Whether people are asked before it learns anything of them.
        branding: How its pages look.
    """

    id: str
    pool_id: str
    name: str
    authentication: ClientAuthentication = ClientAuthentication.NONE
    jwks: str = ""
    flows: frozenset[SignInFlow] = frozenset(
        {SignInFlow.SRP, SignInFlow.CUSTOM, SignInFlow.REFRESH}
    )
    grants: frozenset[GrantKind] = frozenset(
        {GrantKind.AUTHORIZATION_CODE, GrantKind.REFRESH_TOKEN}
    )
    scopes: tuple[str, ...] = ("openid",)
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    providers: tuple[str, ...] | None = ()
    lifetimes: TokenLifetimes = field(default_factory=TokenLifetimes)
    rotation: Rotation = field(default_factory=Rotation)
    revocable: bool = True
    hides_users: bool = True
    readable: frozenset[str] | None = None
    writable: frozenset[str] | None = None
    proof: ProofOfPossession = ProofOfPossession.OFF
    profile: ClaimsProfile = ClaimsProfile.COGNITO
    consent: bool = False
    branding: Branding = field(default_factory=Branding)

    @property
    def is_public(self) -> bool:
        """Whether it cannot keep a secret: then PKCE is all that protects its codes."""
        return self.authentication is ClientAuthentication.NONE
