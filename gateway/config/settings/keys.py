"""`[keys]`: the ring of keys that sign what the gateway mints."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from gateway.config.settings.references import FolderPath
from gateway.config.settings.section import Section
from gateway.config.settings.values import Duration


class KeysSettings(Section):
    """How signing keys are made, published, rotated and retired."""

    algorithm: Literal["ES256", "EdDSA", "RS256"] = Field(
        default="ES256",
        description="Signature of minted tokens. Asymmetric only: a shared secret or "
        "`none` cannot be written here.",
    )
    directory: FolderPath = Field(
        default=Path("state/keys"),
        validate_default=True,
        description="Folder of the ring; private keys in it are encrypted.",
    )
    rotate_every: Duration = Field(
        default=timedelta(days=30),
        ge=timedelta(minutes=1),
        le=timedelta(days=366),
        description="How long one key signs.",
    )
    publish_before: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long a key is in the JWKS before its first signature, so that "
        "verifiers with a cache know it in time.",
    )
    retain_after: Duration = Field(
        default=timedelta(hours=1),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long a key stays in the JWKS after its last signature. At least "
        "the longest token's `ttl` plus `tokens.skew`.",
    )
