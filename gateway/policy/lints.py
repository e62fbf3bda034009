"""What looks wrong in policies that are without fault: safety (W1xx), hygiene (W2xx).

A lint reads what was compiled; it decides nothing and keeps nothing from starting.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.config.faults import Fault
from gateway.config.policies.policy import Rule
from gateway.config.positions import Keys
from gateway.config.settings.guest import GuestSettings
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.frames import variables_in
from gateway.policy.patterns import RoutePatterns

# Tags of routes that nobody opens to strangers without thinking twice.
SENSITIVE_TAGS: Final = frozenset({"admin", "pii"})

_STRING = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_ENFORCED_ALLOW: Final = ("allow", "enforce")


def find_warnings(
    files: Sequence[CompiledFile],
    *,
    patterns: RoutePatterns,
    routes: Sequence[Route],
    guest: GuestSettings,
) -> Iterator[Fault]:
    """Yield the warnings of all files.

    Args:
        files: Without faults.
        patterns: Which routes there are.
        routes: The routes themselves.
        guest: Whether guests exist.
    """
    for file in files:
        yield from _find_unverified_email(file)
        yield from _find_open_routes(file, patterns, routes, guest)
    yield from _find_unused_roles(files)
    yield from _find_missing_roles(files, patterns)


def _find_unverified_email(file: CompiledFile) -> Iterator[Fault]:
    """Yield what goes by an address that nobody vouches for.

    A claim may carry the address if the same token says whether it is verified.

    Reference: Kubernetes KEP-3331, which demands the same of claim mappings.
    """
    told = [
        path
        for mint in file.mints
        for claim in mint.claims
        for path in reads_of(claim.value)
    ]
    for name, expression in file.expressions():
        reads = reads_of(expression)
        is_claim = expression.place.keys[0] == "mint"
        known = reads | set(told) if is_claim else reads
        if "identity.email" in reads and "identity.email_verified" not in known:
            yield file.document.fault(
                "W120",
                expression.place.keys,
                f"{name} reads identity.email but never email_verified",
                help="anybody can claim an address at a provider that does not check it",
            )


def reads_of(expression: Expression) -> set[str]:
    """Return all that an expression may read, itself or through `vars`."""
    reads: set[str] = set()
    pending = [expression]
    seen: set[str] = set()
    while pending:
        current = pending.pop()
        reads |= current.program.reads
        if current.frame is not None:
            fresh = variables_in(current.program.reads) - seen
            seen |= fresh
            pending += [current.frame.variables[name] for name in fresh]
    return reads


def _find_open_routes(
    file: CompiledFile,
    patterns: RoutePatterns,
    routes: Sequence[Route],
    guest: GuestSettings,
) -> Iterator[Fault]:
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


def _find_unused_roles(files: Sequence[CompiledFile]) -> Iterator[Fault]:
    """Yield the roles that no rule asks for and no expression speaks of."""
    used = {
        role for file in files for rule in file.settings.rule for role in rule.roles
    }
    for file in files:
        for source in _sources(file):
            used.update(one or two for one, two in _STRING.findall(source))
    for file in files:
        # With `on_none`, an allow rule without `roles` asks for any role of its file.
        if any(
            rule.effect == "allow" and not rule.roles for rule in file.settings.rule
        ):
            continue
        for number, role in enumerate(file.settings.role):
            if role.id not in used:
                yield file.document.fault(
                    "W209",
                    ("role", number, "id"),
                    f"role `{role.id}` is granted, and no rule asks for it",
                )


def _sources(file: CompiledFile) -> Iterator[str]:
    settings = file.settings
    yield from settings.vars.values()
    yield from (rule.when for rule in settings.rule)
    yield from (text for mint in settings.mint for text in mint.claims.values())


def _find_missing_roles(
    files: Sequence[CompiledFile], patterns: RoutePatterns
) -> Iterator[Fault]:
    """Yield the rules that ask for roles which nobody can hold on any of their routes."""
    granted = _granted(files, patterns)
    for file in files:
        for number, rule in enumerate(file.settings.rule):
            found = patterns.find_all(rule.routes)
            for position, role in enumerate(rule.roles):
                kinds, covered = granted[role]
                if kinds.isdisjoint(rule.for_) or covered.isdisjoint(found):
                    yield file.document.fault(
                        "W210",
                        ("rule", number, "roles", position),
                        f"rule `{rule.id}` asks for role `{role}`, which nobody it is "
                        "for is ever granted on its routes",
                    )


def _granted(
    files: Sequence[CompiledFile], patterns: RoutePatterns
) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return who may hold each role, and on which routes."""
    granted = {}
    for file in files:
        covered = patterns.find_all(file.settings.policy.scope)
        for role in file.settings.role:
            never = (
                role.when.strip() == "false" and role.id != file.settings.roles.default
            )
            kinds = frozenset() if never else frozenset(role.for_)
            granted[role.id] = (kinds, covered)
    return granted
