"""What an issuer says about itself, and whether it is the issuer's own.

Reference: OpenID Connect Discovery 1.0 sections 3 and 4.3.
"""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.authentication.json_object import JsonObjectError, parse_object


class DiscoveryError(ValueError):
    """A document does not describe the issuer that it was fetched for."""


def parse_discovery(raw: bytes, issuers: Collection[str]) -> dict[str, Any]:
    """Return the members of an issuer's discovery document.

    Args:
        raw: The document. The caller has bounded its length.
        issuers: How the document may spell the issuer.

    Raises:
        DiscoveryError: It is no JSON object, or another issuer's.
    """
    try:
        document = parse_object(raw)
    except JsonObjectError as error:
        raise DiscoveryError(f"the discovery document: {error}") from error
    check_described(document, issuers)
    return document


def check_described(document: Mapping[str, Any], issuers: Collection[str]) -> None:
    """Refuse a discovery document of another issuer.

    Args:
        document: Its members.
        issuers: How it may spell the issuer.

    Raises:
        DiscoveryError: It does not: or one issuer could pass for another (section 4.3).
    """
    if document.get("issuer") not in issuers:
        raise DiscoveryError("the discovery document is another issuer's")
