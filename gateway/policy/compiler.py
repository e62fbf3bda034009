"""From policy files to an engine, with all faults at once.

The work that a decision need not do is done here: names are resolved, types checked,
patterns matched to routes, and everything that can matter for a route and an audience kind
is put into one `Plan`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from gateway.config.configuration import PolicyFile, ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.settings.guest import GuestSettings
from gateway.model.route import Route
from gateway.policy.checks import (
    check_ceiling,
    check_claims,
    check_modes,
    check_roles,
    check_tests,
)
from gateway.policy.engine import Engine
from gateway.policy.expressions import Programs
from gateway.policy.files import compile_file
from gateway.policy.lints.finder import find_warnings
from gateway.policy.patterns import RoutePatterns
from gateway.policy.planner import Planner


def compile_policies(
    policies: Sequence[PolicyFile],
    *,
    routes: Sequence[Route],
    guest: GuestSettings,
    decision_time: timedelta,
    providers: Sequence[ProviderFile],
) -> Engine:
    """Return the engine that decides by the policies.

    Args:
        policies: All files, in the order in which they were loaded.
        routes: What can be decided on.
        guest: Whether guests exist, and which roles they may hold at most.
        decision_time: `server.limits.decision_time`.
        providers: Where identities come from; tests may name them.

    Raises:
        ConfigError: With every fault of every file.
    """
    patterns = RoutePatterns(route_ids=[route.id for route in routes])
    programs = Programs()
    files = [
        compile_file(policy, programs=programs, patterns=patterns)
        for policy in policies
    ]
    faults = [
        *(fault for file in files for fault in file.faults),
        *check_roles(files),
        *check_ceiling(files, guest),
        *check_modes(files, patterns),
        *check_claims(files, patterns, routes),
        *check_tests(files, providers),
    ]
    if faults:
        raise ConfigError(faults)

    def warnings() -> Sequence[Fault]:
        found = find_warnings(
            files, patterns=patterns, routes=routes, guest=guest, providers=providers
        )
        return ConfigError(found).faults

    return Engine(
        plans=Planner(files, patterns=patterns, guest=guest).plan(routes),
        decision_time=decision_time,
        digest=_digest(policies, routes, guest),
        warnings=warnings,
    )


def _digest(
    policies: Sequence[PolicyFile], routes: Sequence[Route], guest: GuestSettings
) -> str:
    """Return the digest of everything that a decision depends on, the request apart."""
    digest = hashlib.sha256()
    for policy in policies:
        document = policy.document
        digest.update(f"policy {len(document.raw)} {document.name}\n".encode())
        digest.update(document.raw)
    for route in sorted(routes, key=lambda route: route.id):
        digest.update(f"{replace(route, methods=frozenset())!r}".encode())
        digest.update(f"{sorted(route.methods)!r}\n".encode())
    digest.update(f"guest {guest.enabled} {sorted(guest.ceiling)!r}\n".encode())
    return digest.hexdigest()
