"""The one flow: what happens to a request, whatever door it came through.

    request ─▶ Credential ─▶ VerifiedClaims ─▶ Identity ─▶ Decision ─▶ MintedCredential
      extract        verify          resolve       decide        mint

Puts the stages into their order and does none of their work. A door (`gateway.endpoints`)
parses its wire, calls `Pipeline.admit`, and forwards or answers.

On the warm path, where the credential has been seen before, nothing here waits: no
database, no lock, no thread. A new credential is judged on the spot too, if memory holds
all that it takes: its issuer's keys, and the identity. If not, it crosses over to a thread
once, and all requests that carry it wait for that one crossing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import anyio.to_thread
from anyio import CapacityLimiter

from gateway.model.access import AccessRequest, RequestView, RouteView
from gateway.model.claims import VerifiedClaims
from gateway.model.credential import Credential, Scheme
from gateway.model.decision import Decision, StepTimes
from gateway.model.errors import MissingCredentialError, UnprovenKeyError
from gateway.model.identity import Subject
from gateway.model.minted import MintedCredential
from gateway.model.route import Route
from gateway.model.routing import Router, find_route
from gateway.model.target import Target
from gateway.model.waiting import WouldWaitError

# How many new credentials wait for keys or the database at once; the others wait for them.
CROSSING_THREADS = 32


class Extractor(Protocol):
    """Finds the credential in a request's headers."""

    def extract(self, raw_headers: Sequence[tuple[bytes, bytes]]) -> Credential | None:
        """Return it; `None` if nothing was presented."""


class Verifier(Protocol):
    """Checks a credential."""

    def verify(self, credential: Credential, *, may_wait: bool) -> VerifiedClaims:
        """Return the claims, or raise `CredentialError`.

        Waits for the network, if it has to; raises `WouldWaitError` if it may not.
        """


class Resolver(Protocol):
    """Finds out who the claims are about."""

    def resolve(self, claims: VerifiedClaims, *, may_wait: bool) -> Subject:
        """Return the subject with its identity.

        Waits for the database, if it has to; raises `WouldWaitError` if it may not.
        """

    def anonymous(self) -> Subject:
        """Return the guest who shows nothing."""


class SubjectCache(Protocol):
    """Remembers whose credential it was."""

    def recall(self, token: str, now: datetime) -> Subject | None:
        """Return the subject, or `None` if it is unknown or too old."""

    def remember(
        self, token: str, subject: Subject, now: datetime, *, epoch: int
    ) -> None:
        """Keep the subject for as long as its credential may be believed."""

    @property
    def epoch(self) -> int:
        """How far changes of identities have been heard."""


class Possession(Protocol):
    """Checks that whoever shows a token holds the key that it is bound to."""

    def check(
        self, proofs: Sequence[str], *, method: str, uri: str, access_token: str
    ) -> str:
        """Return the thumbprint of the key that was proven, or raise `CredentialError`."""


class Engine(Protocol):
    """The policies."""

    def decide(self, access: AccessRequest, *, steps: StepTimes) -> Decision:
        """Return the decision. Never raises: what fails, denies.

        Fills in when its steps ended.
        """

    def open_to_guests(self, route_id: str) -> bool:
        """Whether any rule for guests is about this route."""


class Minter(Protocol):
    """Makes the credential that the upstream sees."""

    def mint(
        self, decision: Decision, subject: Subject, route: Route, *, now: datetime
    ) -> MintedCredential:
        """Return a credential for the route's audience."""


@dataclass(frozen=True, slots=True)
class OwnOrigin:
    """Where clients reach the gateway, by its files.

    Not by the header `Host`: with that, a proof that somebody made for another server, which
    has the token from them, would be one for us.

    Attributes:
        scheme: `http` or `https`.
        host: Of `server.public_url`.
        port: With its colon; empty for the scheme's own.
    """

    scheme: str
    host: str
    port: str = ""

    def address(self, host: str, path: str) -> str:
        """Return the address of a path at a route's host, or at ours if it has none."""
        return f"{self.scheme}://{self.host if host == '*' else host}{self.port}{path}"


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages that one snapshot of the configuration made."""

    router: Router
    extractor: Extractor
    verifier: Verifier
    resolver: Resolver
    subjects: SubjectCache
    engine: Engine
    minter: Minter
    possession: Possession
    origin: OwnOrigin


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request that a door has parsed.

    Attributes:
        id: Request id.
        method: In upper case.
        scheme: `http` or `https`, as the client used it.
        host: Lower case, without the port.
        target: Path and query in canonical form.
        presented: The headers as received, for the credential in them.
        headers: Those that an upstream would see of the caller's: what policies see, so
            that nobody decides on a header that means nothing further on.
        content_length: Length of the body; `None` if it is chunked, 0 if there is none.
        ip: The client's address.
        path: As the client sent it, without the query.
    """

    id: str
    method: str
    scheme: str
    host: str
    target: Target
    presented: Sequence[tuple[bytes, bytes]] = field(repr=False)
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    content_length: int | None
    ip: str
    path: str = ""


class Passage:
    """How far a request has come; filled in by `Pipeline.admit` as it goes.

    What is `None` was not reached. Doors log it whether the request passed, was denied,
    or failed on the way.
    """

    __slots__ = (
        "access",
        "decision",
        "decision_us",
        "minted",
        "route",
        "steps",
        "subject",
    )

    def __init__(self) -> None:
        self.decision_us = 0
        self.steps = StepTimes()
        self.access: AccessRequest | None = None
        self.route: Route | None = None
        self.subject: Subject | None = None
        self.decision: Decision | None = None
        self.minted: MintedCredential | None = None


class Pipeline:
    """Takes requests through the stages of one snapshot."""

    def __init__(
        self,
        *,
        stages: Stages,
        clock: Callable[[], datetime],
        threads: int = CROSSING_THREADS,
    ) -> None:
        """Prepare; nothing is started.

        Args:
            stages: What a request goes through.
            clock: The time, aware UTC.
            threads: How many credentials may be judged in threads at once.
        """
        self._stages = stages
        self._clock = clock
        # Its own, so that callers with tokens that take long leave the control plane's be.
        self._threads = CapacityLimiter(threads)
        self._crossings: dict[str, asyncio.Task[Subject]] = {}

    async def admit(self, inbound: Inbound, passage: Passage) -> Decision:
        """Return the decision; if it allows, `passage.minted` is the credential.

        Args:
            inbound: The parsed request.
            passage: Filled in on the way, also when this raises.

        Raises:
            RouteError: No route is declared for the request.
            MalformedTargetError: It may be another route's for an upstream.
            CredentialError: Who sent it cannot be established.
            RequestError: It carries more than one credential.
            UnavailableError: A provider or the storage is needed and down.
            MintError: No credential could be made for it.
        """
        stages = self._stages
        now = self._clock()
        match = find_route(stages.router, inbound.host, inbound.target, inbound.method)
        route = passage.route = match.route
        subject = passage.subject = await self._subject(inbound, route, now)
        began = time.perf_counter()
        access = passage.access = AccessRequest(
            subject=subject,
            request=_request_view(inbound, now),
            route=RouteView(
                id=route.id,
                upstream=route.upstream,
                params=match.params,
                tags=route.tags,
                audience=route.audience,
            ),
            now=now,
        )
        decision = passage.decision = stages.engine.decide(access, steps=passage.steps)
        passage.decision_us = int((time.perf_counter() - began) * 1e6)
        if decision.allowed:
            passage.minted = stages.minter.mint(decision, subject, route, now=now)
        return decision

    async def _subject(self, inbound: Inbound, route: Route, now: datetime) -> Subject:
        stages = self._stages
        credential = stages.extractor.extract(inbound.presented)
        if credential is None:
            if not stages.engine.open_to_guests(route.id):
                raise MissingCredentialError(f"route {route.id} is closed to guests")
            return stages.resolver.anonymous()
        known = stages.subjects.recall(credential.value, now)
        subject = known or await self._establish(credential)
        if subject.thumbprint or credential.scheme is Scheme.DPOP:
            self._check_possession(credential, subject, inbound, route)
        return subject

    def _check_possession(
        self, credential: Credential, subject: Subject, inbound: Inbound, route: Route
    ) -> None:
        """Refuse a token from whoever may have stolen it: for each request anew.

        Reference: RFC 9449 sections 7.1 and 7.2.
        """
        if credential.scheme is not Scheme.DPOP or not subject.thumbprint:
            raise UnprovenKeyError("bound and shown as if it were not, or the reverse")
        thumbprint = self._stages.possession.check(
            credential.proofs,
            method=inbound.method,
            uri=self._stages.origin.address(route.host, inbound.path),
            access_token=credential.value,
        )
        if thumbprint != subject.thumbprint:
            raise UnprovenKeyError("the token is bound to another key")

    async def _establish(self, credential: Credential) -> Subject:
        """Find out whose credential it is, on the spot or in a thread.

        A thread costs more than the judging, so it is for what has to wait; and one
        crossing serves all requests that carry the credential meanwhile.
        """
        crossing = self._crossings.get(credential.value)
        if crossing is None:
            try:
                return self._judge(credential, may_wait=False)
            except WouldWaitError:
                crossing = self._cross(credential)
        # Shielded: one caller that hangs up must not fail the others.
        return await asyncio.shield(crossing)

    def _cross(self, credential: Credential) -> asyncio.Task[Subject]:
        judge = partial(self._judge, credential, may_wait=True)
        task = asyncio.create_task(self._in_thread(judge))
        self._crossings[credential.value] = task
        task.add_done_callback(lambda _: self._crossings.pop(credential.value))
        return task

    async def _in_thread(self, judge: Callable[[], Subject]) -> Subject:
        return await anyio.to_thread.run_sync(judge, limiter=self._threads)

    def _judge(self, credential: Credential, *, may_wait: bool) -> Subject:
        """Verify and resolve a credential, and remember it only if that succeeds."""
        stages = self._stages
        # Before anything is looked at: what changes from now on may have been missed.
        epoch = stages.subjects.epoch
        claims = stages.verifier.verify(credential, may_wait=may_wait)
        subject = stages.resolver.resolve(claims, may_wait=may_wait)
        stages.subjects.remember(credential.value, subject, self._clock(), epoch=epoch)
        return subject


def _request_view(inbound: Inbound, now: datetime) -> RequestView:
    return RequestView(
        id=inbound.id,
        method=inbound.method,
        scheme=inbound.scheme,
        host=inbound.host,
        target=inbound.target,
        raw_headers=inbound.headers,
        ip=inbound.ip,
        time=now,
        content_length=-1 if inbound.content_length is None else inbound.content_length,
    )
