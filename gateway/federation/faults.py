"""What is wrong between the files of providers that people sign in with, and of their pools."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.providers.common import LOGIN, SignInSettings, flows_of
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.suggestion import suggest
from gateway.federation.names import default_name
from gateway.pool.declared.values import declared

# Cognito's word for the people of the pool itself.
_RESERVED: Final = "COGNITO"

_SIGN_IN: Final = "sign_in"


def find_sign_in_faults(providers: Sequence[ProviderFile]) -> Iterator[Fault]:
    """Yield them, in the files' order."""
    pools = {
        file.settings.pool_id: file.settings
        for file in providers
        if isinstance(file.settings, PoolProvider)
    }
    seen = _Seen()
    for file in providers:
        sign_in = getattr(file.settings, _SIGN_IN, None)
        if not isinstance(sign_in, SignInSettings) or LOGIN not in flows_of(
            file.settings
        ):
            continue
        pool_id = sign_in.pool or (next(iter(pools)) if len(pools) == 1 else "")
        if not pool_id:
            yield _no_pool(file, pools)
            continue
        yield from seen.check(file, sign_in, pool_id)
        if pool_id in pools:
            yield from _unknown_attributes(file, sign_in, pools[pool_id])


def _no_pool(file: ProviderFile, pools: Mapping[str, PoolProvider]) -> Fault:
    told = "several pools are declared" if pools else "no pool is declared"
    return file.document.fault(
        "E342",
        (*file.keys, "accept", "flows"),
        f"{told}, and `sign_in.pool` says none",
        help=f"one of {', '.join(pools)}" if pools else "",
    )


@dataclass(slots=True)
class _Seen:
    """What leads to a provider, by pool, and where it was first written."""

    places: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def check(
        self, file: ProviderFile, sign_in: SignInSettings, pool_id: str
    ) -> Iterator[Fault]:
        settings = file.settings
        name = sign_in.name or default_name(settings.kind, settings.id)
        if name == _RESERVED:
            message = f"`{_RESERVED}` means the people of the pool itself"
            yield self._fault(file, (_SIGN_IN, "name"), message)
        yield from self._one(file, (_SIGN_IN, "name"), (pool_id, "name", name))
        for what, words in (
            ("domains", sign_in.domains),
            ("identifiers", sign_in.identifiers),
        ):
            for number, word in enumerate(words):
                keys = (_SIGN_IN, what, number)
                yield from self._one(file, keys, (pool_id, what, word))

    def _one(
        self, file: ProviderFile, keys: Keys, what: tuple[str, str, str]
    ) -> Iterator[Fault]:
        first = self.places.setdefault(what, file.settings.id)
        if first != file.settings.id:
            message = f"`{what[2]}` leads to the provider `{first}` already"
            yield self._fault(file, keys, message)

    @staticmethod
    def _fault(file: ProviderFile, keys: Keys, message: str) -> Fault:
        return file.document.fault("E343", (*file.keys, *keys), message)


def _unknown_attributes(
    file: ProviderFile, sign_in: SignInSettings, pool: PoolProvider
) -> Iterator[Fault]:
    known = declared(pool).settings.schema.attributes
    for name in sign_in.profile:
        if name not in known:
            yield file.document.fault(
                "E344",
                (*file.keys, _SIGN_IN, "profile", name),
                f"the pool `{pool.pool_id}` has no attribute `{name}`",
                help=suggest(name, known),
            )
