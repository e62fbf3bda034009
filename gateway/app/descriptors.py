"""The number of sockets and files that the system lets this process have open.

Systems give a low number to a process that does not ask, for the sake of programs that use
`select`. A gateway without descriptors accepts nobody, so it asks for all that it may have,
and says at the start if that is less than its limits promise.
"""

import resource

from gateway.config.settings.root import Config

# The database, logs, listeners, loops, files that are being read: all that is not counted.
RESERVE = 64


def raise_descriptor_limit() -> int:
    """Ask for as many descriptors as the process may have, and return their number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == hard:
        return hard
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        # macOS says "unlimited" and means less; what there was before is still there.
        return soft
    return hard


def descriptors_needed(settings: Config) -> int:
    """Return how many descriptors it takes to use all limits of the settings at once."""
    upstreams = settings.upstreams.values()
    return (
        settings.server.limits.connections
        + sum(upstream.connections * len(upstream.targets) for upstream in upstreams)
        + RESERVE
    )


def shortage(settings: Config, *, available: int) -> str:
    """Return a sentence for the operator; empty if there are enough descriptors.

    Args:
        settings: With the limits.
        available: How many descriptors the process may have.
    """
    needed = descriptors_needed(settings)
    if available == resource.RLIM_INFINITY or needed <= available:
        return ""
    return (
        f"server.limits.connections and the upstreams' connections take {needed} file "
        f"descriptors; the system allows {available}"
    )
