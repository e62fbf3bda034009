"""Whose people a difference is about.

One witness is of one provider, and a rule that forgets to ask for it lets in the others'
people as well: that is what a reviewer has to see.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from gateway.policy.comparison.searching.inputs import PROVIDER, Inputs


def providers_of(
    witness: Inputs,
    names: Sequence[str],
    *,
    is_shown: Callable[[Inputs], bool],
    let_in: Callable[[Inputs], Iterable[Inputs]],
) -> Iterator[str]:
    """Yield the providers whose identities were seen to meet a difference.

    Nobody is told for whoever shows nothing.

    Args:
        witness: A request that shows it.
        names: Ids of all providers.
        is_shown: Whether a request shows the same difference.
        let_in: Requests like another one that may do so.
    """
    if witness.anonymous:
        return
    for name in names:
        first = witness.edited({PROVIDER: name})
        if any(
            each.get(PROVIDER) == name and is_shown(each)
            for each in chain([first], let_in(first))
        ):
            yield name
