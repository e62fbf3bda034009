"""Webhooks and other places of the files, with what they need to be reached."""

from collections.abc import Callable
from datetime import datetime

from gateway.config.settings.addresses import parse_url
from gateway.config.settings.elsewhere import Elsewhere
from gateway.config.settings.webhooks import WebhookSettings, signing_key
from gateway.net.fetcher import Fetcher, FetchRules
from gateway.pool.webhook import Webhook


def build_webhook(
    settings: WebhookSettings, *, max_bytes: int, clock: Callable[[], datetime]
) -> Webhook:
    """Return a webhook.

    Args:
        settings: Where it is, and what requests are signed with.
        max_bytes: The largest answer that is read.
        clock: The time.
    """
    return Webhook(
        url=settings.url,
        secret=signing_key(settings.secret),
        poster=Fetcher(rules_of(settings, max_bytes=max_bytes)),
        clock=clock,
    )


def rules_of(settings: Elsewhere, *, max_bytes: int) -> FetchRules:
    """Return what lets requests go to one place, and nowhere else.

    Args:
        settings: The place.
        max_bytes: The largest answer that is read.
    """
    return FetchRules(
        allow_hosts=frozenset({parse_url(settings.url).host}),
        allow_addresses=settings.allow_private_addresses,
        allow_http=settings.allow_plain_http,
        ca=settings.ca.content if settings.ca else b"",
        timeout=settings.timeout,
        max_bytes=max_bytes,
    )
