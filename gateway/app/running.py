"""The running gateway: two listeners, one snapshot at a time, and what is due now and then.

A changed file, or SIGHUP, loads all files anew off the request path; if they have no fault
and their own tests pass, one reference is swapped. Otherwise the old set stays, and the
logs and the admin listener say why. SIGTERM and SIGINT drain.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import cast

import anyio.to_thread
from anyio import CapacityLimiter
from uvicorn._types import ASGI3Application

from gateway.app.control import build_admin
from gateway.app.delivering import INTERVAL as MESSAGE_INTERVAL
from gateway.app.explaining import CurrentExplainer
from gateway.app.hearing import INTERVAL
from gateway.app.loading import Loaded, load
from gateway.app.reload import (
    ReloadRefusedError,
    Reloads,
    check_nothing_lost,
    check_reloadable,
    self_test,
)
from gateway.app.snapshot import Snapshot, build_snapshot, retire, take_up
from gateway.app.status import Status
from gateway.app.tools import Tools
from gateway.app.watching import is_configuration, settled_changes, spellings_of
from gateway.config.configuration import Configuration
from gateway.config.errors import ConfigError
from gateway.endpoints.frame import Frame
from gateway.endpoints.front import Front, Receive, Scope, Send
from gateway.endpoints.listener.limits import ListenerLimits
from gateway.endpoints.listener.server import Listener
from gateway.endpoints.listener.tls import ListenerTls
from gateway.endpoints.proxy.app import ProxyApp
from gateway.model.errors import GatewayError

# How often keys, issuers and the like are looked after.
TICK = timedelta(seconds=5)

# One for each duty that may have to wait.
_DUTY_THREADS = 4

# The cause of a reload that nobody has asked for.
WATCHED = "file"


class Gateway:
    """A gateway that runs until it is told to stop."""

    def __init__(
        self,
        *,
        config_path: Path,
        loaded: Loaded,
        tools: Tools,
        tick: timedelta = TICK,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config_path: `config.toml`, for reloads.
            loaded: What it said at the start.
            tools: What was opened for it.
            tick: How often keys and the like are looked after.
        """
        self._config_path = config_path
        self._tick = tick
        self._tools = tools
        self._logger = tools.logs.logger
        self._first = loaded
        self._snapshot: Snapshot | None = None
        self._reloads = Reloads()
        self._reloading = asyncio.Lock()
        self._stop = asyncio.Event()
        # Their own: who is switched off is not to wait for a slow control plane.
        self._threads = CapacityLimiter(_DUTY_THREADS)

    @property
    def current(self) -> Snapshot:
        """The snapshot that answers new requests."""
        if self._snapshot is None:
            raise RuntimeError("the gateway has not been started")
        return self._snapshot

    async def run(self, *, started: Callable[[int, int], None]) -> None:
        """Serve until SIGTERM or SIGINT, then drain.

        Args:
            started: Called with the public and the admin port once both listen.

        Raises:
            ListenError: An address cannot be listened on.
            StorageError: The database cannot be used.
            ConfigError: A pool that is there cannot become what its file says.
        """
        self._snapshot = await build_snapshot(
            self._first, tools=self._tools, before=None
        )
        await self._declare_pools(self._first)
        take_up(self._snapshot, tools=self._tools)
        # The first way into a thread loads a part of anyio, for which the event loop
        # stands still; better now than under the first request.
        await self._attempt("key ring", self._tick_keys)
        settings = self._first.configuration.settings.server
        public, admin = self._listeners(self._first.configuration)
        try:
            await admin.start()
            await public.start()
            self._reloads.serving = True
            started(public.port, admin.port)
            async with self._background():
                await self._stop.wait()
            # First say so, so that no new requests are sent here; then finish.
            self._reloads.serving = False
            self._logger.info("draining", seconds=settings.drain.total_seconds())
        finally:
            await public.drain(settings.drain)
            await admin.drain(timedelta(seconds=1))
            await self.current.plane.forwarder.close()
        self._logger.info("stopped")

    def _listeners(self, configuration: Configuration) -> tuple[Listener, Listener]:
        server = configuration.settings.server
        limits = server.limits
        tools = self._tools
        front = Front(
            proxy=ProxyApp(
                current=lambda: self.current.plane,
                access_log=tools.logs.access,
                decision_log=tools.logs.decisions,
                logger=tools.logs.logger,
                ids=tools.ids,
                clock=tools.clock,
            ),
            control=self._control,
            own_host=server.public_url.host,
        )
        tls = server.tls
        public = Listener(
            app=cast("ASGI3Application", front),
            host=server.listen.host,
            port=server.listen.port,
            limits=ListenerLimits(
                target_bytes=2 * limits.path_bytes,
                header_bytes=limits.header_bytes,
                header_count=limits.header_count,
                connections=limits.connections,
                header_time=limits.header_time,
                body_idle=limits.body_idle,
            ),
            tls=ListenerTls(tls.cert.content, tls.key.reveal()) if tls else None,
            name="public",
        )
        admin = Listener(
            app=cast("ASGI3Application", self._build_admin()),
            host=server.admin_listen.host,
            port=server.admin_listen.port,
            name="admin",
        )
        return public, admin

    def _build_admin(self) -> Frame:
        def loaded() -> Loaded:
            return self.current.loaded

        tools = self._tools
        state = Status(
            tools=tools,
            reloads=self._reloads,
            loaded=loaded,
            started_at=tools.clock(),
        )
        explainer = CurrentExplainer(loaded=loaded, tools=tools)
        return build_admin(self._first, tools=tools, state=state, explainer=explainer)

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.current.control(scope, receive, send)

    @contextlib.asynccontextmanager
    async def _background(self) -> AsyncIterator[None]:
        """Listen to signals and do what is due, until the block ends."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop.set)
        hangup = asyncio.Event()
        loop.add_signal_handler(signal.SIGHUP, hangup.set)
        duties = (
            self._obey(hangup),
            self._watch(),
            self._look_after(),
            self._hear(),
            self._deliver(),
        )
        tasks = [asyncio.create_task(duty) for duty in duties]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(name)

    async def _obey(self, hangup: asyncio.Event) -> None:
        while True:
            await hangup.wait()
            hangup.clear()
            await self.reload(cause="signal")

    async def _watch(self) -> None:
        """Reload when a file changes."""
        while True:
            referenced = self.current.loaded.configuration.referenced
            async with contextlib.aclosing(self._changes(referenced)) as changes:
                async for _ in changes:
                    await self.reload(cause=WATCHED)
                    if self.current.loaded.configuration.referenced != referenced:
                        break

    def _changes(self, referenced: Iterable[Path]) -> AsyncGenerator[None, None]:
        root = self._config_path.parent
        files = frozenset().union(*map(spellings_of, referenced))
        folders = {root, root / "providers", root / "policies"}
        return settled_changes(
            [*folders, *{path.parent for path in files}],
            matters=lambda path: is_configuration(path) or path.absolute() in files,
        )

    async def _look_after(self) -> None:
        # At once, so that the first callers need not wait for the issuers' keys.
        while True:
            await self._attempt("key ring", self._tick_keys)
            await self._attempt("issuers' keys", self._tools.key_sources.refresh_due)
            await self._attempt("SAML metadata", self._tools.saml.refresh_due)
            await self._attempt("what is over", self._tools.sweeping.tick)
            self._tools.logs.losses.tell()
            await asyncio.sleep(self._tick.total_seconds())

    async def _hear(self) -> None:
        while True:
            await self._attempt("changes of identities", self._tools.hearing.tick)
            await asyncio.sleep(INTERVAL.total_seconds())

    async def _deliver(self) -> None:
        while True:
            await self._attempt("messages", self._tools.delivering.tick)
            await asyncio.sleep(MESSAGE_INTERVAL.total_seconds())

    async def _attempt(self, what: str, duty: Callable[[], object]) -> None:
        try:
            await anyio.to_thread.run_sync(duty, limiter=self._threads)
        except Exception as error:
            self._logger.error("a duty failed", duty=what, exc_info=error)

    def _tick_keys(self) -> None:
        if self._tools.keyring.tick():
            active = self._tools.keyring.signing_key().kid
            self._logger.info("the key ring has changed", active=active)

    async def reload(self, *, cause: str) -> None:
        """Take up changed files, all or nothing. Never raises for what they hold.

        Args:
            cause: For the log: `signal` or `file`.
        """
        async with self._reloading:
            try:
                loaded = await anyio.to_thread.run_sync(self._load_anew, cause)
                if loaded is None:
                    return
                before = self.current
                snapshot = await build_snapshot(
                    loaded, tools=self._tools, before=before
                )
                # Last: what follows cannot fail any more.
                await self._declare_pools(loaded)
            except (ConfigError, ReloadRefusedError, GatewayError, OSError) as error:
                self._reloads.failed(error, at=self._tools.clock())
                self._logger.error(
                    "the changed files are refused; the old ones stay in force",
                    cause=cause,
                    faults=self._reloads.faults,
                )
                return
            self._snapshot = snapshot
            take_up(snapshot, tools=self._tools)
            retire(before, successor=snapshot, tools=self._tools)
            self._reloads.succeeded(at=self._tools.clock())
            self._logger.info(
                "the changed files are in force",
                cause=cause,
                policies=loaded.engine.digest,
            )

    async def _declare_pools(self, loaded: Loaded) -> None:
        reconcile = self._tools.pools.reconciler.reconcile
        await anyio.to_thread.run_sync(reconcile, loaded.configuration.providers)

    def _load_anew(self, cause: str) -> Loaded | None:
        """Return the files as they are now; `None` if nothing has changed."""
        present = self.current.loaded.configuration
        loaded = load(self._config_path)
        changed = loaded.configuration
        if changed.digest == present.digest and not self._reloads.faults:
            return None
        check_reloadable(present.settings, changed.settings)
        if cause == WATCHED:
            check_nothing_lost(present.policies, changed.policies)
        self_test(loaded, clock=self._tools.clock)
        return loaded
