"""The services of the pools without a gateway that runs: for commands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from gateway.app.leaks import build_leaks
from gateway.app.loading import Loaded
from gateway.app.pools import PoolGround, PoolServices, build_pool_services
from gateway.app.signing_in import provider_rules
from gateway.config.settings.root import Config
from gateway.federation.reasons import SignInReasons
from gateway.federation.records import Records
from gateway.keys.seal import Seal, StoreKey
from gateway.pool.clients import Clients
from gateway.storage.opening import open_database
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from gateway.telemetry.sinks import StreamSink


@contextmanager
def open_pool_services(
    settings: Config, *, clock: Callable[[], datetime]
) -> Iterator[PoolServices]:
    """Give the services, and close the database behind them.

    A gateway that runs may use the same database meanwhile, and hears of what changes.

    Raises:
        StorageError: The database cannot be used.
        SealError: The storage key is none.
    """
    with ExitStack() as stack:
        writer = LineWriter(sink=StreamSink(sys.stderr.buffer))
        stack.callback(writer.close)
        database = open_database(settings.storage)
        stack.callback(database.close)
        logger = build_logger(writer=writer, level=settings.log.level, clock=clock)
        yield build_pool_services(
            PoolGround(
                database=database,
                store_key=StoreKey.parse(settings.storage.encrypt_with.reveal()),
                clock=clock,
                region=settings.server.region,
                public_url=settings.server.public_url.text.rstrip("/"),
                logger=logger,
                leaks=build_leaks(settings.leaked_passwords, logger=logger),
            )
        )


@contextmanager
def open_sign_in_reasons(
    loaded: Loaded, clients: Clients, *, clock: Callable[[], datetime]
) -> Iterator[SignInReasons]:
    """Give what tells why attributes are missing, and close the database behind it.

    Args:
        loaded: The files, compiled.
        clients: Know what each may write.
        clock: The time.

    Raises:
        StorageError: The database cannot be used.
        SealError: The storage key is none.
    """
    storage = loaded.configuration.settings.storage
    seal = Seal(key=StoreKey.parse(storage.encrypt_with.reveal()))
    with ExitStack() as stack:
        database = open_database(storage)
        stack.callback(database.close)
        yield SignInReasons(
            database=database,
            records=Records(seal=seal),
            rules=provider_rules(loaded),
            clients=clients,
            clock=clock,
        )
