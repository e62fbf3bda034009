"""`[tokens]`: what the gateway mints, for whom, and for how long.

Reference: RFC 9068 (access tokens as JWT).
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.settings.addresses import UrlText
from gateway.config.settings.section import Id, Section, Shape, flaw, unavailable
from gateway.config.settings.values import Duration

_HEADER = re.compile(r"[a-z0-9!#$%&'*+.^`|~-]{1,64}")

# Headers that frame the message or that the connection owns: a credential there would
# break the request or be removed again (RFC 9110 sections 7.6.1 and 8.6).
_TAKEN = frozenset(
    {
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)


def check_credential_header(name: str) -> str:
    """Return the header's name, if a credential may travel in it."""
    if _HEADER.fullmatch(name) is None:
        raise flaw(
            "E105",
            "this is no header name in lower case without underscores",
            hint=f'write "{name.lower().replace("_", "-")}"',
        )
    if name in _TAKEN:
        raise flaw(
            "E106", f"`{name}` has another purpose and cannot carry a credential"
        )
    return name


def _known_type(value: Any) -> Any:
    if value == "txntoken+jwt":
        raise unavailable("a transaction token (`txntoken+jwt`)")
    if value != "at+jwt":
        raise flaw("E105", "the type of a minted token is `at+jwt`")
    return value


class JwtProfile(Section):
    """A signed JWT that stands for the caller at an upstream."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {
        "refresh_ttl": "refresh tokens",
        "sender": "sender-constrained tokens",
    }

    typ: Annotated[str, BeforeValidator(_known_type), Shape({"enum": ["at+jwt"]})] = (
        Field(
            default="at+jwt",
            description="`typ` of the token's header (RFC 9068 section 2.1).",
        )
    )
    ttl: Duration = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=15),
        description="From `iat` to `exp`. A stolen token is good for this long at most.",
    )
    header: Annotated[
        str,
        AfterValidator(check_credential_header),
        Shape({"pattern": f"^{_HEADER.pattern}$", "not": {"enum": sorted(_TAKEN)}}),
    ] = Field(
        default="authorization",
        description="Header that carries it to the upstream, in lower case. "
        "`authorization` has `Bearer` before the token, any other the token alone.",
    )
    reuse: float = Field(
        default=0.5,
        ge=0,
        le=0.9,
        description="Share of its life in which a minted token is used again for the "
        "same identity and audience; 0 mints one for each request.",
    )


class TokensSettings(Section):
    """Whose name stands in minted tokens, and the kinds of them."""

    UNAVAILABLE: ClassVar[Mapping[str, str]] = {"trust_domain": "transaction tokens"}

    issuer: UrlText = Field(
        default="",
        description="`iss` of minted tokens. By default `server.public_url`.",
    )
    skew: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(0),
        le=timedelta(minutes=5),
        description="How far two honest clocks may be apart.",
    )
    profiles: Mapping[Id, JwtProfile] = Field(
        default={}, description="Kinds of minted token, by the name that routes use."
    )
