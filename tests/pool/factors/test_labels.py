"""What things may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.attributes.schema import AttributeProblem
from gateway.pool.errors import InvalidParameterError
from gateway.pool.factors.labels import MAX_LABEL, label_of

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


@given(st.text(max_size=2 * MAX_LABEL))
def test_whatever_is_typed_is_kept_or_refused(typed: str) -> None:
    """And what is kept fits."""
    try:
        kept = label_of(typed)
    except InvalidParameterError:
        return

    assert len(kept) <= MAX_LABEL
