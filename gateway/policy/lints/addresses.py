"""W120: an e-mail address is taken for somebody's, and nobody has vouched for it.

Reference: Kubernetes KEP-3331, which demands the same of claim mappings.
"""

from collections.abc import Iterator

from gateway.config.faults import Fault
from gateway.policy.files import CompiledFile
from gateway.policy.read_sets import reads_of


def find_unverified_addresses(file: CompiledFile) -> Iterator[Fault]:
    """Yield what goes by an address that nobody vouches for.

    A claim may carry the address if the same token says whether it is verified.
    """
    told = [
        path
        for mint in file.mints
        for claim in mint.claims
        for path in reads_of(claim.value)
    ]
    for name, expression in file.expressions():
        reads = reads_of(expression)
        is_claim = expression.place.keys[0] == "mint"
        known = reads | set(told) if is_claim else reads
        if "identity.email" in reads and "identity.email_verified" not in known:
            yield file.document.fault(
                "W120",
                expression.place.keys,
                f"{name} reads identity.email but never email_verified",
                help="anybody can claim an address at a provider that does not check it",
            )
