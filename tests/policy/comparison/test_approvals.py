"""`gateway.policy.comparison.approvals`."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.policy.comparison.approvals import Entry, approve, read_approvals
from gateway.policy.comparison.findings import Finding, Key, Verdict, What

DAY = date(2026, 5, 4)
TEXT = """
schema = 1
[[approval]]
route = "files"
methods = ["GET"]
kind = "authenticated"
rule = "orders/only"
approved_by = "sec@example.com"
reason = "the importer needs it"
expires = 2026-05-04
"""
KEY = Key(
    Verdict.WIDENED, What.ACCESS, "files", "GET", "authenticated", "orders/only", "r"
)


def entries(text: str = TEXT) -> list[Entry]:
    return read_approvals(
        Document(path=Path("approved.toml"), name="approved.toml", raw=text.encode())
    )


def open_after(key: Key, text: str = TEXT, today: date = DAY) -> bool:
    return bool(approve([Finding(key)], entries(text), today=today).open)


def test_a_widening_that_is_listed_is_agreed_to() -> None:
    """With the entry that says so."""
    approved = approve([Finding(KEY)], entries(), today=DAY)

    ((finding, entry),) = approved.agreed
    assert finding.key == KEY
    assert entry.where == "approved.toml:7:8"
    assert (approved.open, approved.stale, approved.expired) == ((), (), ())


@pytest.mark.parametrize(
    "other",
    [
        {"route": "bills"},
        {"method": "PUT"},
        {"kind": "guest"},
        {"rule": "orders/other"},
        {"what": What.REQUIRE},
    ],
)
def test_an_entry_says_nothing_of_any_other_widening(other: dict[str, str]) -> None:
    """Each part of it has to be the same."""
    assert open_after(replace(KEY, **other))  # type: ignore[arg-type]


def test_methods_and_role_may_be_left_out() -> None:
    """Then all of them are meant; a role that is named is the only one."""
    anyhow = TEXT.replace('methods = ["GET"]\n', "")
    only = TEXT.replace("rule =", 'role = "s"\nrule =')

    assert not open_after(replace(KEY, method="PUT"), anyhow)
    assert open_after(KEY, only)
    assert not open_after(replace(KEY, role="s"), only)


def test_providers_may_be_named() -> None:
    """Then nobody else's people may meet it; without them, anybody's may."""
    named = TEXT.replace("rule =", 'providers = ["corp", "lab"]\nrule =')

    def is_open(*providers: str, text: str = named) -> bool:
        finding = Finding(KEY, providers=providers)
        return bool(approve([finding], entries(text), today=DAY).open)

    assert not is_open("corp")
    assert not is_open("corp", "lab")
    assert is_open("corp", "google")
    assert not is_open("corp", "google", text=TEXT)


def test_a_setting_is_named_by_its_key() -> None:
    """It has no route."""
    key = Key(
        Verdict.WIDENED, What.SETTING, "", "", "", "guest.ceiling", "", "`x` is added"
    )
    text = (
        '[[approval]]\nwhat = "setting"\nrule = "guest.ceiling"\n'
        'approved_by = "a"\nreason = "b"\nexpires = 2027-01-01\n'
    )

    assert not open_after(key, text)


def test_an_entry_counts_on_its_last_day_and_not_on_the_next() -> None:
    """Then it is told of, and the widening is open again."""
    late = approve([Finding(KEY)], entries(), today=date(2026, 5, 5))

    assert not open_after(KEY)
    assert [each.key for each in late.open] == [KEY]
    assert len(late.expired) == 1
    assert not late.stale


def test_an_entry_that_nothing_needs_is_stale() -> None:
    """What narrows needs none."""
    narrowed = Finding(replace(KEY, verdict=Verdict.NARROWED))

    approved = approve([narrowed], entries(), today=DAY)

    assert len(approved.stale) == 1
    assert not approved.open


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('reason = "the importer needs it"\n', "", "E104"),
        ("schema = 1", "schema = 2", "E107"),
        ("expires = 2026-05-04", 'expires = "soon"', "E105"),
        ("route =", "rout =", "E103"),
    ],
)
def test_a_faulty_file_is_told_with_its_place(old: str, new: str, code: str) -> None:
    """As any other file of the gateway."""
    with pytest.raises(ConfigError) as caught:
        entries(TEXT.replace(old, new))

    assert caught.value.faults[0].code == code


def test_a_file_without_entries_agrees_to_nothing() -> None:
    """It is a file all the same."""
    assert entries("schema = 1") == []
