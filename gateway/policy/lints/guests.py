"""W121, W207: guests can get where nobody wanted them, or nowhere at all."""

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.config.faults import Fault
from gateway.config.policies.policy import Rule
from gateway.config.positions import Keys
from gateway.config.settings.guest import GuestSettings
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.files import CompiledFile
from gateway.policy.patterns import RoutePatterns

# Tags of routes that nobody opens to strangers without thinking twice.
SENSITIVE_TAGS: Final = frozenset({"admin", "pii"})

_ENFORCED_ALLOW: Final = ("allow", "enforce")


def find_open_routes(
    file: CompiledFile,
    patterns: RoutePatterns,
    routes: Sequence[Route],
    guest: GuestSettings,
) -> Iterator[Fault]:
    """Yield the rules for guests that open a sensitive route, or have no effect."""
    tagged = {route.id: SENSITIVE_TAGS & set(route.tags) for route in routes}
    for number, rule in enumerate(file.settings.rule):
        if not _allows_guests(rule):
            continue
        keys: Keys = ("rule", number, "for")
        if not guest.enabled:
            yield file.document.fault(
                "W207",
                keys,
                f"rule `{rule.id}` is for guests, and guests are not enabled",
                help="[guest] enabled = true in config.toml",
            )
            continue
        for route_id in patterns.in_order(patterns.find_all(rule.routes)):
            if tags := sorted(tagged[route_id]):
                yield file.document.fault(
                    "W121",
                    keys,
                    f"rule `{rule.id}` lets guests use route `{route_id}`, which is "
                    f"tagged `{tags[0]}`",
                )


def _allows_guests(rule: Rule) -> bool:
    return (rule.effect, rule.mode) == _ENFORCED_ALLOW and (
        IdentityKind.GUEST in rule.for_
    )
