"""Whose token is it? The issuers of one provider, which may be as many as it has tenants.

A provider with tenants signs for each of them in another issuer's name: the tenant's id stands
in `iss`, and once more in `tid`. Both have to say the same, and the tenant has to be one that
is let in, or anybody who can make a tenant could make people.

Reference: Microsoft identity platform, "ID tokens" (`iss`, `tid`); RFC 8725 section 3.8.
"""

import re
from typing import Final

from gateway.authentication.claim_rules import shown
from gateway.authentication.compact import UnverifiedToken
from gateway.config.providers.oidc import TENANT, OidcProvider
from gateway.model.errors import UntrustedIssuerError

# Nothing that could be taken for the template itself, or for more of an address.
_TENANT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


def template_of(token: UnverifiedToken) -> str:
    """Return a token's issuer with a placeholder for its tenant; empty without one."""
    tenant = _tenant_of(token)
    return token.unverified_issuer.replace(tenant, TENANT, 1) if tenant else ""


def in_place(template: str, token: UnverifiedToken) -> str:
    """Return an issuer with a token's tenant in the place of the placeholder.

    What has no placeholder comes back as it is.
    """
    return template.replace(TENANT, _tenant_of(token), 1)


def _tenant_of(token: UnverifiedToken) -> str:
    tenant = token.unverified_claims.get("tid")
    if not isinstance(tenant, str) or _TENANT_ID.fullmatch(tenant) is None:
        return ""
    return tenant


class Issuers:
    """The issuers of one provider."""

    def __init__(self, settings: OidcProvider) -> None:
        """Take them from the provider's file."""
        self.names = frozenset(settings.issuers)
        self._provider = settings.id
        self._issuer = settings.issuer
        self._open = tuple(
            name.partition(TENANT) for name in settings.issuers if TENANT in name
        )
        self._templates = tuple(
            issuer
            for issuer in (settings.issuer, *settings.issuer_aliases)
            if TENANT in issuer
        )

    def knows(self, issuer: str) -> bool:
        """Return whether an issuer is one of the provider's, without any token."""
        return issuer in self.names or any(
            issuer.startswith(before)
            and issuer.endswith(after)
            and _TENANT_ID.fullmatch(issuer[len(before) : -len(after) or None])
            for before, _, after in self._open
        )

    def check(self, token: UnverifiedToken) -> str:
        """Return the issuer of a token by its one name.

        Raises:
            UntrustedIssuerError: It is none of the provider's, or of a tenant that is not
                let in.
        """
        issuer = token.unverified_issuer
        if not self._templates:
            if issuer in self.names:
                return self._issuer
        elif any(in_place(each, token) == issuer for each in self._templates) and (
            # Each tenant that is let in is there by its name, or all of them are.
            issuer in self.names or template_of(token) in self.names
        ):
            return in_place(self._issuer, token)
        raise UntrustedIssuerError(f"iss={shown(issuer)} for {self._provider!r}")
