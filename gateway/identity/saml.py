"""The CEL variable `saml`: what an assertion says, under SAML's own names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.model.claims import VerifiedClaims


@dataclass(frozen=True, slots=True)
class SamlView:
    """An assertion, as expressions read it. The fields are those of the environment."""

    name_id: str
    name_id_format: str
    session_index: str
    attributes: Mapping[str, Any]


def saml_variables(claims: VerifiedClaims) -> dict[str, Any]:
    """Return what a provider that speaks SAML adds to the variables.

    Claims of another provider, which a policy's test may make up, have none of it.
    """
    said = claims.claims
    view = SamlView(
        name_id=said.get("name_id", claims.subject),
        name_id_format=said.get("name_id_format", ""),
        session_index=said.get("session_index", ""),
        attributes=said.get("attributes", {}),
    )
    return {"saml": view}
