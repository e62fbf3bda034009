"""What is offered for exchange, and what the policies say of each request for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Protocol
from urllib.parse import quote

from gateway.config.settings.exchanges import exchange_path
from gateway.model.access import AccessRequest, RequestView, RouteView, check_query
from gateway.model.decision import Decision, StepTimes
from gateway.model.identity import Subject
from gateway.model.route import Route
from gateway.model.target import TargetRules, parse_target
from gateway.oauth.exchanging.requests import Asked


class Limit(Protocol):
    """Bounds how often one address may ask."""

    def take(self, ip: str) -> None:
        """Count one, or raise `RateLimitedError`."""


class Engine(Protocol):
    """The policies."""

    def decide(self, access: AccessRequest, *, steps: StepTimes) -> Decision:
        """Return the decision. Never raises: what fails, denies."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One exchange of the configuration.

    Attributes:
        route: It, as policies see it.
        scopes: What may be asked for.
        limit: How often one address may ask.
        needs_proof: Whether the token has to be bound to a key.
        actors: Whether somebody may act for somebody else.
        guests_upgrade: Whether a guest may become who signs in.
    """

    route: Route
    scopes: frozenset[str]
    limit: Limit
    needs_proof: bool = False
    actors: bool = False
    guests_upgrade: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the policies say of one request, and how long it took.

    Attributes:
        decision: The answer.
        access: The question.
        microseconds: All of it.
        steps: When its steps ended.
    """

    decision: Decision
    access: AccessRequest
    microseconds: int
    steps: StepTimes


class Policies:
    """Asks the policies."""

    def __init__(
        self,
        *,
        engine: Engine,
        rules: TargetRules,
        scheme: str,
        host: str,
        new_id: Callable[[], str],
    ) -> None:
        """Ask one engine.

        Args:
            engine: The policies.
            rules: How targets are read, as for the tests beside the policies.
            scheme: Of the gateway's own address.
            host: Its name there, without the port.
            new_id: Makes ids of requests.
        """
        self._engine = engine
        self._rules = rules
        self._scheme = scheme
        self._host = host
        self._new_id = new_id

    def ask(
        self,
        offer: Offer,
        asked: Asked,
        subject: Subject,
        *,
        actor: Subject | None,
        ip: str,
        now: datetime,
    ) -> Answer:
        """Return whether the exchange may be made.

        Raises:
            RequestError: More is asked for than policies may have to go through.
        """
        route = offer.route
        query = _query(asked, actor)
        raw = f"{exchange_path(route.id)}?{query}".encode("ascii")
        target = parse_target(raw, self._rules)
        check_query(target.query)
        access = AccessRequest(
            subject=subject,
            request=RequestView(
                id=self._new_id(),
                method="POST",
                scheme=self._scheme,
                host=self._host,
                target=target,
                raw_headers=(),
                ip=ip,
                time=now,
                content_length=0,
            ),
            route=RouteView(route.id, "", {}, route.tags, route.audience),
            now=now,
        )
        steps, began = StepTimes(), perf_counter()
        decision = self._engine.decide(access, steps=steps)
        took = int((perf_counter() - began) * 1e6)
        return Answer(decision, access, took, steps)


def _query(asked: Asked, actor: Subject | None) -> str:
    """Return what is asked for as a query, which is what policies read of it."""
    pairs: list[tuple[str, str]] = [
        ("subject_token_type", asked.subject.type),
        ("requested_token_type", asked.requested),
        *(("scope", each) for each in asked.scopes),
        *([("client_id", asked.client_id)] if asked.client_id else []),
    ]
    if actor is not None:
        who = actor.identity
        pairs += [
            ("actor_id", who.id),
            ("actor_kind", who.kind.value),
            ("actor_provider", who.provider),
            ("actor_subject", who.subject),
        ]
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)


def by_audience(offers: Sequence[Offer]) -> Mapping[str, Offer]:
    """Return the offers by whom their tokens are for."""
    return {offer.route.audience: offer for offer in offers}
