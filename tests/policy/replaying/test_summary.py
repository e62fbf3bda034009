"""What came of all records."""

from dataclasses import replace

import pytest

from gateway.policy.replaying.answers import (
    Answer,
    Decided,
    Undecided,
    Verdict,
    Why,
    compare,
)
from gateway.policy.replaying.record import Outcome
from gateway.policy.replaying.report import to_json, to_text
from gateway.policy.replaying.summary import MAX_GROUPS, MAX_TOLD, Subject, Summary
from tests.policy.files import ALLOW_ALL, access, engine
from tests.policy.replaying.recorder import record_of

RECORD = record_of(access(), engine(ALLOW_ALL))
YES = RECORD.outcome
NO = Outcome(allowed=False, reason="no_allow")
UNKNOWN = Undecided(Why.NOT_RECORDED, ("now",))


def answer(
    before: Outcome, after: Outcome | Undecided, *, route: str = "feed"
) -> Answer:
    """What came of a record."""
    record = RECORD._replace(outcome=before, route=route)
    if isinstance(after, Undecided):
        return Answer(record, Verdict.UNDETERMINED, after)
    return Answer(record, compare(before, after), Decided(after))


def test_records_are_counted_by_what_came_of_them() -> None:
    """Each once."""
    summary = Summary(examples=1)
    for after in (YES, YES, NO, YES._replace(rule="x"), UNKNOWN):
        summary.add(answer(YES, after), "log:1")
    summary.add(answer(NO, YES), "log:2")

    assert summary.records == 6
    assert summary.changed == 3
    assert [summary.count(verdict) for verdict in Verdict] == [2, 1, 1, 0, 1, 1]


def test_the_same_change_is_one_group_with_examples() -> None:
    """Of one route, by what decided then and what would decide now."""
    summary = Summary(examples=2)
    for number in range(3):
        summary.add(answer(NO, YES), f"log:{number}")
    summary.add(answer(NO, YES, route="other"), "log:9")
    summary.add(answer(NO._replace(roles=("a",)), YES), "log:10")

    first, second = summary.groups(Verdict.WIDENED)

    assert (first.subject.route, first.count) == ("feed", 4)
    assert [each.where for each in first.examples] == ["log:0", "log:1"]
    assert (second.subject.route, second.count) == ("other", 1)
    assert first.subject == Subject(Verdict.WIDENED, "feed", NO, YES)


def test_roles_are_told_if_they_are_what_changed() -> None:
    """But no hash of a claim, which says nothing."""
    summary = Summary(examples=1)
    before = YES._replace(roles=("a",), claims="1")
    after = YES._replace(roles=("b",), claims="1")
    summary.add(answer(before, after), "log:1")

    (group,) = summary.groups(Verdict.OTHERWISE)

    assert group.subject.before.roles == ("a",)
    assert group.subject.after is not None
    assert group.subject.after.roles == ("b",)
    assert group.subject.after.claims == ""


def test_what_is_missing_makes_a_group() -> None:
    """With the paths, as far as anybody reads them."""
    summary = Summary(examples=1)
    many = Undecided(Why.NOT_RECORDED, tuple(f"claims.a{n}" for n in range(100)))
    summary.add(answer(YES, UNKNOWN), "log:1")
    summary.add(answer(YES, Undecided(Why.TIMED_OUT)), "log:2")
    summary.add(answer(YES, many), "log:3")

    groups = summary.groups(Verdict.UNDETERMINED)

    assert {(g.subject.why, len(g.subject.missing)) for g in groups} == {
        ("not_recorded", 1),
        ("timed_out", 0),
        ("not_recorded", 16),
    }
    assert all(group.subject.after is None for group in groups)


def test_lines_that_cannot_be_read_count_as_undetermined() -> None:
    """Each may have been a decision."""
    summary = Summary(examples=1)
    assert summary.undetermined_percent == 0
    for number in range(MAX_TOLD + 1):
        summary.reject(f"log:{number}", "it is no JSON")
    assert summary.undetermined_percent == 100
    assert (summary.unreadable, len(summary.told)) == (MAX_TOLD + 1, MAX_TOLD)
    assert summary.told[0].where == "log:0"

    for _ in range(MAX_TOLD + 1):
        summary.add(answer(YES, YES), "log:1")
    assert summary.undetermined_percent == 50
    summary.add(answer(YES, UNKNOWN), "log:1")
    assert 50 < summary.undetermined_percent < 53


def test_there_is_an_end_to_groups() -> None:
    """A log that somebody made up may have one for each line."""
    summary = Summary(examples=1)
    for number in range(MAX_GROUPS + 2):
        summary.add(answer(NO, YES, route=str(number)), "log:1")
    summary.add(answer(NO, YES, route="0"), "log:1")
    summary.add(answer(NO, NO), "log:1")

    assert len(summary.groups(Verdict.WIDENED)) == MAX_GROUPS
    assert summary.groups(Verdict.WIDENED)[0].count == 2
    assert summary.ungrouped == 2
    assert summary.count(Verdict.WIDENED) == MAX_GROUPS + 3


def test_what_nothing_explains_is_kept() -> None:
    """The first of them, one by one."""
    summary = Summary(examples=0)
    for number in range(MAX_TOLD + 1):
        strange = Answer(RECORD, Verdict.NARROWED, Decided(NO), unexplained=True)
        summary.add(strange, f"log:{number}")

    assert summary.unexplained == MAX_TOLD + 1
    assert len(summary.suspects) == MAX_TOLD
    assert not summary.groups(Verdict.NARROWED)[0].examples


@pytest.mark.parametrize("at", [0, 1, 7, 39, 40])
def test_two_parts_are_the_whole(at: int) -> None:
    """Also where there are more groups, lines and alarms than are told."""

    def added(numbers: range, groups: int) -> Summary:
        summary = Summary(examples=3, groups=groups)
        for number in numbers:
            after = (YES, NO, YES._replace(rule="x"), UNKNOWN)[number % 4]
            made = answer((NO, YES)[number % 5 < 2], after, route=f"r{number % 6}")
            summary.add(replace(made, unexplained=True), f"log:{number}")
            summary.reject(f"log:{number}", "odd")
            summary.passed_over += 1
        return summary

    whole = added(range(40), 9)
    parts = Summary(examples=3, groups=9)
    parts.include(added(range(at), 40))
    parts.include(added(range(at, 40), 40))

    assert whole.ungrouped
    assert to_text(parts, against="x") == to_text(whole, against="x")
    assert to_json(parts, against="x") == to_json(whole, against="x")
