"""Policies and questions made by chance, the same each time.

Larger than what people write for a test, and of every kind: roles of two modes, variables
that read each other, deny, allow and shadow rules with guards, loops and choices, claims.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from gateway.model.access import AccessRequest
from gateway.model.identity import Identity
from tests.policy.files import (
    ADMIN,
    BILLS,
    FEED,
    GUEST,
    PERSON,
    READ,
    ROBOT,
    access,
    identity,
    mint,
    role,
    rule,
)

T = TypeVar("T")

_LABELS = ("a", "b", "c", "d")
_ATOMS = (
    "identity.disabled",
    "identity.email_verified",
    "identity.acr == 'mfa'",
    "identity.provider != 'corp'",
    "'{0}' in identity.labels",
    "identity.groups.exists(g, g == '{0}')",
    "identity.groups.all(g, g.size() < 3)",
    "identity.groups.filter(g, g != '{0}').size() > 1",
    "any_of(identity.groups, ['{0}', '{1}'])",
    "'{0}' in request.query",
    "'{0}' in request.query && request.query['{0}'] == ['{1}']",
    "has(claims.{0}) && claims.{0} == '{1}'",
    "claims.{0} == '{1}'",
    "request.path.startsWith('/v1/{0}')",
    "in_cidr(request.ip, ['192.0.2.0/24'])",
    "now.getDayOfWeek() in [0, 6]",
    "claim('{0}', '') == '{1}'",
)
_ROUTES = ("*", "orders-*", "orders-read", "orders-feed", "bills-*")
_AUDIENCES = ("authenticated", "guest", "service")


class Generator:
    """Makes files and questions."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - the same each time is the point

    def files(self) -> tuple[str, str]:
        """Two files: one of two roles at most at a time, one of the first alone."""
        return self._file("one", ""), self._file("two", "mode = 'first'\n")

    def _file(self, name: str, mode: str) -> str:
        text = f'[policy]\nid = "{name}"\n[roles]\n{mode}'
        text += "[vars]\n"
        for number in range(6):
            names = [f"vars.v{each}" for each in range(number)]
            text += f'v{number} = "{self._condition(names)}"\n'
        names = [f"vars.v{each}" for each in range(6)]
        for number in range(4):
            audiences = self._some(("authenticated", "service"))
            text += role(f"{name}{number}", self._condition(names), for_=audiences)
        roles = [f"{name}{number}" for number in range(4)]
        held = [*names, *(f"'{each}' in roles" for each in roles)]
        for number in range(24):
            effect = "deny" if number % 4 == 0 else "allow"
            fields: dict[str, Any] = {"effect": effect, "routes": [self._one(_ROUTES)]}
            fields["for_"] = self._some(_AUDIENCES)
            if number % 6 == 5:
                fields["mode"] = "shadow"
            if effect == "allow" and number % 5 == 0:
                fields["require"] = {"acr": "mfa"}
            if number % 3 == 0:
                fields["roles"] = self._some(roles)
            text += rule(f"r{number}", self._condition(held, deny=effect), **fields)
        claims = {f"{name}_c": "identity.id", f"{name}_r": "roles"}
        claims[f"{name}_v"] = f"{self._condition(held)} ? 'yes' : 'no'"
        return text + mint(["*"], **claims)

    def questions(self, number: int) -> Sequence[AccessRequest]:
        """Who asks for what, and with which claims."""
        return [self._question() for _ in range(number)]

    def _question(self) -> AccessRequest:
        to = self._one((READ, FEED, ADMIN, BILLS))
        query = "&".join(f"{self._label()}={self._label()}" for _ in range(2))
        return access(
            self._who(),
            to,
            target=f"{to.path.partition('{')[0]}?{query}".replace("**", "9").encode(),
            claims={self._label(): self._label() for _ in range(2)},
        )

    def _who(self) -> Identity:
        kind = self._random.randrange(8)
        if kind == 0:
            return GUEST
        if kind == 1:
            return ROBOT
        return identity(
            id=f"u{self._random.randrange(99)}",
            provider=self._one((PERSON.provider, "other")),
            disabled=self._random.random() < 0.1,
            email_verified=self._random.random() < 0.7,
            acr=self._one(("", "mfa")),
            labels=tuple(self._some(_LABELS)),
            groups=tuple(self._some((*_LABELS, "long"))),
        )

    def _condition(self, names: Sequence[str], deny: str = "") -> str:
        terms = [self._term(names) for _ in range(self._random.randrange(1, 4))]
        # Rules that deny are to match seldom, or nothing would ever be allowed.
        if deny == "deny":
            terms += [f"'{self._label()}' in identity.labels", "identity.acr == 'mfa'"]
            return " && ".join(terms)
        return self._one((" && ", " || ", " || ")).join(terms)

    def _term(self, names: Sequence[str]) -> str:
        if names and self._random.random() < 0.3:
            return self._one(names)
        atom = self._one(_ATOMS).format(self._label(), self._label())
        kind = self._random.randrange(6)
        if kind == 0:
            return f"!({atom})"
        if kind == 1:
            other = self._one(_ATOMS).format(self._label(), self._label())
            return f"({atom} ? {other} : identity.email_verified)"
        return f"({atom})"

    def _label(self) -> str:
        return self._one(_LABELS)

    def _one(self, among: Sequence[T]) -> T:
        return self._random.choice(among)

    def _some(self, among: Sequence[str]) -> list[str]:
        return sorted(self._random.sample(among, self._random.randrange(1, len(among))))
