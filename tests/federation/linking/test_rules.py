"""Whether somebody who has signed in elsewhere is somebody who is here already."""

from datetime import UTC, datetime
from itertools import product

import pytest

from gateway.config.providers.common import LinkSettings
from gateway.federation.linking.rules import (
    Candidate,
    Outcome,
    SaidAddress,
    decide,
    split_address,
)
from gateway.model.user import User, UserStatus

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADDRESS = "ana@corp.example"


def person(
    *,
    verified: bool = True,
    email: str = ADDRESS,
    status: UserStatus = UserStatus.CONFIRMED,
    enabled: bool = True,
) -> User:
    proof = "true" if verified else "false"
    attributes = {"email": email, "email_verified": proof}
    return User("p", "s", "ana", status, enabled, attributes, NOON, NOON)


def outcome(link: LinkSettings, said: SaidAddress, *candidates: Candidate) -> Outcome:
    return decide(link, said, candidates).outcome


@pytest.mark.parametrize("policy", ["never", "verified-email", "confirm", "admin"])
def test_the_takeover_matrix(policy: str) -> None:
    """Provider verified x local verified x domain trusted x privileged, for each policy."""
    for said, here, trusted, privileged in product([False, True], repeat=4):
        link = LinkSettings.model_validate(
            {
                "policy": policy,
                "trust_email_domains": ["corp.example"] if trusted else [],
                "ordinary_groups": ["customers"],
            }
        )
        groups = frozenset({"customers", "admins"} if privileged else {"customers"})
        candidate = Candidate(person(verified=here), groups)

        verdict = decide(link, SaidAddress(ADDRESS, said), [candidate])

        expected = Outcome.NEWCOMER
        if here and policy == "confirm":
            expected = Outcome.PROVE
        if here and policy == "verified-email" and (said or trusted):
            expected = Outcome.PROVE if privileged else Outcome.LINK
        assert verdict.outcome is expected, (said, here, trusted, privileged)
        assert (verdict.user is None) is (expected is Outcome.NEWCOMER)


LINK = LinkSettings(policy="verified-email", trust_email_domains=("corp.example",))
SAID = SaidAddress(ADDRESS, verified=True)


@pytest.mark.parametrize(
    "user",
    [
        person(status=UserStatus.UNCONFIRMED),
        person(status=UserStatus.FORCE_CHANGE_PASSWORD),
        person(status=UserStatus.RESET_REQUIRED),
        person(enabled=False),
        person(email="ana@other.example"),
        person(email="anna@corp.example"),
        person(email=""),
    ],
    ids=range(7),
)
def test_who_has_not_proven_the_address_here_is_not_found(user: User) -> None:
    """Nor who could not sign in here: an account that somebody made in advance."""
    assert outcome(LINK, SAID, Candidate(user)) is Outcome.NEWCOMER


def test_who_came_through_another_provider_proves_it_first() -> None:
    """That one has vouched for the address; here it was never proven."""
    candidate = Candidate(person(status=UserStatus.EXTERNAL_PROVIDER))

    assert outcome(LINK, SAID, candidate) is Outcome.PROVE


def test_two_who_have_proven_it_are_nobody() -> None:
    """Which one is meant, nobody knows."""
    both = Candidate(person()), Candidate(person())

    assert outcome(LINK, SAID, *both) is Outcome.NEWCOMER
    assert outcome(LINK, SAID) is Outcome.NEWCOMER


def test_a_provider_speaks_for_its_own_domains_alone() -> None:
    """`corp.example` is neither what ends like it nor what is below it."""
    for email in (
        "ana@evilcorp.example",
        "ana@sub.corp.example",
        "ana@corp.example.evil.example",
    ):
        candidate = Candidate(person(email=email))

        said = SaidAddress(email, verified=False)

        assert outcome(LINK, said, candidate) is Outcome.NEWCOMER, email


def test_an_address_is_compared_without_regard_to_case() -> None:
    """As everybody does who sends mail."""
    said = SaidAddress("Ana@CORP.example", verified=True)

    assert outcome(LINK, said, Candidate(person())) is Outcome.LINK


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "@corp.example",
        "ana@",
        "ana@corp.example@evil.example",
        "a na@corp.example",
        "ana\0@corp.example",
        "ana\n@corp.example",
        "\N{CYRILLIC SMALL LETTER A}na@corp.example",
        "\N{LATIN SMALL LETTER DOTLESS I}na@corp.example",
        "ana@corp..example",
        "ana@-corp.example",
        "ana@corp example",
    ],
    ids=range(13),
)
def test_what_is_no_single_address_is_nobodys(email: str) -> None:
    """GHSA-c5c4-8r6x-56w3: with two `@`, each program reads another address."""
    said = SaidAddress(email, verified=True)

    assert split_address(email) is None
    assert outcome(LINK, said, Candidate(person(email=email))) is Outcome.NEWCOMER


def test_a_domain_has_one_form() -> None:
    """International names, as the network has them."""
    assert split_address(
        "ana@b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example"
    ) == (
        "ana",
        "xn--bcher-kva.example",
    )
