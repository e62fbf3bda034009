"""All lints, over all files."""

from collections.abc import Iterator, Sequence

from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.settings.guest import GuestSettings
from gateway.model.route import Route
from gateway.policy.files import CompiledFile
from gateway.policy.lints.addresses import find_unverified_addresses
from gateway.policy.lints.conditions import find_impossible
from gateway.policy.lints.guests import find_open_routes
from gateway.policy.lints.headers import find_trusted_headers
from gateway.policy.lints.overruled import find_overruled
from gateway.policy.lints.presence import find_unguarded
from gateway.policy.lints.providers import find_unnamed_providers
from gateway.policy.lints.roles import find_missing_roles, find_unused_roles
from gateway.policy.lints.truth import Truth
from gateway.policy.patterns import RoutePatterns


def find_warnings(
    files: Sequence[CompiledFile],
    *,
    patterns: RoutePatterns,
    routes: Sequence[Route],
    guest: GuestSettings,
    providers: Sequence[ProviderFile],
) -> Iterator[Fault]:
    """Yield the warnings of all files.

    Args:
        files: Without faults.
        patterns: Which routes there are.
        routes: The routes themselves.
        guest: Whether guests exist.
        providers: Where identities come from.
    """
    truth = Truth()
    for file in files:
        yield from find_unverified_addresses(file)
        yield from find_open_routes(file, patterns, routes, guest)
        yield from find_unguarded(file)
        yield from find_trusted_headers(file)
        yield from find_impossible(file, truth)
    yield from find_unused_roles(files)
    yield from find_missing_roles(files, patterns)
    yield from find_overruled(files, patterns, truth)
    yield from find_unnamed_providers(files, providers)
