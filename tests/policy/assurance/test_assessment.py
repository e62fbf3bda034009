"""The face of the package: what is chosen is assessed, by all that decides."""

from dataclasses import replace

from tests.policy.assurance.proving import PEOPLE, assess, expect, nothing
from tests.policy.files import rule

FIRST = rule("own", "route.params.order_id == identity.id", routes="*-read") + PEOPLE
SECOND = '[policy]\nid = "second"\n' + rule("other", "request.tls", routes="*-feed")


def test_coverage_and_mutants_are_those_of_the_chosen_files() -> None:
    """Others decide with them, and are not looked at."""
    whole = assess(FIRST + expect("allow = false"), SECOND)
    chosen = replace(whole, chosen=whole.policies[1:])
    seen = chosen.observe(advance=nothing)

    assert [file.policy for file in whole.cover(seen).files] == ["orders", "second"]
    assert [file.policy for file in chosen.cover(seen).files] == ["second"]
    assert {one.policy for one in whole.mutants()} == {"orders", "second"}
    assert {one.policy for one in chosen.mutants()} == {"second"}


def test_what_survives_is_told() -> None:
    """Without a test of it, everything."""
    whole = assess(FIRST + expect("allow = false"), SECOND)
    chosen = replace(whole, chosen=whole.policies[1:])
    mutants = chosen.mutants()

    found = chosen.mutate(mutants, chosen.observe(advance=nothing), advance=nothing)

    assert found.tried == len(mutants) == len(found.survivors)
