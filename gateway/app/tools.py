"""What is opened once and outlives every reload: storage, keys, logs, issuers' keys."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gateway.app.delivering import Delivering
from gateway.app.hearing import Hearing
from gateway.app.leaks import build_leaks
from gateway.app.oauth import Ground, OAuthServices
from gateway.app.pages import HostedPages
from gateway.app.pools import PoolGround, PoolServices, build_pool_services
from gateway.app.saml import SamlGround
from gateway.app.signing_in import build_sign_ins
from gateway.app.sweeping import Sweeping, sweeps_of
from gateway.authentication.key_sources import KeySources
from gateway.config.settings.root import Config
from gateway.config.settings.values import Rate
from gateway.federation.sign_ins import FederatedSignIns
from gateway.identity.known import KnownIdentities
from gateway.identity.recent import RecentChanges
from gateway.keys.keyring import KeyRing
from gateway.keys.ring import RotationPlan
from gateway.keys.seal import StoreKey
from gateway.oauth.address_limit import AddressLimit
from gateway.storage.database import Database
from gateway.storage.epochs import ChangeReader
from gateway.storage.opening import open_database
from gateway.telemetry.access import AccessLog
from gateway.telemetry.counters import Counters
from gateway.telemetry.decisions import DecisionLog
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import Logger, build_logger
from gateway.telemetry.losses import Losses
from gateway.telemetry.pseudonyms import Pseudonyms, value_hasher
from gateway.telemetry.request_id import RequestIds
from gateway.telemetry.sinks import StreamSink, open_sink

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Logs:
    """Where everything is told.

    Attributes:
        logger: The program's own messages.
        access: A line for each request.
        decisions: A line for each decision.
        writers: The queue of each, by its name.
        hasher: The keyed hash of values in the decision log.
        counters: What happened how often.
        losses: How many lines got lost.
    """

    logger: Logger
    access: AccessLog
    decisions: DecisionLog
    writers: Mapping[str, LineWriter]
    hasher: Callable[[bytes], str]
    counters: Counters
    losses: Losses


class Tools:
    """The long-lived objects. Make them with `open`, and `close` them."""

    def __init__(  # noqa: PLR0913 - each thing that is opened, once
        self,
        *,
        clock: Clock,
        database: Database,
        keyring: KeyRing,
        key_sources: KeySources,
        pools: PoolServices,
        oauth: OAuthServices,
        federation: FederatedSignIns,
        pages: HostedPages,
        logs: Logs,
    ) -> None:
        self.clock = clock
        self.database = database
        self.keyring = keyring
        self.key_sources = key_sources
        self.saml = SamlGround(database=database, clock=clock)
        self.pools = pools
        self.oauth = oauth
        self.federation = federation
        self.pages = pages
        self.logs = logs
        self.ids = RequestIds()
        self.recent_changes = RecentChanges()
        self.known_identities = KnownIdentities(changes=self.recent_changes)
        self.hearing = Hearing(
            reader=ChangeReader(database=database),
            recent=self.recent_changes,
            clock=clock,
            logger=logs.logger,
        )
        self.delivering = Delivering(
            deliveries=pools.deliveries, logger=logs.logger, clock=clock
        )
        self.sweeping = Sweeping(
            sweeps=sweeps_of(
                database,
                pools,
                sessions=oauth.sessions,
                pushed=oauth.pushed,
                codes=oauth.codes,
                devices=oauth.devices,
            ),
            clock=clock,
            logger=logs.logger,
        )
        self.possession = oauth.possession
        self._closing = ExitStack()
        self._limits: dict[str, tuple[Rate, AddressLimit]] = {}

    def guest_limit(self, rate: Rate) -> AddressLimit:
        """Return what counts new guests; a reload begins anew only if the rate changed."""
        return self._limit("guests", rate)

    def exchange_limit(self, exchange_id: str, rate: Rate) -> AddressLimit:
        """Return what counts requests for an exchange; a reload goes on likewise."""
        return self._limit(f"exchange {exchange_id}", rate)

    def _limit(self, name: str, rate: Rate) -> AddressLimit:
        known = self._limits.get(name)
        if known is None or known[0] != rate:
            limit = AddressLimit(rate=rate, monotonic_ns=time.monotonic_ns)
            known = self._limits[name] = (rate, limit)
        return known[1]

    def counts(self) -> dict[str, int]:
        """Return what has been counted since the start, lost lines of logs included.

        And how many calls of triggers go on that nobody waits for any more.
        """
        return {
            **self.logs.counters.totals(),
            **self.logs.losses.totals(),
            "trigger_calls_abandoned": self.pools.functions.threads.abandoned,
        }

    @classmethod
    def open(cls, settings: Config, *, clock: Clock) -> Self:
        """Open everything that the settings name.

        Raises:
            StorageError: The database cannot be used.
            KeyRingError: The key ring cannot be used.
            SealError: The storage key is none.
            OSError: A log file cannot be opened.
        """
        with ExitStack() as stack:
            store_key = StoreKey.parse(settings.storage.encrypt_with.reveal())
            logs = _open_logs(settings, store_key, clock=clock, stack=stack)
            keyring = open_keyring(settings, store_key, clock=clock)
            database = open_database(settings.storage)
            stack.callback(database.close)
            pools = _open_pools(settings, database, store_key, clock=clock, logs=logs)
            oauth = OAuthServices(
                Ground(
                    database=database,
                    store_key=store_key,
                    clock=clock,
                    public_url=_public_url(settings),
                    pools=pools.pools,
                    clients=pools.clients,
                    triggers=pools.triggers,
                )
            )
            federation = build_sign_ins(
                database=database,
                store_key=store_key,
                pools=pools,
                clock=clock,
                public_url=_public_url(settings),
                region=settings.server.region,
            )
            tools = cls(
                clock=clock,
                database=database,
                keyring=keyring,
                key_sources=KeySources(clock=clock),
                pools=pools,
                oauth=oauth,
                federation=federation,
                pages=HostedPages(
                    pools=pools,
                    oauth=oauth,
                    federation=federation,
                    store_key=store_key,
                    clock=clock,
                    logger=logs.logger,
                ),
                logs=logs,
            )
            stack.callback(tools.delivering.close)
            # What it was made of is its own from here on.
            tools._closing = stack.pop_all()
            return tools

    def close(self) -> None:
        """Write what is left of the logs and let go of everything."""
        self._closing.close()


def _public_url(settings: Config) -> str:
    return settings.server.public_url.text.rstrip("/")


def _open_pools(
    settings: Config,
    database: Database,
    store_key: StoreKey,
    *,
    clock: Clock,
    logs: Logs,
) -> PoolServices:
    return build_pool_services(
        PoolGround(
            database=database,
            store_key=store_key,
            clock=clock,
            region=settings.server.region,
            public_url=_public_url(settings),
            logger=logs.logger,
            counters=logs.counters,
            leaks=build_leaks(settings.leaked_passwords, logger=logs.logger),
        )
    )


def open_keyring(settings: Config, store_key: StoreKey, *, clock: Clock) -> KeyRing:
    """Return the key ring that the settings name; make it at the first start.

    Raises:
        KeyRingError: It cannot be used.
    """
    keys, guest = settings.keys, settings.guest
    retain_after = keys.retain_after
    if guest.enabled:
        # A guest comes back with a token that a key of long ago has signed.
        retain_after = max(retain_after, guest.id_ttl + settings.tokens.skew)
    return KeyRing.open(
        keys.directory,
        store_key=store_key,
        plan=RotationPlan(
            algorithm=keys.algorithm,
            rotate_every=keys.rotate_every,
            publish_before=keys.publish_before,
            retain_after=retain_after,
        ),
        clock=clock,
    )


def _open_logs(
    settings: Config, store_key: StoreKey, *, clock: Clock, stack: ExitStack
) -> Logs:
    log = settings.log
    stdout = sys.stdout.buffer
    sinks = {
        "program": StreamSink(sys.stderr.buffer),
        "access": open_sink(log.access, stdout=stdout),
        "decisions": open_sink(log.decisions, stdout=stdout),
    }
    writers = {
        name: LineWriter(sink=sink) for name, sink in sinks.items() if sink is not None
    }
    program = writers["program"]
    logger = build_logger(writer=program, level=log.level, clock=clock)
    losses = Losses(writers=writers, logger=logger)
    # Closed last to first: what the others lose at the end is told before it is too late.
    stack.callback(program.close)
    stack.callback(losses.tell)
    for writer in writers.values():
        if writer is not program:
            stack.callback(writer.close)
    pseudonyms = Pseudonyms(secret=store_key.secret)
    counters = Counters()
    return Logs(
        logger=logger,
        access=AccessLog(writer=writers.get("access"), pseudonyms=pseudonyms),
        decisions=DecisionLog(
            writer=writers.get("decisions"),
            pseudonyms=pseudonyms,
            ids=RequestIds(),
            counters=counters,
            sample=log.decisions.sample,
        ),
        writers=writers,
        hasher=value_hasher(store_key.secret),
        counters=counters,
        losses=losses,
    )
