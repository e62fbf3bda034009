"""Every service that is about what people prove themselves with, built once."""

from dataclasses import dataclass

from gateway.keys.seal import Seal, StoreKey
from gateway.pool.factors.devices import Devices
from gateway.pool.factors.notices import FactorNotices
from gateway.pool.factors.own_passkeys import OwnPasskeys
from gateway.pool.factors.passkeys import PasskeyCeremonies
from gateway.pool.factors.preferences import FactorPreferences
from gateway.pool.factors.recovery_codes import RecoveryCodes
from gateway.pool.factors.totp import Totp
from gateway.pool.tools import PoolTools
from gateway.storage.cursors import Cursors
from gateway.telemetry.logs import Logger


@dataclass(frozen=True, slots=True)
class FactorServices:
    """What people prove themselves with, beside passwords and codes that are sent.

    Attributes:
        totp: Authenticator apps.
        passkeys: Has passkeys made and used.
        own_passkeys: Lists and sorts them.
        recovery_codes: For whoever has lost the others.
        devices: Remembers them.
        preferences: What each person has switched on.
    """

    totp: Totp
    passkeys: PasskeyCeremonies
    own_passkeys: OwnPasskeys
    recovery_codes: RecoveryCodes
    devices: Devices
    preferences: FactorPreferences


def build_factor_services(
    tools: PoolTools,
    cursors: Cursors,
    *,
    store_key: StoreKey,
    public_url: str,
    logger: Logger,
) -> FactorServices:
    """Return the services.

    Args:
        tools: What all operations of a pool have in common.
        cursors: Writes and reads where a page of a list ended.
        store_key: Seals what has to be opened again; every other secret is derived from it.
        public_url: Where the gateway is reached: what passkeys are good for.
        logger: Is told of copies of passkeys.
    """
    database, clock = tools.database, tools.clock
    seal = Seal(key=store_key)
    notices = FactorNotices(messenger=tools.messenger)
    return FactorServices(
        totp=Totp(
            database=database,
            seal=seal,
            tries=tools.tries,
            clock=clock,
            notices=notices,
        ),
        passkeys=PasskeyCeremonies(
            database=database,
            public_url=public_url,
            logger=logger,
            clock=clock,
            notices=notices,
        ),
        own_passkeys=OwnPasskeys(database=database, notices=notices),
        recovery_codes=RecoveryCodes(
            database=database,
            secret=store_key.derive("pool recovery codes, version 1"),
            tries=tools.tries,
        ),
        devices=Devices(
            database=database,
            seal=seal,
            secret=store_key.derive("pool devices, version 1"),
            cursors=cursors,
            clock=clock,
        ),
        preferences=FactorPreferences(database=database, notices=notices),
    )
