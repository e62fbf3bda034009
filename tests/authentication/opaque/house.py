"""Providers of opaque tokens, without sockets."""

from collections.abc import Callable
from datetime import UTC, datetime

from gateway.authentication.opaque.api import Api
from gateway.authentication.opaque.building import (
    OpaqueSettings,
    build_opaque_verifier,
)
from gateway.config.load import KINDS
from gateway.config.providers.opaque.provider import OpaqueProvider
from gateway.model.claims import VerifiedClaims
from tests.config.files import document, read
from tests.peers.stand_ins.wire import Direct, StandIn

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

Claims = Callable[[str], VerifiedClaims]


def settings_of(text: str) -> OpaqueSettings:
    """Read the file of a provider; `SECRET` is its client secret."""
    kind = KINDS[document(text).data["kind"]]
    found = read(kind, text, {"SECRET": "secret"})
    assert isinstance(found, OpaqueProvider), found
    return found  # type: ignore[return-value]  # each that there is, is one of them


def prover(settings: OpaqueSettings, stand_in: StandIn) -> Claims:
    """Return what says whose a token is."""
    api = Api(settings.id, fetcher=Direct(stand_in))
    verifier = build_opaque_verifier(settings, api=api)
    return lambda token: verifier.claims_for(token, now=NOON)
