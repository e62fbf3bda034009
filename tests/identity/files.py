"""Providers' files and claims, made for tests."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typing_extensions import override

from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.document import Document
from gateway.config.providers.developer import DeveloperProvider
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.guest import GuestProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.identity.expressions import MAX_TIME_AT_ONCE
from gateway.identity.mapper import MappedClaims, Mapper, compile_mappers
from gateway.model.claims import TokenType, VerifiedClaims

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ENDS = NOON + timedelta(hours=1)

OIDC = """
kind = "oidc"
id = "corp"
issuer = "https://login.corp.example"
audiences = ["gateway"]
"""
GOOGLE = """
kind = "google"
id = "google"
client = { id = "1234.apps.googleusercontent.com" }
"""
GUEST = """
kind = "guest"
id = "guest"
"""

_KINDS: dict[str, type[ProviderSettings]] = {
    "oidc": OidcProvider,
    "google": GoogleProvider,
    "developer": DeveloperProvider,
    "guest": GuestProvider,
}


def provider_file(text: str, name: str = "providers/corp.toml") -> ProviderFile:
    document = Document(path=Path(name), name=name, raw=text.encode())
    settings = _KINDS[document.data["kind"]].model_validate(document.data)
    return ProviderFile(document, (), settings)


def mapper_of(text: str) -> Mapper:
    (mapper,) = compile_mappers([provider_file(text)]).values()
    return mapper


def verified(provider: str = "corp", **claims: Any) -> VerifiedClaims:
    payload = {"sub": "ana"} | claims
    return VerifiedClaims(
        provider=provider,
        issuer="https://login.corp.example",
        subject=str(payload["sub"]),
        token_type=TokenType.ACCESS_TOKEN,
        expires_at=ENDS,
        claims=payload,
    )


class _SlowClaims(dict[str, Any]):
    """Once, they take longer to read than anybody may take on the event loop."""

    read = False

    @override
    def __contains__(self, name: object) -> bool:
        self._take_time()
        return super().__contains__(name)

    @override
    def __iter__(self) -> Iterator[str]:
        self._take_time()
        return super().__iter__()

    def _take_time(self) -> None:
        if not self.read:
            self.read = True
            time.sleep(2 * MAX_TIME_AT_ONCE.total_seconds())


def slowly_verified() -> VerifiedClaims:
    """Return what is verified, and takes long to map."""
    return replace(verified(), claims=_SlowClaims(sub="ana"))


def mapped(extra: str = "", /, **claims: Any) -> MappedClaims:
    """Map claims with the defaults of `oidc` and what is added to the file."""
    return mapper_of(OIDC + extra).map(verified(**claims), NOON)
