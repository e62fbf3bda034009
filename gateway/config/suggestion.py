"""The name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

# Past this, a name is no slip of the pen, and comparing would take its time.
_MAX_LENGTH = 64


def suggest(name: str, known: Iterable[str]) -> str:
    """Return `did you mean ...?` for the known name nearest to one, or nothing."""
    if len(name) > _MAX_LENGTH:
        return ""
    nearest = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean `{nearest[0]}`?" if nearest else ""
