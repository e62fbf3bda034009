"""Whether a new set of files may replace the running one, and how the last attempt went."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.app.loading import Loaded, policy_tests
from gateway.config.configuration import PolicyFile
from gateway.config.errors import ConfigError
from gateway.config.settings.root import Config


class ReloadRefusedError(Exception):
    """The files are in order, but cannot be taken up by a running gateway."""


# What sockets, files and the database were opened with.
_NEEDS_RESTART: Mapping[str, Callable[[Config], Any]] = {
    "server.listen": lambda c: c.server.listen,
    "server.admin_listen": lambda c: c.server.admin_listen,
    "server.public_url": lambda c: c.server.public_url,
    "server.tls": lambda c: c.server.tls,
    "server.region": lambda c: c.server.region,
    "server.limits": lambda c: (
        c.server.limits.header_bytes,
        c.server.limits.header_count,
        c.server.limits.connections,
        c.server.limits.header_time,
        c.server.limits.body_idle,
    ),
    "storage": lambda c: c.storage,
    "keys": lambda c: c.keys,
    "log": lambda c: c.log,
}


def check_reloadable(present: Config, changed: Config) -> None:
    """Raise if a setting was changed that only a restart can take up.

    Raises:
        ReloadRefusedError: Names all such settings.
    """
    names = [name for name, of in _NEEDS_RESTART.items() if of(present) != of(changed)]
    # The key ring keeps old keys for as long as guest tokens live. Guests can be switched
    # off at any time.
    if changed.guest.enabled and _guests(changed) != _guests(present):
        names.append("guest")
    if names:
        raise ReloadRefusedError(f"a restart is needed to change {', '.join(names)}")


def check_nothing_lost(
    present: Sequence[PolicyFile], changed: Sequence[PolicyFile]
) -> None:
    """Raise if policies or rules that deny are gone.

    A file that is being written, or replaced by way of deleting it, looks the same for a
    moment; and taking it up would let through what it denies. Whoever means it says so by
    SIGHUP.

    Raises:
        ReloadRefusedError: Names what would be lost.
    """
    lost = sorted(_protections(present) - _protections(changed))
    if lost:
        shown = ", ".join(lost[:5])
        raise ReloadRefusedError(
            f"{shown}: gone from the files; send SIGHUP if that is meant"
        )


def _protections(policies: Sequence[PolicyFile]) -> set[str]:
    found = {f"policy {file.settings.policy.id}" for file in policies}
    for file in policies:
        found |= {
            f"rule {file.settings.policy.id}/{rule.id}"
            for rule in file.settings.rule
            if rule.effect == "deny" and rule.mode == "enforce"
        }
    return found


def _guests(settings: Config) -> tuple[bool, timedelta]:
    return settings.guest.enabled, settings.guest.id_ttl


def self_test(loaded: Loaded, *, clock: Callable[[], datetime]) -> None:
    """Run the tests that stand beside the policies.

    Raises:
        ReloadRefusedError: Names the first that fail.
    """
    results = policy_tests(loaded, clock=clock).run(loaded.configuration.policies)
    failed = [
        f"{result.where} {result.name}" for result in results if not result.passed
    ]
    if failed:
        shown = "; ".join(failed[:5])
        raise ReloadRefusedError(f"{len(failed)} tests of the policies fail: {shown}")


class Reloads:
    """How the last reload went, and whether the gateway serves.

    Attributes:
        serving: Both listeners accept requests, and nobody has asked to stop.
        faults: Why the last changed files were refused; empty if they were not.
        at: When they were looked at; `None` before the first reload.
    """

    def __init__(self) -> None:
        self.serving = False
        self.faults: tuple[str, ...] = ()
        self.at: datetime | None = None

    def failed(self, error: Exception, *, at: datetime) -> None:
        """Note why changed files were refused."""
        self.at = at
        if isinstance(error, ConfigError):
            self.faults = tuple(fault.as_line() for fault in error.faults)
        else:
            self.faults = (str(error),)

    def succeeded(self, *, at: datetime) -> None:
        """Note that changed files are in force."""
        self.at = at
        self.faults = ()
