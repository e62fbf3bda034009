"""The exchange of a provider's token for one of the gateway's own, for anybody who has one.

    token ─▶ VerifiedClaims ─▶ Subject ─▶ Decision ─▶ app token
       verify         resolve       decide      mint

The same stages as for a request to a route, with the exchange in the place of the route: no
token is better off here than as a credential. Whoever asks need not be a client; what is shown
is all that counts.

References: RFC 8693 sections 2.1 to 2.2.2; RFC 9449 section 5.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from gateway.authentication.app_token import Via
from gateway.authentication.subject_tokens import GUEST
from gateway.mint.app import AppGrant, AppMint
from gateway.model.claims import VerifiedClaims
from gateway.model.decision import Decision, Reason
from gateway.model.errors import CredentialError, ExpiredCredentialError
from gateway.model.identity import Subject
from gateway.oauth.errors import (
    InvalidProofError,
    InvalidScopeError,
    InvalidTargetError,
    MalformedParameterError,
    RefusedExchangeError,
    UnacceptableTokenError,
)
from gateway.oauth.exchanging.offers import Answer, Offer, Policies, by_audience
from gateway.oauth.exchanging.requests import PARAMETERS, Asked, Shown, read_request
from gateway.oauth.tokens import BEARER, DPOP, IssuedToken, TokenRequest

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"

# For everything in a token beside what it came of: its own claims, header and signature.
_ROOM: Final = 1024

# Somebody acts for somebody who acts for somebody: further nobody looks.
MAX_ACTORS: Final = 4


class SubjectTokens(Protocol):
    """Checks tokens that are shown."""

    @property
    def types(self) -> frozenset[str]:
        """Every type that a token may be said to be."""

    def verify(self, token: str, token_type: str, provider: str) -> VerifiedClaims:
        """Return what a token says, or raise `CredentialError`."""


class Resolver(Protocol):
    """Finds out who claims are about."""

    def resolve(self, claims: VerifiedClaims) -> Subject:
        """Return the subject with its identity."""


class Proofs(Protocol):
    """Checks proofs of possession of a key."""

    def check(self, proofs: Sequence[str], *, method: str, uri: str) -> str:
        """Return the thumbprint of the key that one proof was made with, or raise."""


class Upgrades(Protocol):
    """Makes guests who sign in keep their id."""

    def foresee(self, claims: VerifiedClaims, guest: Subject) -> Subject:
        """Return who somebody will be, or raise `UnacceptableTokenError`."""

    def make(self, subject: Subject, guest: Subject) -> None:
        """Have them be so from now on, or raise `UnacceptableTokenError`."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What an exchange goes through.

    Attributes:
        tokens: Checks what is shown.
        resolver: Finds out whose it is.
        proofs: Checks proofs of possession.
        policies: Decide.
        upgrades: Has guests keep their id.
        mint: Makes what is handed out.
        record: Is told of each decision, with the id of the token that was made.
    """

    tokens: SubjectTokens
    resolver: Resolver
    proofs: Proofs
    policies: Policies
    upgrades: Upgrades
    mint: AppMint
    record: Callable[[Answer, str], None]


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One exchange on its way.

    Attributes:
        asked: What is asked for.
        offer: Which exchange that is.
        claims: What the subject's token says.
        thumbprint: Of the key that was proven; empty for none.
        ip: The client's address.
    """

    asked: Asked
    offer: Offer
    claims: VerifiedClaims
    thumbprint: str
    ip: str


class TokenExchanges:
    """Exchanges tokens. Blocks; call it in a thread."""

    grant_type = GRANT_TYPE
    parameters = PARAMETERS

    def __init__(
        self,
        *,
        stages: Stages,
        offers: Sequence[Offer],
        issuer: str,
        endpoint: str,
        clock: Callable[[], datetime],
        max_token_bytes: int,
    ) -> None:
        """Offer some exchanges.

        Args:
            stages: What each goes through.
            offers: One for each audience.
            issuer: The gateway's own: the audience of tokens that come back.
            endpoint: The address of the token endpoint, which proofs are made for.
            clock: The time, aware UTC.
            max_token_bytes: The longest token that is a credential.
        """
        self._max_token_bytes = max_token_bytes
        self._stages = stages
        self._offers = by_audience(offers)
        self._issuer = issuer
        self._endpoint = endpoint
        self._clock = clock

    def issue(self, request: TokenRequest) -> IssuedToken:
        """Return a token of the gateway's own for one of a provider.

        Raises:
            RequestError: A parameter is missing or misshapen.
            UnacceptableTokenError: A token that is shown is not good, or not here.
            RefusedExchangeError: The policies do not permit it.
            InvalidTargetError: Nothing is handed out for that audience.
            InvalidScopeError: More is asked for than there is.
            InvalidProofError: The key is not proven.
            ProofNonceError: The proof needs a nonce of ours.
            RateLimitedError: The address has asked too often.
            UnavailableError: Something that it needs is down.
        """
        asked = read_request(request.parameters, self._stages.tokens.types)
        offer = self._offer(asked)
        offer.limit.take(request.ip)
        if not offer.scopes.issuperset(asked.scopes):
            raise InvalidScopeError(f"not all of it is offered by {offer.route.id}")
        thumbprint = self._prove(offer, request.proofs)
        claims = self._read(asked.subject, thumbprint)
        _check_scopes(asked, claims)
        exchange = _Exchange(asked, offer, claims, thumbprint, request.ip)
        _check_actor(offer, asked.actor)
        if asked.actor is None:
            return self._decide(exchange, self._resolve(claims), None)
        shown = self._read(asked.actor, thumbprint)
        actor = self._resolve(shown)
        if asked.actor.type == GUEST:
            subject = self._stages.upgrades.foresee(claims, actor)
        else:
            subject = self._acted_for(claims, shown, actor)
        return self._decide(exchange, subject, actor)

    def _offer(self, asked: Asked) -> Offer:
        offer = self._offers.get(asked.audience or self._issuer)
        if offer is None:
            raise InvalidTargetError("nothing is handed out for this audience")
        return offer

    def _prove(self, offer: Offer, proofs: Sequence[str]) -> str:
        if proofs:
            return self._stages.proofs.check(proofs, method="POST", uri=self._endpoint)
        if offer.needs_proof:
            raise InvalidProofError(f"exchange {offer.route.id}: no proof")
        return ""

    def _read(self, shown: Shown, thumbprint: str) -> VerifiedClaims:
        try:
            claims = self._stages.tokens.verify(shown.token, shown.type, shown.provider)
        except CredentialError as error:
            raise UnacceptableTokenError(f"{error.code}: {error.detail}") from error
        if claims.thumbprint and claims.thumbprint != thumbprint:
            raise InvalidProofError("a token is bound to another key")
        return claims

    def _resolve(self, claims: VerifiedClaims) -> Subject:
        try:
            return self._stages.resolver.resolve(claims)
        except CredentialError as error:
            raise UnacceptableTokenError(f"{error.code}: {error.detail}") from error

    def _acted_for(
        self, claims: VerifiedClaims, shown: VerifiedClaims, actor: Subject
    ) -> Subject:
        """Return the subject that an actor acts for."""
        if not actor.identity.authenticated:
            raise UnacceptableTokenError("a guest acts for nobody")
        _check_may_act(claims, shown)
        subject = self._resolve(claims)
        ends = [
            each.expires_at for each in (subject, actor) if each.expires_at is not None
        ]
        return replace(
            subject,
            actor=_act(actor, claims.actor),
            expires_at=min(ends, default=None),
        )

    def _decide(
        self, exchange: _Exchange, subject: Subject, actor: Subject | None
    ) -> IssuedToken:
        stages, offer, now = self._stages, exchange.offer, self._clock()
        answer = stages.policies.ask(
            offer, exchange.asked, subject, actor=actor, ip=exchange.ip, now=now
        )
        token_id = ""
        try:
            if not answer.decision.allowed:
                raise _refusal(answer.decision)
            if actor is not None and not actor.identity.authenticated:
                stages.upgrades.make(subject, actor)
            made = self._mint(exchange, answer.decision, subject, now)
            token_id = made[1]
            return made[0]
        finally:
            stages.record(answer, token_id)

    def _mint(
        self, exchange: _Exchange, decision: Decision, subject: Subject, now: datetime
    ) -> tuple[IssuedToken, str]:
        route, asked = exchange.offer.route, exchange.asked
        grant = AppGrant(
            scopes=asked.scopes,
            thumbprint=exchange.thumbprint,
            via=self._via(exchange.claims) if route.audience == self._issuer else None,
        )
        try:
            made = self._stages.mint.mint(decision, subject, route, grant, now=now)
        except ExpiredCredentialError as error:
            raise UnacceptableTokenError(error.detail) from error
        issued = IssuedToken(
            access_token=made.token,
            expires_in=made.expires_in,
            identity_id=subject.identity.id,
            token_type=DPOP if grant.thumbprint else BEARER,
            scope=" ".join(asked.scopes),
            issued_token_type=asked.requested,
        )
        return issued, made.token_id

    def _via(self, claims: VerifiedClaims) -> dict[str, Any]:
        """Return what a token came of, as it stands in the one that is handed out."""
        # The token's own binding is not that of the new one.
        said = {name: value for name, value in claims.claims.items() if name != "cnf"}
        via = Via(claims.provider, claims.issuer, claims.subject, said).written()
        length = len(json.dumps(via).encode())
        if length * 4 // 3 + _ROOM > self._max_token_bytes:
            # It would be refused wherever it is shown.
            raise UnacceptableTokenError(f"{length} bytes of claims are too many")
        return via


def _check_scopes(asked: Asked, claims: VerifiedClaims) -> None:
    """Refuse more than a token of our own was good for."""
    if claims.scopes is not None and not set(asked.scopes) <= set(claims.scopes):
        raise InvalidScopeError("more than the subject_token is good for")


def _check_actor(offer: Offer, actor: Shown | None) -> None:
    """Refuse somebody who would act, where nobody may."""
    if actor is None:
        return
    welcome = offer.guests_upgrade if actor.type == GUEST else offer.actors
    if not welcome:
        raise MalformedParameterError(f"exchange {offer.route.id}: no actor_token")


def _check_may_act(claims: VerifiedClaims, shown: VerifiedClaims) -> None:
    """Refuse an actor that the subject's token does not name, if it names one.

    Reference: RFC 8693 section 4.4.
    """
    named = claims.claims.get("may_act")
    if named is None:
        return
    actor = {"sub": shown.subject, "iss": shown.issuer}
    if (
        not isinstance(named, Mapping)
        or "sub" not in named
        or any(actor.get(name) != value for name, value in named.items())
    ):
        raise UnacceptableTokenError("the subject_token names another actor")


def _act(actor: Subject, before: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return who acts, and for whom they were acting already.

    Reference: RFC 8693 section 4.1: the outermost is the current one.
    """
    act: dict[str, Any] = {"sub": actor.identity.id}
    if before is not None:
        act["act"] = before
    if _depth(act) > MAX_ACTORS:
        raise UnacceptableTokenError("too many act for one another")
    return act


def _depth(act: Any) -> int:
    return 1 + _depth(act.get("act")) if isinstance(act, Mapping) else 0


def _refusal(decision: Decision) -> RefusedExchangeError:
    told = decision.reason is Reason.DENIED_BY_RULE
    return RefusedExchangeError(
        f"{decision.reason} {decision.rule}", message=decision.message if told else ""
    )
