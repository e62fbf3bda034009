"""One file of `policies/`: who holds which role, and who may do what.

References to routes, roles and variables are resolved where the expressions are compiled,
in `gateway.policy.compiler`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gateway.config.policies.tests import Fixture, PolicyTest
from gateway.config.settings.section import (
    Expression,
    Id,
    Loose,
    Names,
    OneOrMore,
    Section,
    Shape,
    Text,
    flaw,
    matching,
    unavailable,
)
from gateway.config.settings.values import Duration

# Written by the mint alone (RFC 7519 section 4.1, RFC 9068 section 2.2, RFC 7800 `cnf`).
RESERVED_CLAIMS = frozenset(
    {"iss", "sub", "aud", "iat", "nbf", "exp", "jti", "txn", "cnf", "client_id"}
    # RFC 8693 section 4.1, and what an app token came of.
    | {"act", "via"}
)


def _check_claim(name: str) -> str:
    if name in RESERVED_CLAIMS:
        raise flaw("E290", f"`{name}` is the gateway's own claim and cannot be set")
    return name


def _check_sender(sender: str) -> str:
    if sender == "mtls":
        raise unavailable("requiring a token bound to a certificate (`mtls`)")
    if sender not in {"none", "dpop"}:
        raise flaw("E105", f"`{sender}` is no way to bind a token to its sender")
    return sender


def _check_ambiguous(value: str) -> str:
    if value == "first":
        raise unavailable("asking for a preferred role (`ambiguous`)")
    if value != "deny":
        raise flaw("E105", f"`{value}` is no way to settle it", hint='write "deny"')
    return value


Variable = Annotated[
    str,
    matching(
        r"[a-z_][a-z0-9_]{0,62}",
        "letters, digits or `_`, in lower case, 63 at most",
    ),
]
Claim = Annotated[
    str,
    Field(min_length=1, max_length=255),
    AfterValidator(_check_claim),
    Shape({"not": {"enum": sorted(RESERVED_CLAIMS)}}),
]
Audience = Literal["authenticated", "guest", "service"]
Audiences = Annotated[tuple[Audience, ...], Loose, OneOrMore]
RoutePattern = Annotated[
    str,
    matching(r"[a-z*][a-z0-9_*-]{0,62}", "the id of a route, in which `*` is any part"),
]
RoutePatterns = Annotated[tuple[RoutePattern, ...], Loose, OneOrMore]


class PolicyHead(Section):
    """What the file is about and who answers for it."""

    id: Id = Field(description="Its name in logs and decisions.")
    title: str = Field(default="", max_length=200, description="Its name for people.")
    owner: str = Field(default="", max_length=200, description="Who answers for it.")
    review_by: date | None = Field(
        default=None, description="After this day, `gateway check` warns."
    )
    description: str = Field(default="", description="What it is for.")
    scope: RoutePatterns = Field(
        default=("*",),
        min_length=1,
        description="Routes that its rules may name; `*` stands for any part of an id.",
    )


class RolesSettings(Section):
    """How roles are given."""

    mode: Literal["all", "first"] = Field(
        default="all", description="Every role that matches, or the first one alone."
    )
    on_none: Literal["deny", "default"] = Field(
        default="deny",
        description="Without any role: no allow rule of the file, or `default`.",
    )
    default: str = Field(default="", description='The role for `on_none = "default"`.')
    ambiguous: Annotated[
        str, AfterValidator(_check_ambiguous), Shape({"enum": ["deny"]})
    ] = Field(
        default="deny", description="A preferred role that cannot be had: `deny`."
    )

    @model_validator(mode="after")
    def _default_named(self) -> Self:
        if self.on_none == "default" and not self.default:
            raise flaw("E104", '`on_none = "default"` needs `default`')
        return self


class Role(Section):
    """Who holds a role."""

    id: Id = Field(description="The role's name.")
    for_: Audiences = Field(
        alias="for",
        min_length=1,
        description="`authenticated`, `guest` or `service`; there is no `any`.",
    )
    when: Expression = Field(description="Condition; CEL, boolean.")


class Require(Section):
    """What the credential has to prove beyond who it is; else, a step-up challenge."""

    acr: str = Field(default="", description="`acr` that the credential has to have.")
    auth_age: Duration | None = Field(
        default=None, description="Longest time since they last proved who they are."
    )
    sender: Annotated[
        str, AfterValidator(_check_sender), Shape({"enum": ["none", "dpop"]})
    ] = Field(
        default="none",
        description="`dpop`: the credential has to be bound to a key that the caller "
        "proves to hold (RFC 9449).",
    )


class Rule(Section):
    """One condition with its effect."""

    id: Id = Field(description="Its name in logs and decisions.")
    effect: Literal["allow", "deny"] = Field(
        description="A deny always wins; without any allow, the answer is no."
    )
    mode: Literal["enforce", "shadow"] = Field(
        default="enforce", description="`shadow`: evaluated and logged, never enforced."
    )
    routes: RoutePatterns = Field(
        min_length=1, description="Ids of routes; `*` stands for any part of an id."
    )
    for_: Audiences = Field(
        alias="for",
        min_length=1,
        description="Any of `authenticated`, `guest` and `service`.",
    )
    roles: Names = Field(
        default=(), description="At least one of these roles is needed; empty: none."
    )
    require: Require | None = Field(
        default=None, description="What the credential has to prove."
    )
    when: Expression = Field(description="Condition; CEL, boolean.")
    reason: str = Field(
        default="", max_length=200, description="Why, in words for people."
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.effect == "deny" and self.require is not None:
            raise flaw("E106", "it belongs to rules that allow", at=("require",))
        return self


class Mint(Section):
    """Claims that the gateway adds to the tokens for some routes."""

    routes: RoutePatterns = Field(
        min_length=1, description="Ids of routes; `*` stands for any part of an id."
    )
    claims: Mapping[Claim, Expression] = Field(
        min_length=1, description="Claims by name; CEL."
    )


class PolicySettings(Section):
    """One file of `policies/`."""

    schema_version: Literal[1] = Field(
        default=1, alias="schema", description="Version of the file's meaning."
    )
    policy: PolicyHead = Field(description="What the file is about.")
    const: Mapping[Variable, Any] = Field(
        default={}, description="Fixed values, as `const.name` in expressions."
    )
    vars: Mapping[Variable, Expression] = Field(
        default={}, description="Named expressions, as `vars.name` in expressions."
    )
    roles: RolesSettings = Field(
        default=RolesSettings(), description="How roles are given."
    )
    role: Annotated[tuple[Role, ...], Loose] = Field(
        default=(), description="Who holds which role."
    )
    rule: Annotated[tuple[Rule, ...], Loose] = Field(
        default=(), description="Who may do what."
    )
    mint: Annotated[tuple[Mint, ...], Loose] = Field(
        default=(), description="Claims to add to minted tokens."
    )
    fixture: Mapping[Text, Fixture] = Field(
        default={}, description="Identities for tests, by name."
    )
    test: Annotated[tuple[PolicyTest, ...], Loose] = Field(
        default=(), description="What the policy is expected to say."
    )
