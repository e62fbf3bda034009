"""Whether somebody who has signed in elsewhere is somebody who is here already.

A pure decision over what the provider says, what its file allows and who has the address. An
address proves nothing by itself: it counts where the provider vouches for it *and* the person
here has proven to hold it. Whatever is in doubt makes somebody new, who gets nothing of
anybody else's.

Reference: Keycloak CVE-2026-14781, oauth2-proxy GHSA-c5c4-8r6x-56w3 (accounts taken over by an
address that was not proven).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import idna

from gateway.config.providers.common import LinkSettings
from gateway.model.user import User, UserStatus

_VERIFIED = "email_verified"
_ADDRESS = "email"


class Outcome(StrEnum):
    """What becomes of a login that nobody here has."""

    NEWCOMER = "newcomer"
    LINK = "link"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class SaidAddress:
    """What a provider says about somebody's address.

    Attributes:
        email: The address; may be empty, or none.
        verified: Whether the provider vouches for it, in the document that carries it.
    """

    email: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has the address, or one that looks like it.

    Attributes:
        user: Who.
        groups: Names of the groups that they are in.
    """

    user: User
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a login that nobody here has.

    Attributes:
        outcome: Somebody new; somebody who is here; or that, once they have proven it.
        user: Who is here; `None` for somebody new.
    """

    outcome: Outcome
    user: User | None = None


_NEWCOMER = Verdict(Outcome.NEWCOMER)


def decide(
    link: LinkSettings, said: SaidAddress, candidates: Sequence[Candidate]
) -> Verdict:
    """Return what becomes of a login that nobody here has.

    Args:
        link: What the provider's file allows.
        said: What the provider says about the address.
        candidates: Everybody of the pool who might have it.
    """
    if link.policy in {"never", "admin"}:
        return _NEWCOMER
    address = split_address(said.email)
    if address is None:
        return _NEWCOMER
    holders = [each for each in candidates if _holds(each.user, address)]
    # With two who have proven the same address nobody knows which one is meant.
    if len(holders) != 1:
        return _NEWCOMER
    (holder,) = holders
    if link.policy == "confirm":
        return Verdict(Outcome.PROVE, holder.user)
    speaks = said.verified or address[1] in link.trust_email_domains
    if not speaks:
        return _NEWCOMER
    # An address that another provider has vouched for was not proven here.
    is_own = holder.user.status is UserStatus.CONFIRMED
    is_ordinary = holder.groups <= set(link.ordinary_groups)
    outcome = Outcome.LINK if is_own and is_ordinary else Outcome.PROVE
    return Verdict(outcome, holder.user)


def split_address(email: str) -> tuple[str, str] | None:
    """Return the two parts of an address in the form in which they are compared.

    Only letters, digits and marks of ASCII before the `@`: two letters that look alike, or
    that one program takes for the same and another does not, are never the same here.

    Args:
        email: As somebody says it.

    Returns:
        The parts in lower case, the domain as IDNA; `None` if it is no address, or has
        several `@`.
    """
    name, at, domain = email.partition("@")
    if not at or "@" in domain or not name or not name.isascii():
        return None
    if not name.isprintable() or not domain or " " in name:
        return None
    try:
        return name.lower(), idna.encode(domain.lower(), uts46=True).decode("ascii")
    except idna.IDNAError:
        return None


def _holds(user: User, address: tuple[str, str]) -> bool:
    """Whether somebody who can sign in is known to hold an address."""
    return (
        user.status in {UserStatus.CONFIRMED, UserStatus.EXTERNAL_PROVIDER}
        and user.enabled
        and user.attributes.get(_VERIFIED) == "true"
        and split_address(user.attributes.get(_ADDRESS, "")) == address
    )
