"""Providers of opaque tokens, without sockets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gateway.authentication.key_sources import KeySources
from gateway.authentication.opaque.api import Api
from gateway.authentication.opaque.building import (
    OpaqueSettings,
    build_opaque_verifier,
)
from gateway.authentication.opaque.proof import OpaqueVerifier
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


def _noon() -> datetime:
    return NOON


def verifier_of(
    settings: OpaqueSettings,
    stand_in: StandIn,
    clock: Callable[[], datetime] = _noon,
) -> OpaqueVerifier:
    api = Api(settings.id, fetcher=Direct(stand_in))
    return build_opaque_verifier(
        settings,
        api=api,
        keys=KeySources(clock=clock, fetcher=lambda _: Direct(stand_in)),
        skew=timedelta(seconds=30),
    )


def prover(settings: OpaqueSettings, stand_in: StandIn) -> Claims:
    """Return what says whose a token is."""
    verifier = verifier_of(settings, stand_in)
    return lambda token: verifier.claims_for(token, now=NOON)
