"""W123: a header is taken for somebody's identity, and any client may set it.

Who somebody is, the gateway finds out from credentials and puts into `identity`. A header
is the caller's own word. One that is compared with `identity` or `claims` is fine: then the
word is checked against what is known.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.cel.meaning.plan import Constant, Has, Invoke, Plan, Variable, walk
from gateway.config.faults import Fault
from gateway.policy.expressions import Expression
from gateway.policy.files import CompiledFile
from gateway.policy.lints.parts import fault_at, path_of, variable_of
from gateway.policy.plan import Effect
from gateway.policy.read_sets import reads_of

_HEADERS: Final = ("request", "headers")
_HEADERS_TEXT: Final = "request.headers"
_KNOWN: Final = frozenset({"identity", "claims", "roles"})

# Parts of names that speak of somebody: `x-user-id`, `x-forwarded-email`, `x-auth-role`.
_SOMEBODY: Final = frozenset(
    {
        *("account", "admin", "auth", "authenticated", "customer", "email", "group"),
        *("groups", "identity", "mail", "member", "owner", "principal", "role"),
        *("roles", "scope", "scopes", "sub", "subject", "tenant", "uid", "user"),
        *("userid", "username"),
    }
)
_ADDRESSES: Final = frozenset(
    {"cf-connecting-ip", "forwarded", "true-client-ip", "x-forwarded-for", "x-real-ip"}
)
_HARMLESS: Final = frozenset({"user-agent"})
_WORD: Final = re.compile(r"[a-z0-9]+")


def find_trusted_headers(file: CompiledFile) -> Iterator[Fault]:
    """Yield the headers that roles, allow rules and minted claims go by."""
    allowing = {
        f"rule `{rule.id}`" for rule in file.rules if rule.effect is Effect.ALLOW
    }
    told: set[tuple[Expression, Plan]] = set()
    for name, expression in file.expressions():
        kind, _, own = name.partition(" ")
        if kind == "rule" and name not in allowing:
            continue
        if not any(_may_be_header(read) for read in reads_of(expression)):
            continue
        # A role is who somebody is, so is a claim that is named so: there, any header is
        # the caller's own word about it.
        is_identity = kind == "role" or (kind == "claim" and _names_somebody(own))
        for (owner, part), header in _headers(expression).items():
            if (is_identity or _is_telling(header)) and (owner, part) not in told:
                told.add((owner, part))
                yield _fault(name, owner, part, header)


def _may_be_header(read: str) -> bool:
    return read == _HEADERS[0] or read.startswith(_HEADERS_TEXT)


def _fault(name: str, owner: Expression, part: Plan, header: str) -> Fault:
    is_address = header in _ADDRESSES
    return fault_at(
        owner,
        part,
        "W123",
        f"{name} goes by the header `{header}`, which any client may set",
        "`request.ip` is the client's address"
        if is_address
        else "who somebody is stands in `identity`",
    )


def _is_telling(header: str) -> bool:
    return header in _ADDRESSES or _names_somebody(header)


def _names_somebody(name: str) -> bool:
    words = _WORD.findall(name.lower())
    return name not in _HARMLESS and not _SOMEBODY.isdisjoint(words)


def _headers(expression: Expression) -> Mapping[tuple[Expression, Plan], str]:
    """Return the parts that read a header, each with the header's name."""
    found: dict[tuple[Expression, Plan], str] = {}
    pending: list[tuple[Expression, Plan]] = [(expression, expression.program.plan)]
    seen: set[Expression] = set()
    while pending:
        owner, part = pending.pop()
        header = _header_of(part)
        variable = variable_of(owner, part)
        if header is not None:
            found[owner, part] = header
        elif variable is not None:
            if variable not in seen:
                seen.add(variable)
                pending.append((variable, variable.program.plan))
        elif not _is_checked(owner, part):
            pending += [(owner, child) for child in part.children]
    return found


def _header_of(part: Plan) -> str | None:
    match part:
        case Has(operand=operand, name=name):
            path = path_of(operand)
            return name if path == _HEADERS else None
        case Invoke(name="_in_", arguments=(Constant(value=str(name)), operand)):
            return name if path_of(operand) == _HEADERS else None
        case _:
            path = path_of(part)
            is_one = path is not None and path[:-1] == _HEADERS
            return path[-1] if path is not None and is_one else None


def _is_checked(owner: Expression, part: Plan) -> bool:
    """Return whether a part compares something with what the gateway knows."""
    if not isinstance(part, Invoke) or part.name not in {"_==_", "_in_"}:
        return False
    return any(_is_known(owner, argument) for argument in part.arguments)


def _is_known(owner: Expression, part: Plan) -> bool:
    """Return whether a part is made from what the gateway knows."""
    for each in walk(part):
        match variable_of(owner, each) or each:
            case Expression() as variable:
                reads = {read.partition(".")[0] for read in reads_of(variable)}
            case Variable(name=name):
                reads = {name}
            case Invoke(implicit=implicit):
                reads = {path[0] for one in implicit if (path := path_of(one))}
            case _:
                reads = set()
        if not _KNOWN.isdisjoint(reads):
            return True
    return False
