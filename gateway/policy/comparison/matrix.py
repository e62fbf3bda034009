"""Who may use which route by which method, from the compiled plans.

Nothing is tried out: a cell says `allow` only if no condition, requirement, deny rule or
claim stands between the caller and the upstream. What is known of a cell beforehand (the
method, the route, the audience kind, the one role that is held) is put into the conditions,
so that a rule about another method does not blur it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from gateway.cel.meaning.plan import Choice, Field, Invoke, Terms, Variable
from gateway.cel.parsing.syntax import Connective
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from gateway.model.target import parse_target
from gateway.policy.comparison.corpus import methods_of
from gateway.policy.comparison.normal import is_safe
from gateway.policy.comparison.searching.terms import Parts, Term, Trial, parts, term_of
from gateway.policy.engine import Engine
from gateway.policy.lints.truth import Truth
from gateway.policy.plan import CompiledRule, Plan

# What a cell settles of the inputs; everything else may be anything.
_SETTLED: Final = frozenset(
    {"request.method", "identity.kind", "identity.authenticated", "roles"}
    | {"route.id", "route.upstream", "route.tags", "route.audience"}
)


class Access(StrEnum):
    """What a cell says. Stable."""

    ALLOW = "allow"
    UNLESS = "unless"
    STEP_UP = "step-up"
    IF = "if"
    DENY = "deny"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Cell:
    """One audience kind and role, on one route, by one method.

    Attributes:
        route: Id of the route.
        method: In capitals.
        kind: The audience kind.
        role: The one role that is held; empty for none.
        access: What may become of a request.
        allows: The rules that may let in.
        step_up: Those of them that require more than a condition.
        denies: The rules that may keep out all the same.
        shadows: The rules that only watch.
        note: What else a request depends on.
    """

    route: str
    method: str
    kind: str
    role: str
    access: Access
    allows: tuple[str, ...] = ()
    step_up: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()
    note: str = ""

    @property
    def says(self) -> tuple[object, ...]:
        """All of it but the method."""
        return (self.access, self.allows, self.step_up, self.denies, self.shadows)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells.

    Attributes:
        routes: In the order in which they are declared.
        columns: Audience kind and role; those without a role first.
        cells: By route, then method, then column.
    """

    routes: tuple[Route, ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]


def build_matrix(
    engine: Engine, routes: Sequence[Route], *, route: str = "*", role: str = ""
) -> Matrix:
    """Return who may do what.

    Args:
        engine: The compiled policies.
        routes: All routes.
        route: Pattern of the ids of those that are wanted; `*` is any part.
        role: The only role that is wanted; empty for all.
    """
    wanted = tuple(each for each in routes if fnmatchcase(each.id, route))
    reader = _Reader(engine)
    cells: list[Cell] = []
    for each in wanted:
        cells += reader.cells(each)
    if role:
        cells = [cell for cell in cells if cell.role == role]
    found = {(cell.kind, cell.role) for cell in cells}
    kinds = [str(kind) for kind in IdentityKind]
    columns = sorted(found, key=lambda each: (kinds.index(each[0]), each[1]))
    return Matrix(wanted, tuple(columns), tuple(cells))


@dataclass(slots=True)
class _Reader:
    engine: Engine
    _truth: Truth = field(default_factory=Truth)
    _made: Parts = field(default_factory=Parts)

    def cells(self, route: Route) -> Iterator[Cell]:
        plain = {
            method: list(self._row(route, method)) for method in sorted(route.methods)
        }
        for row in plain.values():
            yield from row
        if "HEAD" in methods_of(route) - route.methods:
            head = list(self._row(route, "HEAD"))
            if [cell.says for cell in head] != [cell.says for cell in plain["GET"]]:
                yield from head

    def _row(self, route: Route, method: str) -> Iterator[Cell]:
        for kind in IdentityKind:
            plan = self.engine.plan_of(route.id, kind)
            for role in roles_of(plan):
                yield self._cell(route, method, kind, role)

    def _cell(self, route: Route, method: str, kind: IdentityKind, role: str) -> Cell:
        plan = self.engine.plan_of(route.id, kind)
        held = (role,) if role else ()
        known = _Known(self._trial(route, method, kind, held), self._truth)
        denies = known.possible(plan.denies.for_roles(held))
        allows = known.possible(plan.allows.for_roles(held))
        shadows = known.possible(plan.shadows.for_roles(held))
        unsafe = not all(is_safe(term_of(claim.value)) for claim in plan.claims)
        return Cell(
            route=route.id,
            method=method,
            kind=str(kind),
            role=role,
            access=_access(known, allows, denies, unsafe=unsafe),
            allows=tuple(rule.name for rule in allows),
            step_up=tuple(rule.name for rule in allows if rule.require is not None),
            denies=tuple(sorted(rule.name for rule in denies)),
            shadows=tuple(rule.name for rule in shadows),
            note="a claim may fail" if unsafe and allows else "",
        )

    def _trial(
        self, route: Route, method: str, kind: IdentityKind, held: tuple[str, ...]
    ) -> Trial:
        """Return a request of which only what a cell settles may be looked at."""
        identity = Identity(
            id="",
            kind=kind,
            authenticated=kind is not IdentityKind.GUEST,
            provider="",
            provider_kind="",
        )
        moment = datetime(2000, 1, 1, tzinfo=UTC)
        access = AccessRequest(
            subject=Subject(identity),
            request=RequestView(
                id="",
                method=method,
                scheme="https",
                host="",
                target=parse_target(b"/"),
                raw_headers=(),
                ip="",
                time=moment,
            ),
            route=RouteView(route.id, route.upstream, {}, route.tags, route.audience),
            now=moment,
        )
        return Trial(access, engine=self.engine, made=self._made, roles=held)


def roles_of(plan: Plan) -> list[str]:
    """Return the roles that somebody may hold, and `""` if they may hold none."""
    roles: dict[str, None] = {}
    always = False
    for group in plan.groups:
        always = always or bool(group.default)
        for role in group.roles:
            if plan.ceiling is None or role.id in plan.ceiling:
                roles[role.id] = None
    return [*([] if always else [""]), *sorted(roles)]


def _access(
    known: "_Known",
    allows: Sequence[CompiledRule],
    denies: Sequence[CompiledRule],
    *,
    unsafe: bool,
) -> Access:
    if any(known.value(term_of(rule.when)) is True for rule in denies):
        return Access.DENY
    if not allows:
        return Access.NO
    sure = _first_sure(known, allows)
    if sure is None or unsafe:
        return Access.IF
    if sure.require is not None:
        return Access.IF if denies else Access.STEP_UP
    return Access.UNLESS if denies else Access.ALLOW


def _first_sure(known: "_Known", allows: Sequence[CompiledRule]) -> CompiledRule | None:
    """Return the rule that is true whatever comes, if nothing fails before it.

    One that requires nothing is better than one that does.
    """
    found: CompiledRule | None = None
    for rule in allows:
        if known.value(term_of(rule.when)) is True:
            if rule.require is None:
                return rule
            found = found or rule
        elif not is_safe(term_of(rule.when)):
            break
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What a condition comes to if only some of the inputs are known."""

    trial: Trial
    truth: Truth

    def possible(self, rules: Sequence[CompiledRule]) -> list[CompiledRule]:
        """Return the rules that may be true."""
        return [
            rule
            for rule in rules
            if self.value(term_of(rule.when)) is not False
            and not self.truth.is_never_true(rule.when)
        ]

    def value(self, term: Term) -> bool | None:
        """Return the value that a condition has in any case; `None` if it may vary."""
        match term.plan:
            case Terms(connective=connective):
                decisive = connective is Connective.OR
                values = {self.value(child) for child in term.children}
                if decisive in values:
                    return decisive
                return None if None in values else not decisive
            case Invoke(name="!_"):
                inner = self.value(term.children[0])
                return None if inner is None else not inner
            case Choice():
                test, *branches = term.children
                chosen = self.value(test)
                if chosen is None:
                    return None
                return self.value(branches[0] if chosen else branches[1])
            case _:
                return self._computed(term)

    def _computed(self, term: Term) -> bool | None:
        if not reads(term) <= _SETTLED:
            return None
        value = self.trial.value(term)
        return value if isinstance(value, bool) else None


def reads(term: Term) -> set[str]:
    """Return the fields that a term reads; a variable by itself if it reads all of it."""
    found: set[str] = set()
    inside: set[int] = set()
    for each in parts(term):
        match each.plan:
            case Field(operand=Variable(name="const") as variable):
                inside.add(id(variable))
            case Field(operand=Variable(name=name) as variable, name=member):
                inside.add(id(variable))
                found.add(f"{name}.{member}")
            case Variable(name=name) if id(each.plan) not in inside:
                found.add(name)
            case _:
                continue
    return found


def as_record(cell: Cell) -> Mapping[str, object]:
    """Return a cell in the types of JSON. Keys are added, never renamed."""
    return {
        "route": cell.route,
        "method": cell.method,
        "kind": cell.kind,
        "role": cell.role,
        "access": cell.access.value,
        "allows": list(cell.allows),
        "step_up": list(cell.step_up),
        "denies": list(cell.denies),
        "shadows": list(cell.shadows),
        "note": cell.note,
    }
