"""What widens or narrows access before any policy is asked: providers, guests, paths.

No request of the corpus can show it, as it begins with somebody who is known already. So
it is told by what is written. Whatever might let in more counts as widened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from gateway.config.providers.common import RequireCheck
from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.section import Section, key_of
from gateway.model.target import TargetRules
from gateway.policy.comparison.findings import Finding, Key, Verdict, What
from gateway.policy.comparison.searching.side import Side

# What has no part in who is let in.
_INDIFFERENT: Final = ("id", "label", "owner", "network.timeout", "network.jwks")
_ABSENT: Final = object()


def find_settings(old: Side, new: Side) -> Iterator[Finding]:
    """Yield the settings that let in more, or fewer, than before."""
    yield from _providers(old, new)
    yield from _members("guest.ceiling", old.guest.ceiling, new.guest.ceiling)
    yield from _members("server.trusted_proxies", old.proxies, new.proxies)
    for each in fields(TargetRules):
        before, after = getattr(old.rules, each.name), getattr(new.rules, each.name)
        if before != after:
            verdict = Verdict.WIDENED if after > before else Verdict.NARROWED
            yield _finding(verdict, "server.paths", f"{each.name}: {before} → {after}")


def _providers(old: Side, new: Side) -> Iterator[Finding]:
    before, after = old.provider_settings, new.provider_settings
    for name in sorted(before.keys() | after.keys()):
        where = f"providers.{name}"
        if name not in before:
            yield _finding(Verdict.WIDENED, where, "is accepted now")
        elif name not in after:
            yield _finding(Verdict.NARROWED, where, "is not accepted any more")
        else:
            yield from _provider(where, _flat(before[name]), _flat(after[name]))


def _provider(
    where: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Finding]:
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if was == is_:
            continue
        if isinstance(was, tuple) and isinstance(is_, tuple):
            # Each check is one more thing to meet; of all else, more is more.
            strict = name == "require.checks"
            yield from _members(f"{where}.{name}", was, is_, strict=strict)
        else:
            yield _finding(Verdict.WIDENED, f"{where}.{name}", "is another")


def _members(
    where: str, before: tuple[Any, ...], after: tuple[Any, ...], *, strict: bool = False
) -> Iterator[Finding]:
    more, fewer = Verdict.WIDENED, Verdict.NARROWED
    if strict:
        more, fewer = fewer, more
    for member in after:
        if member not in before:
            yield _finding(more, where, f"`{_shown(member)}` is added")
    for member in before:
        if member not in after:
            yield _finding(fewer, where, f"`{_shown(member)}` is gone")


def _shown(member: Any) -> str:
    return member.id if isinstance(member, RequireCheck) else str(member)


def _flat(section: Section, head: str = "") -> dict[str, Any]:
    """Return what a table says, by dotted key; secrets and what is indifferent left out."""
    found: dict[str, Any] = {}
    for field in type(section).model_fields:
        name = head + key_of(type(section), field)
        value = getattr(section, field)
        if name in _INDIFFERENT or isinstance(value, SecretRef):
            continue
        if isinstance(value, Section):
            found |= _flat(value, f"{name}.")
        elif isinstance(value, Mapping):
            found |= {f"{name}.{key}": each for key, each in value.items()}
        elif isinstance(value, tuple):
            found[name] = tuple(map(_comparable, value))
        else:
            found[name] = _comparable(value)
    return found


def _comparable(value: Any) -> Any:
    # What it holds is not at hand for every revision, so its name has to do.
    return value.path.name if isinstance(value, FileRef) else value


def _finding(verdict: Verdict, where: str, detail: str) -> Finding:
    return Finding(Key(verdict, What.SETTING, "", "", "", where, "", detail))
