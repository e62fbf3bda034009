"""Whether two sets of policies mint alike.

A record holds no more of the minted claims than a hash. Where what they are made of is not
recorded as it was (a name that the log hashes), they are the same all the same if they were
made by the same expressions, for the same roles and on the same route.
"""

from collections.abc import Iterator

from gateway.policy.expressions import Expression
from gateway.policy.plan import Plan
from gateway.policy.read_sets import with_variables

_CONST = "const."


def minting_of(plan: Plan) -> object:
    """Return what is equal for two plans only if they mint alike.

    Args:
        plan: Of any policies.
    """
    return tuple((claim.name, tuple(_written(claim.value))) for claim in plan.claims)


def _written(expression: Expression) -> Iterator[object]:
    # Equal texts read equal variables, in the same order.
    for each in with_variables(expression):
        reads = each.program.reads
        yield each.program.source
        if each.frame is not None and any(r.startswith("const") for r in reads):
            constants = vars(each.frame.constants)
            names = {path.split(".")[1] for path in reads if path.startswith(_CONST)}
            # As text, because `True` and 1 are the same to Python.
            yield repr([(n, constants[n]) for n in sorted(names or constants)])
