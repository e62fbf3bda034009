"""What is wrong with pools in files, beyond the shape of a value: told as faults of the files."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from gateway.cel.errors import CompileError
from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.suggestion import suggest
from gateway.model.client import POOL_ALONE, ClientAuthentication
from gateway.pool.attributes.schema import CUSTOM, DEVELOPER, STANDARD, is_keepable
from gateway.pool.clients import is_client_secret
from gateway.pool.declared.values import DeclaredClient, DeclaredPool, declared
from gateway.pool.flaws.clients import find_flaws as find_client_flaws
from gateway.pool.flaws.flaw import Flaw, Path
from gateway.pool.flaws.settings import find_flaws as find_setting_flaws
from gateway.pool.groups import GroupText
from gateway.pool.names import is_username
from gateway.pool.resource_servers import find_flaws as find_server_flaws
from gateway.pool.triggers.rules import compile_rule

# What is called otherwise in a file.
_RENAMED: Final = {"is_open": "open", "is_protected": "protected"}

_RULES: Final = ("triggers", "rules")

_WITH_SECRET: Final = frozenset({ClientAuthentication.BASIC, ClientAuthentication.POST})


def find_pool_faults(providers: Sequence[ProviderFile]) -> Iterator[Fault]:
    """Yield the faults of all pools that are declared, and those between them."""
    pools: dict[str, str] = {}
    clients: dict[str, str] = {}
    for file in providers:
        if not isinstance(file.settings, PoolProvider):
            continue
        pool = declared(file.settings)
        for flaw in find_flaws(pool):
            yield fault_of(file, flaw)
        yield from _rule_faults(file, pool)
        yield from _provider_faults(
            file, pool, {each.settings.id for each in providers}
        )
        place = (*file.keys, "pool_id")
        yield from _seen(
            pools, pool.id, file, place, f"two pools have the id `{pool.id}`"
        )
        for number, each in enumerate(pool.clients):
            name = each.client.id
            place = (*file.keys, "client", number, "id")
            yield from _seen(
                clients, name, file, place, f"two clients are called `{name}`"
            )


def find_flaws(pool: DeclaredPool) -> Iterator[Flaw]:
    """Yield what is wrong with a declared pool; paths are those of the file."""
    for flaw in find_setting_flaws(pool.settings):
        if flaw.path[:2] == _RULES:
            # Told with the place inside the expression.
            continue
        yield Flaw(written_path(flaw.path), flaw.message)
    scopes = frozenset(name for each in pool.servers for name in each.scope_names)
    for number, each in enumerate(pool.clients):
        place: Path = ("client", number)
        # Scopes of servers that were made otherwise are known to the database alone.
        known = scopes | _foreign(each, pool)
        for flaw in find_client_flaws(each.client, pool.settings, known):
            yield Flaw((*place, *flaw.path), flaw.message)
        yield from _secret(place, each)
    for number, server in enumerate(pool.servers):
        for flaw in find_server_flaws(server):
            yield Flaw(("resource_server", number, *flaw.path), flaw.message)
    for number, (name, told) in enumerate(pool.groups):
        yield from _group(("group", number), name, told)


def fault_of(file: ProviderFile, flaw: Flaw, *, code: str = "E106") -> Fault:
    """Return a flaw as a fault of the file; its path has to be one of the file's."""
    document, keys = file.document, (*file.keys, *flaw.path)
    return document.fault(code, keys, str(flaw))


def _rule_faults(file: ProviderFile, pool: DeclaredPool) -> Iterator[Fault]:
    for kind, rules in pool.settings.triggers.rules.items():
        for number, rule in enumerate(rules):
            place = (*file.keys, *_RULES, kind.name.lower(), number, "expect")
            try:
                compile_rule(rule.expect)
            except CompileError as error:
                for problem in error.problems:
                    yield file.document.fault(
                        problem.code,
                        place,
                        problem.message,
                        help=problem.help,
                        inner=(problem.line, problem.column),
                        length=problem.length,
                    )


def _provider_faults(
    file: ProviderFile, pool: DeclaredPool, known: Collection[str]
) -> Iterator[Fault]:
    for number, each in enumerate(pool.clients):
        for position, name in enumerate(each.client.providers or ()):
            if name not in known and name != POOL_ALONE:
                place = (*file.keys, "client", number, "providers", position)
                message = f"there is no provider `{name}`"
                yield file.document.fault(
                    "E341", place, message, help=suggest(name, known)
                )


def written_path(path: Path) -> Path:
    """Return where in a file a setting stands."""
    match path:
        case ("schema", "attributes", str(name), *rest):
            if name in STANDARD:
                return ("attributes", "standard", name, *rest)
            short = name.removeprefix(DEVELOPER).removeprefix(CUSTOM)
            return ("attributes", "custom", short, *rest)
        case ("schema", "attributes"):
            return ("attributes", "custom")
        case _:
            return tuple(_RENAMED.get(str(each), each) for each in path)


def _foreign(each: DeclaredClient, pool: DeclaredPool) -> frozenset[str]:
    """Return a client's scopes of servers that the file does not declare."""
    own = {server.identifier for server in pool.servers}
    return frozenset(
        scope
        for scope in each.client.scopes
        if "/" in scope and scope.rpartition("/")[0] not in own
    )


def _secret(place: Path, each: DeclaredClient) -> Iterator[Flaw]:
    path = (*place, "secret")
    needed = each.client.authentication in _WITH_SECRET
    if needed and each.secret is None:
        yield Flaw(path, "is missing: the client proves itself by it")
    elif not needed and each.secret is not None:
        yield Flaw(path, "has no use: the client does not prove itself by it")
    elif each.secret is not None and not is_client_secret(each.secret):
        yield Flaw(path, "has to be 24 to 128 letters, digits or `._~+/=-`")


def _group(place: Path, name: str, told: GroupText) -> Iterator[Flaw]:
    if not is_username(name):
        yield Flaw((*place, "name"), "has to be 1 to 128 characters that can be seen")
    for key, text in (("description", told.description), ("role", told.role)):
        if not is_keepable(text):
            yield Flaw((*place, key), "holds characters that no database keeps")


def _seen(
    places: dict[str, str], name: str, file: ProviderFile, keys: Keys, message: str
) -> Iterator[Fault]:
    where = file.document.where(keys)
    first = places.setdefault(name, where)
    # The same place twice is one file's own fault, which its shape shows already.
    if first != where:
        help_ = f"the first stands at {first}"
        yield file.document.fault("E301", keys, message, help=help_)
