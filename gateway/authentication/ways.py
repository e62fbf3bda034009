"""From a provider's `[network]` to the rules of what fetches there."""

from collections.abc import Iterable

from gateway.config.providers.network import WaySettings
from gateway.net.fetcher import FetchRules


def rules_of(network: WaySettings, *, hosts: Iterable[str]) -> FetchRules:
    """Return where requests to a provider may go, and what they may cost.

    Args:
        network: Of the provider's file.
        hosts: The only ones that may be asked.
    """
    return FetchRules(
        allow_hosts=frozenset(hosts),
        allow_addresses=network.allow_private_addresses,
        allow_http=network.allow_plain_http,
        ca=network.ca.content if network.ca else b"",
        timeout=network.timeout,
    )
