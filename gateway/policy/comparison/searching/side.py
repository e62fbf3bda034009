"""One of the two sets of files, and how a request goes through it.

A request is made the same for both sides and takes its own way through each: another route
may serve it, its provider may be unknown, the claims that policies see may differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from gateway.config.configuration import PolicyFile, ProviderFile, ProviderSettings
from gateway.config.providers.guest import GuestProvider
from gateway.config.settings.guest import GuestSettings
from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.errors import RequestError, RouteError
from gateway.model.identity import Identity, IdentityKind, Subject
from gateway.model.route import Route
from gateway.model.routing import Router, find_route
from gateway.model.target import STRICT, TargetRules, parse_target
from gateway.policy.comparison.searching.inputs import KIND, NOW, PROVIDER, Inputs
from gateway.policy.engine import Engine

SOMEONE: Final = "someone"
# An address of nobody (RFC 5737).
SOMEWHERE: Final = "203.0.113.1"
_LIFETIME: Final = timedelta(hours=1)

_OF_PROVIDER: Final = frozenset(
    {"provider", "provider_kind", "issuer", "kind", "authenticated", "attributes"}
)
_SETTABLE: Final = frozenset(each.name for each in fields(Identity)) - _OF_PROVIDER


class ImpossibleError(Exception):
    """On this side, there is nothing to decide; the text says why."""


@dataclass(frozen=True)
class Side:
    """One set of files, compiled.

    Attributes:
        name: As it was asked for.
        engine: Decides.
        router: Finds routes.
        routes: All of them.
        providers: Where identities come from.
        policies: The files, for their tests and fixtures.
        guest: Whether guests exist, and which roles they may hold.
        now: The clock for inputs that set none; the same for both sides.
        rules: How strictly request targets are read.
        proxies: Whose word about the client's address counts.
        region: The first part of every identity's id.
    """

    name: str
    engine: Engine
    router: Router
    routes: Sequence[Route]
    providers: Sequence[ProviderFile]
    policies: Sequence[PolicyFile]
    guest: GuestSettings
    now: datetime
    rules: TargetRules = STRICT
    proxies: tuple[str, ...] = ()
    region: str = "local"

    @cached_property
    def provider_settings(self) -> Mapping[str, ProviderSettings]:
        """The providers that are accepted, by id."""
        settings = (each.settings for each in self.providers)
        return {each.id: each for each in settings if each.enabled}

    def access_of(self, inputs: Inputs) -> AccessRequest:
        """Return what the inputs ask of the policies here.

        Raises:
            ImpossibleError: No route serves it, or nobody can be who it says.
        """
        now = inputs.get(NOW, self.now)
        subject = self._subject(inputs, now)
        try:
            target = parse_target(inputs.target.encode(), self.rules)
            match = find_route(self.router, inputs.host, target, inputs.method)
        except (RequestError, RouteError) as error:
            raise ImpossibleError(str(error)) from None
        route = match.route
        return AccessRequest(
            subject=subject,
            request=RequestView(
                id="comparison",
                method=inputs.method,
                scheme=inputs.get(("request", "scheme"), "https"),
                host=inputs.host,
                target=target,
                raw_headers=inputs.headers,
                ip=inputs.get(("request", "ip"), SOMEWHERE),
                time=now,
            ),
            route=RouteView(
                route.id, route.upstream, match.params, route.tags, route.audience
            ),
            now=now,
        )

    def route_of(self, inputs: Inputs) -> str:
        """Return the id of the route that serves a request; empty if none does."""
        try:
            target = parse_target(inputs.target.encode(), self.rules)
            match = find_route(self.router, inputs.host, target, inputs.method)
        except (RequestError, RouteError):
            return ""
        return match.route.id

    def _subject(self, inputs: Inputs, now: datetime) -> Subject:
        name = inputs.get(PROVIDER, "")
        kind = self.kind_of(inputs)
        known = self._known(inputs, name, kind)
        fields_: dict[str, Any] = {"provider_kind": "", "subject": SOMEONE} | known
        for path, value in inputs.below("identity"):
            if len(path) == 1 and path[0] in _SETTABLE:
                fields_[path[0]] = tuple(value) if isinstance(value, list) else value
        identity = Identity(
            **{"id": SOMEONE} | fields_,
            kind=kind,
            authenticated=kind is not IdentityKind.GUEST,
            provider=name,
            attributes=inputs.nested("identity", "attributes"),
        )
        exported = self._exported(name)
        claims = {
            claim: value
            for claim, value in inputs.nested("claims").items()
            if claim in exported
        }
        expires_at = None if inputs.anonymous else now + _LIFETIME
        return Subject(identity, claims, expires_at, inputs.anonymous)

    def kind_of(self, inputs: Inputs) -> IdentityKind:
        """Return which rules apply to who asks: what a test says, or their provider."""
        written = inputs.get(KIND)
        if written is not None:
            return IdentityKind(written)
        provider = self.provider_settings.get(inputs.get(PROVIDER, ""))
        return inputs.kind if provider is None else IdentityKind(provider.for_)

    def _known(self, inputs: Inputs, name: str, kind: IdentityKind) -> dict[str, Any]:
        """Return what a provider says of all its identities."""
        if kind is IdentityKind.GUEST and not self.guest.enabled:
            raise ImpossibleError("guests are not enabled")
        provider = self.provider_settings.get(name)
        if provider is None:
            if name and not inputs.anonymous:
                raise ImpossibleError(f"there is no provider `{name}`")
            return {"provider_kind": "guest" if inputs.anonymous else ""}
        known: dict[str, Any] = {"provider_kind": provider.kind}
        if not isinstance(provider, GuestProvider):
            known["issuer"] = provider.issuers[0]
        return known

    def _exported(self, name: str) -> Sequence[str]:
        provider = self.provider_settings.get(name)
        return () if provider is None else provider.export_claims
