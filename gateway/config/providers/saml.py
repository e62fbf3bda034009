"""`kind = "saml"`: a provider that speaks SAML 2.0.

Every default of `[strict]` is the strict one, and what loosens it is logged at each start.

References: SAML Profiles 2.0 section 4.1 (web browser single sign-on); SAML Metadata 2.0.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    model_validator,
)
from typing_extensions import override

from gateway.config.providers.common import (
    AcceptSettings,
    ProfileName,
    Provider,
    SignInSettings,
)
from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.network import WaySettings
from gateway.config.providers.saml_idp import IdpSettings
from gateway.config.settings.addresses import parse_url
from gateway.config.settings.door import Door
from gateway.config.settings.references import (
    File,
    Secret,
)
from gateway.config.settings.section import (
    Expression,
    Loose,
    Names,
    Section,
    distinct,
    flaw,
)
from gateway.config.settings.values import Duration, Size

Algorithm = Literal[
    "rsa-sha256",
    "rsa-sha384",
    "rsa-sha512",
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
]


_ALGORITHMS: tuple[Algorithm, ...] = (
    "rsa-sha256",
    "rsa-sha384",
    "rsa-sha512",
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
)

# Names under which providers send the same thing: short ones, those of X.500 as OIDs (eduPerson
# and Shibboleth), and those of Microsoft.
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_EMAIL = (
    "mail",
    "email",
    "urn:oid:0.9.2342.19200300.100.1.3",
    f"{_CLAIMS}/emailaddress",
)
_NAME = (
    "displayName",
    "name",
    "cn",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    f"{_CLAIMS}/name",
)
_GIVEN = ("givenName", "firstName", "urn:oid:2.5.4.42", f"{_CLAIMS}/givenname")
_FAMILY = ("sn", "lastName", "urn:oid:2.5.4.4", f"{_CLAIMS}/surname")


def _first_of(names: tuple[str, ...], attributes: str = "saml.attributes") -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return (
        f"([{listed}].filter(n, n in {attributes})"
        f".map(n, {attributes}[n][0]) + [''])[0]"
    )


class SpSettings(Section):
    """What the gateway is to the provider."""

    entity_id: str = Field(
        default="",
        max_length=1024,
        description="The gateway's entity id. By default where its metadata is: "
        "`<public_url>/saml2/metadata/<id>`.",
    )
    key: Secret | None = Field(
        default=None,
        description="Private key in PEM form: RSA, 2048 bits or more. Signs requests and "
        "answers about signing out, and decrypts assertions.",
    )
    cert: File | None = Field(
        default=None, description="Its certificate, for the provider; in PEM form."
    )
    name_id_format: Literal["unspecified", "persistent", "email", "transient"] = Field(
        default="unspecified",
        description="The kind of name that is asked for. Any other than `unspecified` has "
        "to be what comes back. `transient` names are others each time: map something else.",
    )
    authn_contexts: Names = Field(
        default=(),
        max_length=16,
        description="Ways to sign in that are asked for, as URIs; it has to be one of them.",
    )

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if (self.key is None) != (self.cert is None):
            raise flaw("E104", "`key` and `cert` go together")
        return self


class StrictSettings(Section):
    """What a document of the provider has to be. Every default is the strict one."""

    want_assertions_signed: bool = Field(
        default=True, description="The assertion has a signature of its own."
    )
    want_response_signed: bool = Field(
        default=True, description="The response around it has one."
    )
    want_assertions_encrypted: bool = Field(
        default=False, description="The assertion is encrypted for the gateway."
    )
    allow_idp_initiated: bool = Field(
        default=False,
        description="Sign-ins that begin at the provider. Nothing ties such a response to "
        "the browser that brings it: who gets somebody to send theirs signs them in as "
        "somebody else.",
    )
    allow_cbc_encryption: bool = Field(
        default=False,
        description="AES-CBC, which does not notice changes, beside AES-GCM.",
    )
    algorithms: Annotated[tuple[Algorithm, ...], Loose, AfterValidator(distinct)] = (
        Field(
            default=_ALGORITHMS,
            min_length=1,
            description="Signatures that are accepted. There is none with SHA-1.",
        )
    )
    max_bytes: Size = Field(
        default=256 * 1024,
        ge=8 * 1024,
        le=1024 * 1024,
        description="The longest document that is looked at.",
    )
    max_validity: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=1),
        description="How long after it was issued an assertion is accepted, whatever it "
        "says itself.",
    )

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if not (self.want_assertions_signed or self.want_response_signed):
            raise flaw(
                "E106",
                "neither the assertion nor the response would have to be signed",
            )
        return self


class SamlAccept(AcceptSettings):
    """Where people of the provider are let in."""

    flows: Annotated[
        tuple[Literal["login", "exchange"], ...], Loose, AfterValidator(distinct)
    ] = Field(  # type: ignore[assignment]  # others than other kinds have
        default=("login",),
        min_length=1,
        description="`login`: at the sign-in page of a pool. `exchange`: with an assertion "
        "at the token endpoint.",
    )


class SamlMap(MapSettings):
    """From what an assertion says to the identity, by `saml` and `claims`."""

    subject: Expression = Field(
        default="saml.name_id",
        description="Text. The provider's own stable name for somebody.",
    )
    username: Expression = Field(default="''", description="Text. For display only.")
    name: Expression = Field(default=_first_of(_NAME), description="Text.")
    email: Expression = Field(default=_first_of(_EMAIL), description="Text.")
    email_verified: Expression = Field(
        default="false",
        description="Boolean. True only if the provider vouches for `email`, which it can "
        "for `link.trust_email_domains` alone.",
    )
    phone: Expression = Field(default="''", description="Text.")
    phone_verified: Expression = Field(default="false", description="Boolean.")
    scopes: Expression = Field(default="[]", description="List of text.")
    amr: Expression = Field(default="[]", description="List of text.")
    acr: Expression = Field(
        default="claim('acr', '')",
        description="Text. How strongly they signed in: `AuthnContextClassRef`.",
    )


class SamlSignIn(SignInSettings):
    """What becomes of somebody who signs in to a pool through the provider."""

    profile: Mapping[ProfileName, Expression] = Field(
        default={
            "email": _first_of(_EMAIL, "claims.attributes"),
            "name": _first_of(_NAME, "claims.attributes"),
            "given_name": _first_of(_GIVEN, "claims.attributes"),
            "family_name": _first_of(_FAMILY, "claims.attributes"),
        },
        description="From `claims` to attributes of the pool, by the attribute's name; "
        "text or booleans. They are written at each sign-in; empty text leaves the value "
        "as it is.",
    )


class SamlProvider(Provider):
    """A provider that speaks SAML 2.0."""

    kind: Literal["saml"] = Field(description="A provider that speaks SAML 2.0.")
    for_: Literal["authenticated"] = Field(
        default="authenticated", alias="for", description="`authenticated`: people."
    )
    idp: IdpSettings = Field(description="The provider.")
    sp: SpSettings = Field(
        default=SpSettings(), description="What the gateway is to it."
    )
    strict: StrictSettings = Field(
        default=StrictSettings(), description="What its documents have to be."
    )
    accept: SamlAccept = Field(
        default=SamlAccept(), description="Where its people are let in."
    )
    sign_in: SamlSignIn = Field(
        default=SamlSignIn(),
        description="What becomes of somebody who signs in to a pool.",
    )
    map: SamlMap = Field(default=SamlMap(), description="From claims to the identity.")
    network: WaySettings = Field(
        default=WaySettings(), description="Bounds on the way to the metadata."
    )

    _public_url: str = PrivateAttr("")

    @override
    def model_post_init(self, context: Any) -> None:
        """Remember where the gateway is: its names for the provider stand there."""
        if isinstance(context, Door):
            self._public_url = context.public_url

    @property
    def entity_id(self) -> str:
        """The gateway's entity id."""
        return self.sp.entity_id or f"{self._public_url}/saml2/metadata/{self.id}"

    @property
    def consumer_url(self) -> str:
        """Where responses come to."""
        return f"{self._public_url}/saml2/idpresponse"

    @property
    def logout_url(self) -> str:
        """Where requests and answers about signing out come to."""
        return f"{self._public_url}/saml2/logout"

    @property
    def token_url(self) -> str:
        """Where assertions are exchanged."""
        return f"{self._public_url}/oauth2/token"

    @property
    def issuers(self) -> tuple[str, ...]:
        """Every issuer that means this provider."""
        return (self.idp.entity_id,)

    @property
    def metadata_url(self) -> str:
        """Where its metadata is fetched from; empty if it is not."""
        metadata = self.idp.metadata
        return (metadata.url or "") if metadata else ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that metadata may be fetched from."""
        url = self.metadata_url.partition("?")[0]
        return self.network.allow_hosts or ((parse_url(url).host,) if url else ())

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        self._check_sign_out()
        if self.strict.want_assertions_encrypted and self.sp.key is None:
            raise flaw(
                "E104",
                "there is no `sp.key` to decrypt assertions with",
                at=("strict",),
            )
        if self.metadata_url:
            self.network.check(
                self.metadata_url.partition("?")[0],
                "idp",
                "metadata",
                "url",
                hosts=self.hosts,
            )
        return self

    def _check_sign_out(self) -> None:
        if self.sign_in.sign_out != "there":
            return
        at = ("sign_in", "sign_out")
        if self.sp.key is None:
            raise flaw(
                "E104", "there is no `sp.key` to sign requests to sign out with", at=at
            )
        if self.idp.metadata is None and self.idp.logout_url is None:
            raise flaw("E104", "there is no `idp.logout_url` to sign out at", at=at)
