"""What decides recorded requests anew, for one set of files."""

from gateway.app.loading import Loaded
from gateway.keys.seal import StoreKey
from gateway.policy.replaying.hashed import Hashing
from gateway.policy.replaying.replayer import Replayer
from gateway.policy.replaying.routing import Routing
from gateway.telemetry.pseudonyms import value_hasher
from gateway.upstream.overlaps import share_requests


def build_replayer(present: Loaded, against: Loaded | None = None) -> Replayer:
    """Return what asks policies anew.

    Args:
        present: The files in force. Their storage key is the one that hashed values in the
            log, and their routes are those that records name.
        against: The files whose policies are asked; those in force by default.

    Raises:
        SealError: The storage key is none.
    """
    storage = present.configuration.settings.storage
    secret = StoreKey.parse(storage.encrypt_with.reveal()).secret
    hashing = Hashing(value_hasher(secret))
    in_force = _replayer_of(present, before=present, hashing=hashing)
    if against is None:
        return in_force
    return _replayer_of(against, before=present, hashing=hashing, reference=in_force)


def _replayer_of(
    loaded: Loaded,
    *,
    before: Loaded,
    hashing: Hashing,
    reference: Replayer | None = None,
) -> Replayer:
    return Replayer(
        engine=loaded.engine,
        routing=Routing(
            before=before.declared,
            after=loaded.declared,
            share_requests=share_requests,
        ),
        hashing=hashing,
        reference=reference,
    )
