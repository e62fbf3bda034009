"""What a hundred percent is, and what is missing from it."""

from fractions import Fraction

import pytest

from gateway.policy.assurance.coverage import measure, percent
from gateway.policy.assurance.items import find_items
from tests.policy.assurance.proving import (
    FEED,
    OTHER,
    PEOPLE,
    assess,
    cover,
    cover_one,
    expect,
    item,
    nothing,
)
from tests.policy.files import GUESTS, HEAD, ROUTES, engine, files, mint, role, rule

OWN = rule("own", "route.params.order_id.startsWith(identity.id)", routes="*-read")
STRONG = '{ fixture = "u1", acr = "mfa" }'


def test_everything_seen_is_all_of_it() -> None:
    """A condition both ways."""
    text = OWN + PEOPLE + expect("allow = true") + expect("allow = false", OTHER)

    file = cover_one(text)

    assert (file.policy, file.file) == ("orders", "policies/orders.toml")
    assert (file.covered, file.demanded) == (2, 2)
    assert percent(file) == 100


def test_what_was_seen_one_way_is_half() -> None:
    """With what is missing."""
    found = item(OWN + PEOPLE + expect("allow = true"), "own")

    assert found.whole.lacks == ("false",)
    assert found.whole.is_reached
    assert found.whole.where.startswith("policies/orders.toml:")
    assert (found.label, found.decided) == ("rule own", 1)


def test_what_was_never_consulted_was_not_seen_at_all() -> None:
    """Without any test, nothing was."""
    found = item(OWN, "own")

    assert found.whole.lacks == ("true", "false")
    assert not found.whole.is_reached


def test_each_condition_is_demanded_both_ways() -> None:
    """With its own place in the file."""
    text = rule("x", "!identity.disabled\\n  && request.tls") + PEOPLE
    found = item(text + expect("allow = true"), "x")

    disabled, tls = found.conditions
    assert (disabled.text, disabled.lacks) == ("identity.disabled", ("true",))
    assert (tls.text, tls.lacks) == ("request.tls", ("false",))
    assert disabled.where != tls.where


def test_what_cannot_vary_has_to_be_evaluated() -> None:
    """`true` is never false."""
    text = rule("x", routes="*-feed") + rule("never", "false", routes="*-feed") + PEOPLE

    missing = item(text, "x").whole
    seen = item(text + expect("allow = true", FEED), "x").whole

    assert (missing.demands, missing.lacks) == (("value",), ("value",))
    assert (seen.lacks, seen.true) == ((), 1)


@pytest.mark.parametrize(
    ("text", "name", "demands"),
    [
        (mint(a="identity.name"), "a", ("value",)),
        (mint(a="'x' in roles"), "a", ("true", "false")),
        (mint(a="true"), "a", ("value",)),
        ('[vars]\na = "identity.name"\n' + mint(b="vars.a"), "a", ("value",)),
        ('[vars]\na = "request.tls"\n' + mint(b="vars.a"), "a", ("true", "false")),
        (role("a", "request.tls"), "a", ("true", "false")),
        (role("a"), "a", ("value",)),
        (role("a", "claims.a"), "a", ("true", "false")),
    ],
)
def test_what_is_demanded_depends_on_what_it_is(
    text: str, name: str, demands: tuple[str, ...]
) -> None:
    """Conditions both ways, values once."""
    assert item(text, name).whole.demands == demands


def test_a_requirement_has_to_be_met_and_missed() -> None:
    """At its own place."""
    text = rule("x", require={"acr": "mfa"}) + PEOPLE

    missing = item(text, "x").require
    met = item(text + expect("allow = true", identity=STRONG), "x").require
    both = item(
        text + expect("allow = true", identity=STRONG) + expect("allow = false"), "x"
    ).require

    assert missing is not None
    assert met is not None
    assert both is not None
    assert missing.lacks == ("met", "not met")
    assert met.lacks == ("not met",)
    assert both.lacks == ()
    assert both.where == "policies/orders.toml:10:11"


def test_a_rule_without_a_requirement_has_none_to_see() -> None:
    """Nor have roles."""
    assert item(OWN, "own").require is None
    assert item(role("a"), "a").require is None
    assert len(item(OWN, "own").points) == 1


def test_errors_are_counted_and_not_demanded() -> None:
    """An error is no substitute for an answer either."""
    text = rule("x", "request.query['c'] == ['y']", routes="*-feed") + PEOPLE
    found = item(text + expect("allow = false", FEED), "x").whole

    assert found.error == 1
    assert found.is_reached
    assert found.lacks == ("true", "false")


def test_a_claim_that_fails_has_no_value() -> None:
    """The request is denied, so the claim was not seen."""
    text = rule("x") + mint(a="request.query['c'][0]") + PEOPLE
    found = item(text + expect("allow = false"), "a").whole

    assert (found.error, found.lacks) == (1, ("value",))


def test_what_no_request_can_come_to_is_missing() -> None:
    """Nobody has seen it, whatever it says."""
    text = '[vars]\nidle = "request.tls"\n' + rule("visit", for_="guest")
    policies = files(text)
    closed = GUESTS.model_copy(update={"enabled": False})
    items = find_items(policies, engine(text, guest=closed), ROUTES)

    (file,) = measure(items, policies, assess(HEAD).observe(advance=nothing)).files

    assert [one.whole.lacks for one in file.items] == [("value",), ("true", "false")]


def test_files_are_counted_apart_and_together() -> None:
    """Two of two and one of two are three of four."""
    first = OWN + PEOPLE + expect("allow = true") + expect("allow = false", OTHER)
    found = cover(first, rule("dark", "request.tls", mode="shadow"))

    assert [percent(file) for file in found.files] == [100, 50]
    assert (found.covered, found.demanded) == (3, 4)
    assert percent(found) == Fraction(75)


def test_a_file_without_anything_is_covered() -> None:
    """There is nothing to see."""
    assert percent(cover_one(HEAD)) == 100
    assert cover_one(HEAD).items == ()
