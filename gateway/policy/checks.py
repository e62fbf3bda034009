"""What no policy file can know alone: whether the files agree with each other.

Nothing here has a priority. Where two files could answer differently, that is a fault, and
its message names both places.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from typing_extensions import override

from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.policies.tests import Expectation, Fixture
from gateway.config.positions import Keys
from gateway.config.settings.guest import GuestSettings
from gateway.config.suggestion import suggest
from gateway.model.decision import Reason
from gateway.model.identity import IdentityKind
from gateway.model.route import Route
from gateway.policy.expectations import full_name
from gateway.policy.files import CompiledFile
from gateway.policy.fixtures import GUEST
from gateway.policy.patterns import RoutePatterns


def check_roles(files: Sequence[CompiledFile]) -> Iterator[Fault]:
    """Yield the roles that are declared in two files, and those that are in none.

    A role means the same everywhere. Were two files to grant it, one team could hand out
    what another team's rules go by.
    """
    owners: dict[str, CompiledFile] = {}
    for file in files:
        for number, role in enumerate(file.settings.role):
            owner = owners.setdefault(role.id, file)
            # Twice in one file has been reported when it was read.
            if owner is not file:
                yield file.document.fault(
                    "E301",
                    ("role", number, "id"),
                    f"two policies declare the role `{role.id}`",
                    help=f"the other is policy `{owner.id}` ({owner.document.name})",
                )
    for file in files:
        for number, rule in enumerate(file.settings.rule):
            yield from _check_known(file, ("rule", number, "roles"), rule.roles, owners)


def _check_known(
    file: CompiledFile, keys: Keys, roles: Sequence[str], known: Collection[str]
) -> Iterator[Fault]:
    for position, role in enumerate(roles):
        if role not in known:
            yield file.document.fault(
                "E334",
                (*keys, position),
                f"there is no role `{role}`",
                help=suggest(role, known) or "a [[role]] declares it",
            )


def check_ceiling(
    files: Sequence[CompiledFile], guest: GuestSettings
) -> Iterator[Fault]:
    """Yield the roles that a guest could hold and must not."""
    for file in files:
        for number, role in enumerate(file.settings.role):
            if IdentityKind.GUEST in role.for_ and role.id not in guest.ceiling:
                allowed = ", ".join(guest.ceiling) or "none"
                yield file.document.fault(
                    "E314",
                    ("role", number, "for"),
                    f"a guest could hold the role `{role.id}`",
                    help=f"[guest] ceiling in config.toml allows {allowed}",
                )


def check_modes(
    files: Sequence[CompiledFile], patterns: RoutePatterns
) -> Iterator[Fault]:
    """Yield the files that each give one role only, for the same request."""
    single: dict[tuple[str, IdentityKind], CompiledFile] = {}
    for file in files:
        if file.settings.roles.mode != "first":
            continue
        covered = patterns.in_order(patterns.find_all(file.settings.policy.scope))
        for route_id, kind in product(covered, file.groups):
            first = single.setdefault((route_id, kind), file)
            if first is not file:
                yield file.document.fault(
                    "E313",
                    ("roles", "mode"),
                    f"policy `{first.id}` ({first.document.where(('roles', 'mode'))}) "
                    f"gives one role only as well, for route `{route_id}`",
                    help='a [policy] scope tells them apart; mode = "all" joins them',
                )
                break


def check_claims(
    files: Sequence[CompiledFile], patterns: RoutePatterns, routes: Sequence[Route]
) -> Iterator[Fault]:
    """Yield the claims that are given twice for the same route, with a witness."""
    by_id = {route.id: route for route in routes}
    given: dict[tuple[str, str], _Giver] = {}
    for file in files:
        for number, mint in enumerate(file.settings.mint):
            found = patterns.in_order(patterns.find_all(mint.routes))
            for name in mint.claims:
                giver = _Giver(file, ("mint", number, "claims", name))
                # The first route that shows it is the witness, so it is put in last.
                firsts = {
                    given.setdefault((each, name), giver): each
                    for each in reversed(found)
                }
                firsts.pop(giver, None)
                for first in sorted(firsts, key=str):
                    yield file.document.fault_at_key(
                        "E310",
                        giver.keys,
                        f"the claim `{name}` is given already ({first})",
                        help=f"witness: {_witness(by_id[firsts[first]])}",
                    )


@dataclass(frozen=True, slots=True, eq=False)
class _Giver:
    """Where a claim is given."""

    file: CompiledFile
    keys: Keys

    @override
    def __str__(self) -> str:
        return f"policy `{self.file.id}`, {self.file.document.where(self.keys)}"


def _witness(route: Route) -> str:
    host = "" if route.host == "*" else f"https://{route.host}"
    return f"{min(route.methods)} {host}{route.path} (route `{route.id}`)"


def check_tests(
    files: Sequence[CompiledFile], providers: Sequence[ProviderFile]
) -> Iterator[Fault]:
    """Yield what tests and fixtures name and nobody has declared."""
    known = _Known(files, providers)
    for file in files:
        for name, fixture in file.settings.fixture.items():
            yield from known.check_identity(file, ("fixture", name), fixture)
            if name == GUEST:
                yield file.document.fault_at_key(
                    "E301",
                    ("fixture", name),
                    "`guest` is somebody who shows nothing, in every test",
                    help="give the fixture another name",
                )
        for number, test in enumerate(file.settings.test):
            keys: Keys = ("test", number)
            yield from known.check_identity(file, (*keys, "identity"), test.identity)
            if test.expect is not None:
                yield from known.check(file, (*keys, "expect"), test.expect)
            for row, expectation in enumerate(test.table):
                yield from known.check(file, (*keys, "table", row), expectation)


class _Known:
    """All names that a test may expect."""

    def __init__(
        self, files: Sequence[CompiledFile], providers: Sequence[ProviderFile]
    ) -> None:
        self._providers = {
            provider.settings.id: frozenset(provider.settings.export_claims)
            for provider in providers
        }
        self._roles = {role.id for file in files for role in file.settings.role}
        self._rules = {
            f"{file.id}/{rule.id}" for file in files for rule in file.settings.rule
        }
        self._shadows = {
            f"{file.id}/{rule.id}"
            for file in files
            for rule in file.settings.rule
            if rule.mode == "shadow"
        }
        self._reasons = {reason.value for reason in Reason} | {
            rule.reason for file in files for rule in file.settings.rule
        }

    def check_identity(
        self, file: CompiledFile, keys: Keys, fixture: Fixture
    ) -> Iterator[Fault]:
        name = fixture.provider
        if not name:
            return
        if name not in self._providers:
            place = (*keys, "provider")
            yield self._unknown(file, place, "provider", name, self._providers)
            return
        for claim in fixture.claims:
            if claim not in self._providers[name]:
                yield file.document.fault_at_key(
                    "E226",
                    (*keys, "claims", claim),
                    f"provider `{name}` does not show the claim `{claim}` to policies",
                    help="its file lists those that it does in `export_claims`",
                )

    def check(
        self, file: CompiledFile, keys: Keys, expected: Expectation
    ) -> Iterator[Fault]:
        rule = expected.rule
        if rule and not {rule, f"{file.id}/{rule}"} & self._rules:
            own = {each.id for each in file.settings.rule}
            yield self._unknown(file, (*keys, "rule"), "rule", rule, own | self._rules)
        if expected.reason is not None and expected.reason not in self._reasons:
            yield self._unknown(
                file, (*keys, "reason"), "reason", expected.reason, self._reasons
            )
        for position, role in enumerate(expected.roles or ()):
            if role not in self._roles:
                place = (*keys, "roles", position)
                yield self._unknown(file, place, "role", role, self._roles)
        for rule in expected.shadow or ():
            if full_name(rule, file.id) not in self._shadows:
                own = {name.removeprefix(f"{file.id}/") for name in self._shadows}
                yield file.document.fault_at_key(
                    "E226",
                    (*keys, "shadow", rule),
                    f"there is no rule `{rule}` in shadow mode",
                    help=suggest(rule, own),
                )

    @staticmethod
    def _unknown(
        file: CompiledFile, keys: Keys, what: str, name: str, known: Collection[str]
    ) -> Fault:
        return file.document.fault(
            "E226", keys, f"there is no {what} `{name}`", help=suggest(name, known)
        )
