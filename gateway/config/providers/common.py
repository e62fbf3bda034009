"""What the files of all kinds of provider have in common."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.mapping import MapSettings
from gateway.config.providers.profile import STANDARD_PROFILE, STANDARD_SCOPES
from gateway.config.settings.section import (
    Expression,
    Id,
    Loose,
    Names,
    Section,
    Shape,
    Text,
    distinct,
    flaw,
    matching,
)

# Signatures with a public key only. With HS256 here, a public key could be offered back as
# an HMAC secret and would verify (RFC 8725 section 2.1).
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)


def _check_algorithm(name: str) -> str:
    if name in ALGORITHMS:
        return name
    if name.lower() == "none" or name.upper().startswith("HS"):
        raise flaw(
            "E504",
            "a signature is made with a private key and checked with a public one",
            hint=f"one or more of {', '.join(ALGORITHMS)}",
        )
    raise flaw(
        "E105",
        f"`{name}` is no algorithm that is known here",
        hint=f"one or more of {', '.join(ALGORITHMS)}",
    )


def _distinct_checks(checks: tuple["RequireCheck", ...]) -> tuple["RequireCheck", ...]:
    seen: set[str] = set()
    for check in checks:
        if check.id in seen:
            raise flaw("E301", f"two checks have the id `{check.id}`")
        seen.add(check.id)
    return checks


_CLAIM = re.compile(r"[^\s\0-\x1f\x7f]{1,255}")


def _check_claim_names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if _CLAIM.fullmatch(name) is None:
            raise flaw("E105", "a claim's name is text without spaces")
    return names


# Of a pool: standard ones, and `custom:` ones (Cognito's forms).
ProfileName = Annotated[
    str, matching(r"(custom:)?[A-Za-z0-9_]{1,32}", "the name of a pool's attribute")
]

Algorithm = Annotated[
    str, AfterValidator(_check_algorithm), Shape({"enum": list(ALGORITHMS)})
]
Algorithms = Annotated[tuple[Algorithm, ...], Loose]
Flow = Literal["login", "exchange", "bearer"]
LOGIN: Final = "login"

# As addresses are compared: lower case, international names encoded (RFC 5890).
Domain = Annotated[
    str,
    matching(
        r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
        "a domain in lower case, as in `corp.example`",
    ),
]
Domains = Annotated[
    tuple[Domain, ...], Loose, Field(max_length=100), AfterValidator(distinct)
]
# What Cognito lets a provider be called (CreateIdentityProvider), without spaces.
ProviderName = Annotated[
    str,
    matching(r"[A-Za-z0-9_.-]{1,32}", "1 to 32 letters, digits, `_`, `.` or `-`"),
]


_LoginFlows = Annotated[tuple[Flow, ...], Loose, AfterValidator(distinct)]


class RequireCheck(Section):
    """A condition on the claims; who does not meet it is not let in."""

    id: Id = Field(description="Its name in logs.")
    cel: Expression = Field(description="Condition over `claims`; CEL.")
    message: str = Field(
        default="", max_length=500, description="What the caller is told."
    )


class RequireSettings(Section):
    """Conditions that every identity of the provider meets."""

    checks: Annotated[
        tuple[RequireCheck, ...], Loose, AfterValidator(_distinct_checks)
    ] = Field(default=(), description="All of them have to be true.")


class LinkSettings(Section):
    """Whether an identity of this provider may be the same person as another."""

    policy: Literal["never", "verified-email", "confirm", "admin"] = Field(
        default="never",
        description="`never`: the provider's subject is somebody of its own. "
        "`verified-email`: it is whoever has proven the same address here, if the provider "
        "may speak for the address. `confirm`: likewise, once they have signed in here too. "
        "`admin`: an administrator says who it is.",
    )
    trust_email_domains: Domains = Field(
        default=(), description="Domains of e-mail for which the provider speaks."
    )
    ordinary_groups: Names = Field(
        default=(),
        max_length=100,
        description="Groups of the pool whose members `verified-email` may find. Whoever is "
        "in another one has privileges, and signs in here too before a link is made.",
    )


class AcceptSettings(Section):
    """Where credentials of the provider are accepted."""

    flows: Annotated[
        tuple[Literal["exchange", "bearer"], ...], Loose, AfterValidator(distinct)
    ] = Field(
        default=("bearer",),
        min_length=1,
        description="`bearer`: straight on requests to routes. `exchange`: at the token "
        "endpoint.",
    )


class LoginAccept(AcceptSettings):
    """Where people of the provider are let in."""

    flows: _LoginFlows = Field(  # type: ignore[assignment]  # one more than others have
        default=("bearer",),
        min_length=1,
        description="`login`: at the sign-in page of a pool. `exchange`: at the token "
        "endpoint. `bearer`: straight on requests to routes.",
    )


def flows_of(settings: object) -> tuple[str, ...]:
    """Return the ways in which people of a provider are let in; none for a pool."""
    flows: tuple[str, ...] = getattr(getattr(settings, "accept", None), "flows", ())
    return flows


class SignInSettings(Section):
    """What becomes of somebody who signs in to a pool through the provider.

    Attributes:
        DEFAULT_PROFILE: What `profile` has by itself; a kind has its own.
        SCOPES: Which scope brings which claim.
    """

    DEFAULT_PROFILE: ClassVar[Mapping[str, str]] = STANDARD_PROFILE
    SCOPES: ClassVar[Mapping[str, str]] = STANDARD_SCOPES

    pool: str = Field(
        default="",
        description="`pool_id` of the pool that they come into. By default the one that a "
        "file declares.",
    )
    name: ProviderName | None = Field(
        default=None,
        description="What Cognito's clients call the provider, and how names of its people "
        "begin (`Google_123`). By default that of the kind, or the id.",
    )
    domains: Domains = Field(
        default=(),
        description="Whoever types an address of these domains is sent to the provider.",
    )
    identifiers: Names = Field(
        default=(),
        max_length=50,
        description="Whoever types one of these is sent to the provider; Cognito's "
        "`idp_identifier`.",
    )
    sign_out: Literal["here", "there"] = Field(
        default="here",
        description="`there`: whoever signs out here is sent to the provider, to sign out "
        "there too.",
    )
    profile: Mapping[ProfileName, Expression] = Field(
        default={},
        description="From the claims to attributes of the pool, by the attribute's name; "
        "text or booleans. They are written at each sign-in; empty text leaves the value as "
        "it is. Those of the kind are there already.",
    )

    @property
    def expressions(self) -> Mapping[str, str]:
        """Everything of `profile`, with what the kind has by itself."""
        return {**self.DEFAULT_PROFILE, **self.profile}


class Provider(Section):
    """A source of identities."""

    kind: str = Field(description="What protocol it speaks, or which preset it is.")
    id: Id = Field(description="Its name in policies, logs and stored identities.")
    label: str = Field(default="", max_length=100, description="Its name for people.")
    owner: str = Field(
        default="", max_length=200, description="Who to ask when it does not work."
    )
    for_: Literal["authenticated", "service", "guest"] = Field(
        default="authenticated",
        alias="for",
        description="Which rules its identities fall under: `authenticated` for people, "
        "`service` for programs.",
    )
    enabled: bool = Field(
        default=True,
        description="`false`: none of its tokens is accepted, from the next reload on. "
        "Policies and their fixtures may go on naming it, so nothing else has to change.",
    )
    require: RequireSettings = Field(
        default=RequireSettings(), description="Conditions on the claims."
    )
    map: MapSettings = Field(
        default=MapSettings(), description="From claims to the identity."
    )
    export_claims: Annotated[Names, AfterValidator(_check_claim_names)] = Field(
        default=(), description="Claims that policies may read; all others are hidden."
    )
    link: LinkSettings = Field(
        default=LinkSettings(), description="Whether accounts may be linked."
    )


__all__ = [
    "ALGORITHMS",
    "AcceptSettings",
    "Algorithms",
    "Domains",
    "LinkSettings",
    "LoginAccept",
    "Provider",
    "RequireCheck",
    "RequireSettings",
    "SignInSettings",
    "Text",
]
