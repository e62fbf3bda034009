"""W214: a provider that no policy has in mind.

Where policies tell providers apart, one that none of them names can sign people in who may
then do nothing, or what was meant for others.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.providers.guest import GuestProvider
from gateway.model.identity import IdentityKind
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.plan import CompiledRule, Effect
from gateway.policy.read_sets import reads_of, with_variables

_TELLING: Final = frozenset(
    {"identity", "identity.provider", "identity.issuer", "identity.provider_kind"}
)
_STRING: Final = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")


def find_unnamed_providers(
    files: Sequence[CompiledFile], providers: Sequence[ProviderFile]
) -> Iterator[Fault]:
    """Yield the providers that nothing names, unless some rule is for every provider."""
    telling = [e for file in files for _, e in file.conditions() if _tells_apart(e)]
    if not telling:
        return
    named = {*_words(telling), *_tested(files), *_constants(files)}
    for provider in providers:
        settings = provider.settings
        if isinstance(settings, GuestProvider) or not settings.enabled:
            continue
        if named.isdisjoint(
            {settings.id, settings.kind, *settings.issuers}
        ) and not any(
            _is_for_all(file, rule, IdentityKind(settings.for_))
            for file in files
            for rule in file.rules
        ):
            yield provider.document.fault(
                "W214",
                (*provider.keys, "id"),
                f"no policy speaks of provider `{settings.id}`",
                help="policies tell providers apart by `identity.provider`",
            )


def _tells_apart(expression: Expression) -> bool:
    return not _TELLING.isdisjoint(reads_of(expression))


def _words(expressions: Sequence[Expression]) -> Iterator[str]:
    """Yield the strings that stand in expressions and in their variables."""
    sources = {
        each.program.source
        for expression in expressions
        for each in with_variables(expression)
    }
    for source in sources:
        for one, two in _STRING.findall(source):
            yield one or two


def _constants(files: Sequence[CompiledFile]) -> Iterator[str]:
    for file in files:
        for value in file.settings.const.values():
            yield from (str(e) for e in (value if isinstance(value, list) else [value]))


def _tested(files: Sequence[CompiledFile]) -> Iterator[str]:
    """Yield the providers of the identities in tests."""
    for file in files:
        yield from (fixture.provider for fixture in file.settings.fixture.values())
        yield from (test.identity.provider for test in file.settings.test)


def _is_for_all(file: CompiledFile, rule: CompiledRule, kind: IdentityKind) -> bool:
    """Return whether a rule lets people in without looking at their provider."""
    if rule.effect is not Effect.ALLOW or rule.shadow or kind not in rule.kinds:
        return False
    if _tells_apart(rule.when):
        return False
    group = file.groups.get(kind)
    held = group.roles if group else ()
    if not rule.roles and not held:
        return True
    wanted = [role for role in held if not rule.roles or role.id in rule.roles]
    return any(not _tells_apart(role.when) for role in wanted)
