"""Made-up identities for the tests that stand beside the policies.

A fixture says as little as its test needs. What it leaves out is empty, as it is for an
identity of which nothing is known, but for what its provider's file says of all its
identities: their kind, their issuer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.policies.tests import Fixture, FixtureUse
from gateway.config.providers.guest import GuestProvider
from gateway.model.identity import Identity, IdentityKind, Subject

# What a test calls somebody who shows nothing.
GUEST: Final = "guest"

# A fixture's credential is good for the length of a test.
_LIFETIME: Final = timedelta(hours=1)

_NIL_UUID: Final = "00000000-0000-0000-0000-000000000000"
_NOT_OF_IDENTITY: Final = frozenset({"claims", "fixture"})


class Fixtures:
    """Makes the subjects of tests."""

    def __init__(self, *, providers: Sequence[ProviderFile], region: str) -> None:
        """Take what identities are made from.

        Args:
            providers: Whose identities fixtures may be.
            region: `[server] region`, the first part of every identity's id.
        """
        self._providers: dict[str, ProviderSettings] = {
            provider.settings.id: provider.settings for provider in providers
        }
        self._region = region

    def subject(
        self, use: FixtureUse, declared: Mapping[str, Fixture], *, now: datetime
    ) -> Subject:
        """Return who a test is about.

        Args:
            use: What the test says of them.
            declared: The fixtures of the test's file.
            now: The clock of the test.
        """
        fixture = declared.get(use.fixture)
        if fixture is None:
            return self._anonymous(use.overrides)
        values: dict[str, Any] = {
            name: getattr(fixture, name) for name in fixture.model_fields_set
        }
        values |= use.overrides
        values = {"id": use.fixture, "subject": use.fixture} | values
        return Subject(
            identity=self._identity(values),
            claims=values.get("claims", {}),
            expires_at=now + _LIFETIME,
        )

    def _identity(self, values: Mapping[str, Any]) -> Identity:
        provider = self._providers.get(values.get("provider", ""))
        known: dict[str, Any] = {"provider": "", "provider_kind": "", "kind": None}
        if provider is not None:
            known |= {"kind": provider.for_, "provider_kind": provider.kind}
            if not isinstance(provider, GuestProvider):
                known["issuer"] = provider.issuers[0]
        known |= {
            name: value
            for name, value in values.items()
            if name not in _NOT_OF_IDENTITY and value is not None
        }
        kind = IdentityKind(known["kind"] or IdentityKind.AUTHENTICATED)
        known |= {"kind": kind}
        return Identity(
            **{"authenticated": kind is not IdentityKind.GUEST} | known,
        )

    def _anonymous(self, overrides: Mapping[str, Any]) -> Subject:
        guest = next(
            (each for each in self._providers.values() if each.kind == GUEST), None
        )
        identity = Identity(
            id=f"{self._region}:{_NIL_UUID}",
            kind=IdentityKind.GUEST,
            authenticated=False,
            provider=guest.id if guest else GUEST,
            provider_kind=GUEST,
        )
        changed = {
            name: value
            for name, value in overrides.items()
            if name not in _NOT_OF_IDENTITY
        }
        return Subject(identity=replace(identity, **changed), anonymous=True)
