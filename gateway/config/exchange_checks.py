"""Whether what `[[exchanges]]` says agrees with the rest of `config.toml`."""

from collections.abc import Iterator

from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.settings.root import Config
from gateway.config.suggestion import suggest


def check_exchanges(document: Document, config: Config) -> Iterator[Fault]:
    """Yield the faults of exchanges that the section cannot know alone.

    Args:
        document: `config.toml`.
        config: What it says.
    """
    ids = {route.id: ("routes", number) for number, route in enumerate(config.routes)}
    audiences: dict[str, str] = {}
    for number, exchange in enumerate(config.exchanges):
        keys = ("exchanges", number)
        first = ids.setdefault(exchange.id, keys)
        if first != keys:
            yield document.fault(
                "E301",
                (*keys, "id"),
                f"a route or an exchange has the id `{exchange.id}` already",
                help=f"it stands at {document.where((*first, 'id'))}",
            )
        if exchange.profile not in config.tokens.profiles:
            yield document.fault(
                "E304",
                (*keys, "profile"),
                f"there is no token profile `{exchange.profile}`",
                help=suggest(exchange.profile, list(config.tokens.profiles))
                or f"declare [tokens.profiles.{exchange.profile}]",
            )
        audience = exchange.audience or config.tokens.issuer
        other = audiences.setdefault(audience, exchange.id)
        if other != exchange.id:
            yield document.fault(
                "E307",
                (*keys, "audience"),
                f"exchange `{other}` is for the audience `{audience}` already",
            )
    if config.tokens.issuer in audiences:
        yield from _check_upstreams(document, config)


def _check_upstreams(document: Document, config: Config) -> Iterator[Fault]:
    """An upstream could come back with what it received, as if it were the caller."""
    for name, upstream in config.upstreams.items():
        if upstream.audience == config.tokens.issuer:
            yield document.fault(
                "E307",
                ("upstreams", name, "audience"),
                "tokens for the gateway itself are handed out, and this upstream's "
                "have the same audience",
            )
