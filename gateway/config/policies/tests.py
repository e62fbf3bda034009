"""`[fixture.NAME]` and `[[test]]`: what a policy is expected to say, beside the policy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gateway.config.settings.section import (
    Abbreviated,
    Loose,
    Names,
    OneOrMore,
    Section,
    Shape,
    Text,
    flaw,
    matching,
)
from gateway.config.settings.values import Instant

HeaderValues = Annotated[tuple[str, ...], Loose, OneOrMore]


class Fixture(Section):
    """An identity for tests. Its fields are those of `identity`; all may be left out."""

    id: str | None = Field(default=None, description="By default, the fixture's name.")
    kind: Literal["authenticated", "guest", "service"] | None = Field(
        default=None, description="By default `authenticated`."
    )
    authenticated: bool | None = Field(
        default=None, description="By default, whether `kind` is not `guest`."
    )
    provider: str = Field(default="", description="Id of a provider.")
    provider_kind: str = Field(default="", description="Kind of the provider.")
    issuer: str = Field(default="", description="URL of the issuer.")
    subject: str = Field(default="", description="The issuer's name for them.")
    username: str = Field(default="", description="For display.")
    name: str = Field(default="", description="For display.")
    email: str = Field(default="", description="Address.")
    email_verified: bool = Field(default=False, description="Vouched for.")
    phone: str = Field(default="", description="Number.")
    phone_verified: bool = Field(default=False, description="Vouched for.")
    tenant: str = Field(default="", description="Organisation inside the provider.")
    groups: Names = Field(default=(), description="Groups.")
    labels: Names = Field(default=(), description="Marks of the gateway's own.")
    scopes: Names = Field(default=(), description="Scopes of the token.")
    amr: Names = Field(default=(), description="How they signed in.")
    acr: str = Field(default="", description="How strongly they signed in.")
    auth_time: Instant | None = Field(default=None, description="When they signed in.")
    created: Instant | None = Field(default=None, description="When first seen here.")
    disabled: bool = Field(default=False, description="Whether they are locked out.")
    linked: Names = Field(default=(), description="Ids of other providers.")
    sender: Literal["", "dpop"] = Field(
        default="", description="How the credential is bound to whoever shows it."
    )
    attributes: Mapping[str, Any] = Field(default={}, description="Further values.")
    claims: Mapping[str, Any] = Field(
        default={}, description="The claims that the provider's file exports."
    )


class FixtureUse(Fixture):
    """A fixture by name, with the fields in which a test differs from it."""

    fixture: Text = Field(description="Name of a fixture, or `guest` for nobody known.")

    @property
    def overrides(self) -> Mapping[str, Any]:
        """The fields that the test itself sets."""
        return {
            name: getattr(self, name) for name in self.model_fields_set - {"fixture"}
        }


class TestRequest(Section):
    """A made-up request."""

    __test__ = False

    method: Annotated[str, matching(r"[A-Z][A-Z-]{0,31}", "a method in capitals")] = (
        Field(default="GET", description="Method.")
    )
    path: Annotated[
        str, matching(r"/[\x21-\x7e]*", "a path, escaped as on the wire")
    ] = Field(description="Path, with the query if there is one.")
    host: str | None = Field(
        default=None, description="Host. By default, the one that the route serves."
    )
    scheme: Literal["http", "https"] = Field(default="https", description="Scheme.")
    headers: Mapping[str, HeaderValues] = Field(
        default={}, description="Headers; a value, or a list of them."
    )
    ip: str = Field(default="", description="The client's address.")


class ExpectedChallenge(Section):
    """What the caller is asked to do to be allowed after all. What is left out may be any."""

    error: str | None = Field(default=None, description="Its error.")
    acr: str | None = Field(
        default=None, description="The `acr` that is asked for; empty for none."
    )
    max_age: int | None = Field(
        default=None, ge=0, description="Seconds since the last sign-in that are fine."
    )
    sender: Literal["", "dpop"] | None = Field(
        default=None, description="The binding that is asked for; empty for none."
    )


def _as_challenge(value: Any) -> Any:
    return {"error": value} if isinstance(value, str) else value


def _as_outcome(value: Any) -> Any:
    # TOML has the two that it can write.
    return str(value).lower() if isinstance(value, bool) else value


ShadowOutcome = Annotated[
    Literal["true", "false", "error", "none"],
    BeforeValidator(_as_outcome),
    Shape({"enum": ["true", "false", "error", "none", True, False]}),
]


class Expectation(Section):
    """What the decision has to be. What is left out is not compared."""

    allow: bool = Field(description="Whether the request may pass.")
    rule: str | None = Field(
        default=None, description="Id of the deciding rule, in this file."
    )
    roles: Names | None = Field(
        default=None, description="Exactly these roles, any order."
    )
    reason: str | None = Field(
        default=None,
        description="Why: `no_allow`, ..., or the words of the deciding rule.",
    )
    status: int | None = Field(
        default=None, ge=100, le=599, description="HTTP status of the answer."
    )
    challenge: Annotated[ExpectedChallenge | None, Abbreviated(_as_challenge)] = Field(
        default=None,
        description="The step-up challenge: its error, or a table with what it asks.",
    )
    mint: Mapping[str, Any] | None = Field(
        default=None, description="Claims that the minted token has to have."
    )
    shadow: Mapping[Text, ShadowOutcome] | None = Field(
        default=None,
        description="By id of rules in shadow mode, whether each would have matched: "
        "`true`, `false`, `error`, or `none` if it was not asked.",
    )
    faults: Annotated[tuple[Text, ...] | None, Loose] = Field(
        default=None,
        description="What failed: for each failure a part of its place and message.",
    )


class TableRow(Expectation):
    """One request and what it has to lead to."""

    request: TestRequest = Field(description="The request.")


def _as_use(value: Any) -> Any:
    return {"fixture": value} if isinstance(value, str) else value


class PolicyTest(Section):
    """One expectation, or a table of them for the same identity."""

    name: Text = Field(description="What is expected, as a sentence.")
    identity: Annotated[FixtureUse, Abbreviated(_as_use)] = Field(
        description="A fixture's name, or a table with `fixture` and what differs."
    )
    now: Instant | None = Field(
        default=None, description="The decision's clock. By default, the present."
    )
    request: TestRequest | None = Field(default=None, description="The request.")
    expect: Expectation | None = Field(default=None, description="What it leads to.")
    table: Annotated[tuple[TableRow, ...], Loose] = Field(
        default=(), description="Requests with what each leads to, instead."
    )

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        single = self.request is not None and self.expect is not None
        neither = self.request is None and self.expect is None
        if not (single and not self.table) and not (neither and self.table):
            raise flaw(
                "E104",
                "a test has `request` and `expect`, or a `table` and neither of them",
            )
        return self
