"""What things may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.user import User, UserStatus
from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError
from gateway.pool.factors.labels import MAX_LABEL, known_as, label_of
from tests.pool.house import NOON

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", "Passkey"),
        ("  ", "Passkey"),
        (" Ana's phone ", "Ana's phone"),
        ("x" * MAX_LABEL, "x" * MAX_LABEL),
        (FAMILY, FAMILY),
        ("u\N{COMBINING DIAERESIS}", "\N{LATIN SMALL LETTER U WITH DIAERESIS}"),
    ],
)
def test_a_name_is_kept_as_one_line(typed: str, kept: str) -> None:
    assert label_of(typed, otherwise="Passkey") == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * (MAX_LABEL + 1), AttributeProblem.TOO_LONG),
        ("a\nb", AttributeProblem.WRONG_TYPE),
        ("a\0", AttributeProblem.WRONG_TYPE),
        ("\ud800", AttributeProblem.WRONG_TYPE),
        ("\N{RIGHT-TO-LEFT OVERRIDE}a", AttributeProblem.WRONG_TYPE),
        ("a\N{LINE SEPARATOR}b", AttributeProblem.WRONG_TYPE),
    ],
)
def test_what_cannot_be_seen_is_no_name(typed: str, problem: AttributeProblem) -> None:
    """It would tear a log line or a page apart."""
    with pytest.raises(InvalidParameterError) as caught:
        label_of(typed)

    assert caught.value.problems == {"name": problem}


@pytest.mark.parametrize(
    ("username", "attributes", "name"),
    [
        ("ana", {"email": "ana@example.com"}, "ana"),
        ("1", {"email": "ana@example.com", "phone_number": "+1"}, "ana@example.com"),
        ("1", {"email": "", "phone_number": "+1"}, "+1"),
        ("1", {}, "1"),
    ],
)
def test_people_are_known_by_a_name_that_they_recognise(
    username: str, attributes: dict[str, str], name: str
) -> None:
    """Not by an id, if there is anything else."""
    user = User(
        pool_id="us-east-1_Ab3dEfGh9",
        sub="1",
        username=username,
        status=UserStatus.CONFIRMED,
        enabled=True,
        attributes=attributes,
        created_at=NOON,
        updated_at=NOON,
    )

    assert known_as(user) == name


@given(st.text(max_size=2 * MAX_LABEL))
def test_whatever_is_typed_is_kept_or_refused(typed: str) -> None:
    """And what is kept fits."""
    try:
        kept = label_of(typed)
    except InvalidParameterError:
        return

    assert len(kept) <= MAX_LABEL
