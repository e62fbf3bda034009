"""What the files of all kinds of provider have in common."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.providers.mapping import MapSettings
from gateway.config.settings.section import (
    Expression,
    Id,
    Loose,
    Names,
    Section,
    Shape,
    Text,
    flaw,
    unavailable,
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


def _check_flows(flows: tuple[str, ...]) -> tuple[str, ...]:
    for flow in flows:
        if flow in {"login", "exchange"}:
            raise unavailable(f"flow `{flow}`")
        if flow != "bearer":
            raise flaw("E105", f"`{flow}` is no flow", hint='write ["bearer"]')
    return flows


def _distinct_checks(checks: tuple["RequireCheck", ...]) -> tuple["RequireCheck", ...]:
    seen: set[str] = set()
    for check in checks:
        if check.id in seen:
            raise flaw("E301", f"two checks have the id `{check.id}`")
        seen.add(check.id)
    return checks


def _check_link(policy: str) -> str:
    if policy in {"verified-email", "confirm", "admin"}:
        raise unavailable(f"linking of accounts by `{policy}`")
    if policy != "never":
        raise flaw("E105", f"`{policy}` is no way to link", hint='write "never"')
    return policy


def _check_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    if domains:
        raise unavailable("linking of accounts by e-mail")
    return domains


_CLAIM = re.compile(r"[^\s\0-\x1f\x7f]{1,255}")


def _check_claim_names(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if _CLAIM.fullmatch(name) is None:
            raise flaw("E105", "a claim's name is text without spaces")
    return names


Algorithm = Annotated[
    str, AfterValidator(_check_algorithm), Shape({"enum": list(ALGORITHMS)})
]
Algorithms = Annotated[tuple[Algorithm, ...], Loose]
Flows = Annotated[
    Names, AfterValidator(_check_flows), Shape({"items": {"enum": ["bearer"]}})
]


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

    policy: Annotated[str, AfterValidator(_check_link), Shape({"enum": ["never"]})] = (
        Field(
            default="never",
            description="`never`: the provider's subject is an identity of its own.",
        )
    )
    trust_email_domains: Annotated[
        Names, AfterValidator(_check_domains), Shape({"maxItems": 0})
    ] = Field(
        default=(), description="Domains for which the provider speaks; none yet."
    )


class AcceptSettings(Section):
    """Where credentials of the provider are accepted."""

    flows: Flows = Field(
        default=("bearer",),
        min_length=1,
        description="`bearer`: straight on requests to routes.",
    )


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
    "LinkSettings",
    "Provider",
    "RequireCheck",
    "RequireSettings",
    "Text",
]
