"""Whether the functions that pools name are declared in `config.toml`."""

from collections.abc import Collection, Iterator, Sequence

from gateway.config.configuration import ProviderFile
from gateway.config.faults import Fault
from gateway.config.providers.pool.provider import PoolProvider
from gateway.config.suggestion import suggest


def check_functions(
    providers: Sequence[ProviderFile], declared: Collection[str]
) -> Iterator[Fault]:
    """Yield a fault for each function that is not there.

    Args:
        providers: The good ones; pools among them.
        declared: The names of `[triggers.NAME]`.
    """
    for provider in providers:
        settings = provider.settings
        if not isinstance(settings, PoolProvider):
            continue
        for trigger, name in settings.triggers.functions.items():
            if name not in declared:
                yield provider.document.fault(
                    "E336",
                    (*provider.keys, "triggers", "functions", trigger),
                    f"there is no function `{name}`",
                    help=suggest(name, declared) or f"declare [triggers.{name}]",
                )
