"""The exchange of tokens, built for one snapshot."""

from collections.abc import Mapping
from functools import partial

from gateway.app.loading import Loaded, exchanges_of, target_rules_of
from gateway.app.saml import build_parts
from gateway.app.tools import Tools
from gateway.authentication.opaque.building import build_opaque_verifiers
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.authentication.subject_tokens import Reader, SubjectTokens, type_of
from gateway.authentication.verifier import Verifier
from gateway.identity.resolver import Resolver
from gateway.mint.app import AppMint
from gateway.model.claims import VerifiedClaims
from gateway.oauth.exchanging.exchanges import Stages, TokenExchanges
from gateway.oauth.exchanging.offers import Answer, Offer, Policies
from gateway.oauth.exchanging.upgrades import GuestUpgrades
from gateway.telemetry.decisions import DecisionLog, EvidenceSource, Timing
from gateway.telemetry.request_id import RequestIds


def build_exchanges(
    loaded: Loaded,
    *,
    tools: Tools,
    verifier: Verifier,
    resolver: Resolver,
    evidence: EvidenceSource,
) -> TokenExchanges | None:
    """Return what exchanges tokens; `None` if nothing is declared.

    Args:
        loaded: Checked files.
        tools: What outlives them.
        verifier: Checks tokens of providers that are for exchange.
        resolver: Finds out whose they are.
        evidence: Knows what decisions go by.
    """
    settings = loaded.configuration.settings
    if not settings.exchanges:
        return None
    kinds = {
        file.settings.id: file.settings.kind for file in loaded.configuration.providers
    }
    endpoints = tools.oauth.endpoints
    readers = _readers(loaded, tools)
    return TokenExchanges(
        stages=Stages(
            tokens=SubjectTokens(verifier=verifier, kinds=kinds, readers=readers),
            resolver=resolver,
            proofs=tools.oauth.proofs,
            policies=Policies(
                engine=loaded.engine,
                rules=target_rules_of(loaded.configuration),
                scheme="https" if settings.server.public_url.tls else "http",
                host=settings.server.public_url.host,
                new_id=RequestIds().new,
            ),
            upgrades=GuestUpgrades(
                database=tools.database, resolver=resolver, clock=tools.clock
            ),
            mint=AppMint(
                keys=tools.keyring,
                issuer=settings.tokens.issuer,
                profiles=settings.tokens.profiles,
            ),
            record=partial(_record, tools.logs.decisions, evidence),
        ),
        offers=_offers(loaded, tools),
        issuer=settings.tokens.issuer,
        endpoint=endpoints.address(endpoints.token),
        clock=tools.clock,
        max_token_bytes=settings.server.limits.token_bytes,
    )


def _readers(loaded: Loaded, tools: Tools) -> Mapping[str, Mapping[str, Reader]]:
    """Return what checks tokens that say nothing by themselves, by type and provider."""
    configuration = loaded.configuration
    verifiers: dict[str, OpaqueVerifier] = {
        **build_opaque_verifiers(
            configuration.providers,
            keys=tools.key_sources,
            skew=configuration.settings.tokens.skew,
        ),
        **_saml_verifiers(loaded, tools),
    }
    readers: dict[str, dict[str, Reader]] = {}
    for file in configuration.providers:
        verifier = verifiers.get(file.settings.id)
        if verifier is not None:
            by_provider = readers.setdefault(type_of(file.settings.kind), {})
            by_provider[file.settings.id] = partial(_read, verifier, tools)
    return readers


def _saml_verifiers(loaded: Loaded, tools: Tools) -> dict[str, OpaqueVerifier]:
    parts = build_parts(loaded.configuration, tools.saml)
    return {
        name: each.verifier
        for name, each in parts.items()
        if "exchange" in each.settings.accept.flows
    }


def _read(verifier: OpaqueVerifier, tools: Tools, token: str) -> VerifiedClaims:
    return verifier.claims_for(token, now=tools.clock())


def _offers(loaded: Loaded, tools: Tools) -> list[Offer]:
    declared = loaded.configuration.settings.exchanges
    return [
        Offer(
            route=route,
            scopes=frozenset(each.scopes),
            limit=tools.exchange_limit(each.id, each.rate.per_ip),
            needs_proof=each.proof == "required",
            actors=each.actors,
            guests_upgrade=each.guests_upgrade,
        )
        for each, route in zip(
            declared, exchanges_of(loaded.configuration), strict=True
        )
    ]


def _record(
    log: DecisionLog, evidence: EvidenceSource, answer: Answer, token_id: str
) -> None:
    log.record(
        answer.decision,
        answer.access,
        source=evidence,
        timing=Timing(answer.microseconds, answer.steps),
        token_id=token_id,
    )
