"""`gateway.policy.comparison.settings`."""

from dataclasses import replace
from typing import Any

from typing_extensions import override

from gateway.config.settings.guest import GuestSettings
from gateway.model.target import TargetRules
from gateway.policy.comparison.findings import Verdict
from gateway.policy.comparison.searching.side import Side
from gateway.policy.comparison.settings import find_settings
from tests.policy.comparison.pairs import PROVIDERS, Files, rule_of
from tests.policy.comparison.sides import side
from tests.policy.files import provider

SIDE = side(Files((rule_of("true"),)))


def told(old: Side, new: Side) -> list[tuple[str, str, str]]:
    found = list(find_settings(old, new))
    assert all(each.witness is None for each in found)
    return [(str(e.key.verdict), e.key.rule, e.key.detail) for e in found]


def with_provider(name: str, **fields: Any) -> Side:
    others = [each for each in PROVIDERS if each.settings.id != name]
    return replace(SIDE, providers=(*others, provider(name, **fields)))


def test_nothing_is_told_of_what_is_the_same() -> None:
    """Or of what has no part in who is let in."""
    labelled = with_provider("google", label="G", owner="x@example.com")

    assert told(SIDE, SIDE) == []
    assert told(SIDE, labelled) == []


def test_a_provider_comes_and_goes() -> None:
    """One that is switched off is not there."""
    more = replace(SIDE, providers=(*PROVIDERS, provider("other")))
    off = replace(SIDE, providers=(*PROVIDERS, provider("other", enabled=False)))

    assert told(SIDE, more) == [("widened", "providers.other", "is accepted now")]
    assert told(more, off) == [
        ("narrowed", "providers.other", "is not accepted any more")
    ]


def test_more_audiences_are_wider_and_more_checks_are_narrower() -> None:
    """One more thing to be true keeps somebody out."""
    wider = with_provider("google", audiences=["gateway", "other"])
    checked = _checked("claims.a == 1")

    assert told(SIDE, wider) == [
        ("widened", "providers.google.audiences", "`other` is added")
    ]
    assert told(wider, SIDE)[0][0] == "narrowed"
    assert told(SIDE, checked)[0][0] == "narrowed"


def test_a_check_that_is_gone_lets_in_more() -> None:
    """And so does one that says something else."""
    strict = _checked("claims.a == 1")
    other = _checked("claims.a == 2")

    assert told(strict, SIDE) == [
        ("widened", "providers.google.require.checks", "`x` is gone")
    ]
    assert {each[0] for each in told(strict, other)} == {"widened", "narrowed"}


def _checked(cel: str) -> Side:
    return with_provider(
        "google", require={"checks": [Raw(f"{{id = 'x', cel = '{cel}'}}")]}
    )


class Raw(str):
    """TOML that stands in a list as it is."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return str(self)


def test_another_mapping_may_let_in_more() -> None:
    """Who somebody is comes from it."""
    mapped = with_provider("google", map={"email_verified": "true"})

    assert told(SIDE, mapped) == [
        ("widened", "providers.google.map.email_verified", "is another")
    ]


def test_attributes_are_compared_one_by_one() -> None:
    """One more is more to go by."""
    more = with_provider("google", map={"attributes": {"floor": "1"}})

    assert told(SIDE, more) == [
        ("widened", "providers.google.map.attributes.floor", "is another")
    ]


def test_another_kind_is_another_provider() -> None:
    """Whatever else it is called."""
    guest = with_provider("google", kind="guest")

    assert any(each[1] == "providers.google.kind" for each in told(SIDE, guest))


def test_a_ceiling_is_raised_and_lowered() -> None:
    """Which says what guests may come to hold."""
    high = replace(SIDE, guest=GuestSettings(enabled=True, ceiling=("guest", "x")))
    low = replace(SIDE, guest=GuestSettings(enabled=True, ceiling=("guest",)))

    assert told(low, high) == [("widened", "guest.ceiling", "`x` is added")]
    assert told(high, low) == [("narrowed", "guest.ceiling", "`x` is gone")]


def test_whom_the_client_address_is_believed_from_counts() -> None:
    """A rule about networks is worth no more than that."""
    trusting = replace(SIDE, proxies=("10.0.0.0/8",))

    assert told(SIDE, trusting) == [
        ("widened", "server.trusted_proxies", "`10.0.0.0/8` is added")
    ]


def test_how_strictly_paths_are_read_counts() -> None:
    """What was refused before any rule is now decided on."""
    loose = replace(SIDE, rules=TargetRules(keep_encoded_slash=True))

    assert told(SIDE, loose) == [
        ("widened", "server.paths", "keep_encoded_slash: False → True")
    ]
    assert told(loose, SIDE)[0][0] == Verdict.NARROWED
