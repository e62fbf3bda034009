"""What one snapshot of the configuration gives the proxy."""

from dataclasses import dataclass

from gateway.endpoints.proxy.origin import OriginFinder
from gateway.model.target import TargetRules
from gateway.pipeline import Pipeline
from gateway.telemetry.decisions import EvidenceSource
from gateway.upstream.forwarder import Forwarder
from gateway.upstream.headers import RequestHeaders


@dataclass(frozen=True, slots=True)
class Plane:
    """Replaced as a whole by a reload; a request keeps the one it began with.

    Attributes:
        pipeline: Decides and mints.
        forwarder: Has the connections to the upstreams.
        headers: Knows which headers must not be forwarded.
        origins: Knows whose forwarded headers are believed.
        target_rules: How strictly request targets are read.
        evidence: Knows what decisions go by, for the decision log.
    """

    pipeline: Pipeline
    forwarder: Forwarder
    headers: RequestHeaders
    origins: OriginFinder
    target_rules: TargetRules
    evidence: EvidenceSource
