"""Which attributes a pool takes, and from whom."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.attributes.schema import (
    MAX_TEXT,
    Attribute,
    AttributeProblem,
    AttributeType,
    Schema,
)

TIER = Attribute("custom:tier", least=Decimal(2), most=Decimal(5), mutable=False)
AGE = Attribute("custom:age", AttributeType.NUMBER, least=Decimal(0), most=Decimal(150))
SINCE = Attribute("custom:since", AttributeType.DATE_TIME)
NEWS = Attribute("custom:news", AttributeType.BOOLEAN)
NOTE = Attribute("dev:note")
SCHEMA = Schema.of(
    required=["email"],
    immutable=["birthdate"],
    custom=[TIER, AGE, SINCE, NEWS, NOTE],
)


def problem_of(
    name: str, value: str, *, before: str = "", by_administrator: bool = False
) -> AttributeProblem | None:
    known = {name: before} if before else None
    found = dict(
        SCHEMA.problems({name: value}, known=known, by_administrator=by_administrator)
    )
    return found.get(name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Ana \N{SNOWMAN}"),
        ("name", "x" * MAX_TEXT),
        ("email", "ana@example.com"),
        ("phone_number", "+14155552671"),
        ("birthdate", "1990-02-28"),
        ("birthdate", "0000-02-29"),
        ("birthdate", "1990"),
        ("updated_at", "1762142706"),
        ("custom:tier", "ab"),
        ("custom:tier", "abcde"),
        ("custom:age", "0"),
        ("custom:age", "150"),
        ("custom:age", "12.5"),
        ("custom:since", "1762142706"),
        ("custom:since", "2026-05-04T09:00:00Z"),
        ("custom:news", "true"),
        ("name", ""),
    ],
)
def test_a_value_of_its_type_is_taken(name: str, value: str) -> None:
    """The last ones within the bounds too; an empty text removes."""
    assert problem_of(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("shoe_size", "46", AttributeProblem.UNKNOWN),
        ("custom:unknown", "46", AttributeProblem.UNKNOWN),
        ("name", "x" * (MAX_TEXT + 1), AttributeProblem.TOO_LONG),
        ("custom:since", "1" * (MAX_TEXT + 1), AttributeProblem.TOO_LONG),
        ("custom:tier", "a", AttributeProblem.TOO_SHORT),
        ("custom:tier", "abcdef", AttributeProblem.TOO_LONG),
        ("custom:age", "-1", AttributeProblem.TOO_SMALL),
        ("custom:age", "151", AttributeProblem.TOO_LARGE),
        ("custom:age", "twelve", AttributeProblem.WRONG_TYPE),
        ("custom:age", "1e3", AttributeProblem.WRONG_TYPE),
        ("custom:age", "NaN", AttributeProblem.WRONG_TYPE),
        ("custom:age", "\N{ARABIC-INDIC DIGIT ONE}", AttributeProblem.WRONG_TYPE),
        ("custom:since", "yesterday", AttributeProblem.WRONG_TYPE),
        ("custom:news", "True", AttributeProblem.WRONG_TYPE),
        ("email", "ana", AttributeProblem.NO_EMAIL),
        ("phone_number", "030123456", AttributeProblem.NO_PHONE),
        ("birthdate", "1990-02-30", AttributeProblem.NO_DATE),
        ("birthdate", "28.2.1990", AttributeProblem.NO_DATE),
        ("sub", "5f2b", AttributeProblem.RESERVED),
        ("identities", "[]", AttributeProblem.RESERVED),
        ("email_verified", "true", AttributeProblem.RESERVED),
        ("phone_number_verified", "true", AttributeProblem.RESERVED),
        ("dev:note", "x", AttributeProblem.RESERVED),
    ],
)
def test_anything_else_is_refused_with_its_reason(
    name: str, value: str, problem: AttributeProblem
) -> None:
    """The first values outside the bounds too."""
    assert problem_of(name, value) is problem


def test_an_administrator_may_vouch_for_an_address() -> None:
    """And write what is the developers' own; nobody writes `sub`."""
    assert problem_of("email_verified", "true", by_administrator=True) is None
    assert problem_of("dev:note", "x", by_administrator=True) is None
    assert (
        problem_of("email_verified", "yes", by_administrator=True)
        is AttributeProblem.WRONG_TYPE
    )
    assert problem_of("sub", "5f2b", by_administrator=True) is AttributeProblem.RESERVED


def test_what_does_not_change_is_set_once() -> None:
    """Saying the same again is no change."""
    assert problem_of("custom:tier", "gold") is None
    assert problem_of("custom:tier", "gold", before="gold") is None
    assert problem_of("custom:tier", "red", before="gold") is AttributeProblem.IMMUTABLE
    assert problem_of("custom:tier", "", before="gold") is AttributeProblem.IMMUTABLE
    assert (
        problem_of("birthdate", "1991-01-01", before="1990-01-01")
        is AttributeProblem.IMMUTABLE
    )


def test_what_is_required_is_not_removed() -> None:
    """But who never had it can say nothing, and is asked for it later."""
    assert problem_of("email", "", before="ana@example.com") is AttributeProblem.MISSING
    assert problem_of("email", "") is None
    assert problem_of("name", "", before="Ana") is None


def test_what_somebody_lacks_is_told() -> None:
    """An empty value is none, and `sub` is never asked for."""
    assert SCHEMA.missing({}) == ["email"]
    assert SCHEMA.missing({"email": ""}) == ["email"]
    assert SCHEMA.missing({"email": "ana@example.com"}) == []
    assert Schema().missing({}) == []


@given(
    st.dictionaries(
        st.sampled_from([*SCHEMA.attributes, "other"]), st.text(max_size=40)
    ),
    st.booleans(),
)
def test_whatever_is_written_is_taken_or_refused(
    values: dict[str, str],
    by_administrator: bool,  # noqa: FBT001 - drawn, by its name
) -> None:
    """Each attribute has one reason at most, and nothing is raised."""
    found = list(SCHEMA.problems(values, by_administrator=by_administrator))

    assert len(dict(found)) == len(found)
    assert dict(found).keys() <= values.keys()


@pytest.mark.parametrize("text", ["a\0b", "\ud83d", "\ude00 alone"])
def test_what_no_database_keeps_is_no_value(text: str) -> None:
    """A zero character, half of a surrogate pair; the whole pair is fine."""
    assert problem_of("name", text) is AttributeProblem.WRONG_TYPE
    assert problem_of("name", "a\N{GRINNING FACE}b") is None
