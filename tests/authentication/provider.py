"""A provider for tests: documents at URLs, a clock, and any kind of outage."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from gateway.authentication.errors import UnknownKeyError
from gateway.authentication.jwks import KeySource, KeySourceSettings
from gateway.config.settings.values import Rate
from gateway.model.errors import ProviderUnavailableError
from gateway.net.errors import FetchError
from gateway.net.fetcher import Fetched
from tests.authentication.issuer import ISSUER, NOON, jwk, key_set

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
JWKS = f"{ISSUER}/jwks"


class Clock:
    """Time stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> None:
        self.now += timedelta(**length)


class FakeProvider:
    """What a provider publishes; also the fetcher that leads there.

    Attributes:
        down: Whether every fetch fails.
        documents: What each URL leads to.
        asked: How often each URL was fetched.
        before: Called in each fetch, before the answer.
    """

    def __init__(self) -> None:
        self.down = False
        self.status = 200
        self.documents: dict[str, bytes] = {}
        self.asked = Counter[str]()
        self.before: Callable[[], None] = lambda: None
        self.publish(jwk("ES256"))
        self.describe()

    def publish(self, *keys: Any) -> None:
        self.documents[JWKS] = key_set(*keys)

    def describe(self, **changes: Any) -> None:
        document = {"issuer": ISSUER, "jwks_uri": JWKS} | changes
        self.documents[DISCOVERY] = json.dumps(document).encode()

    def get(self, url: str) -> Fetched:
        self.asked[url] += 1
        self.before()
        if self.down:
            raise FetchError("connection refused")
        if url not in self.documents:
            return Fetched(404, "", b"")
        return Fetched(self.status, "application/json", self.documents[url])


def key_source(provider: FakeProvider, clock: Clock, **changes: Any) -> KeySource:
    settings: dict[str, Any] = {
        "issuer": ISSUER,
        "discovery_url": f"{ISSUER}/.well-known/openid-configuration",
        "described_as": (ISSUER,),
        "jwks_url": None,
        "algorithms": ("ES256",),
        "refresh": timedelta(minutes=15),
        "stale": timedelta(hours=24),
        "unknown_kid": Rate(1, timedelta(seconds=30)),
    }
    return KeySource(
        KeySourceSettings(**(settings | changes)), fetcher=provider, clock=clock
    )


def unavailable(source: KeySource, key_id: str) -> bool:
    try:
        source.get(key_id, "ES256")
    except ProviderUnavailableError:
        return True
    except UnknownKeyError:
        return False
    return False
