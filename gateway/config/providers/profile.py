"""What comes into the profile of somebody who signs in through a provider, by default.

Addresses and the name come from `[map]`, which also says whether they are proven.

Reference: OpenID Connect Core 1.0 sections 5.1 (standard claims) and 5.4 (scopes).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STANDARD_PROFILE: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: f"claim('{name}', '')"
        for name in (
            *("given_name", "family_name", "middle_name", "nickname", "picture"),
            *("profile", "website", "gender", "birthdate", "zoneinfo", "locale"),
        )
    }
)

# Which scope brings which claim.
STANDARD_SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {"name": "profile", "preferred_username": "profile"}
    | dict.fromkeys(STANDARD_PROFILE, "profile")
    | dict.fromkeys(("email", "email_verified"), "email")
    | dict.fromkeys(("phone_number", "phone_number_verified"), "phone")
)
