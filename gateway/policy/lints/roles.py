"""W209, W210: roles and rules that do not meet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.config.faults import Fault
from gateway.policy.files import CompiledFile
from gateway.policy.patterns import RoutePatterns

_STRING: Final = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")


def find_unused_roles(files: Sequence[CompiledFile]) -> Iterator[Fault]:
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


def find_missing_roles(
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
