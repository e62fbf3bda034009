"""What can be wrong with a record."""

from gateway.cel.errors import EvaluationError
from gateway.policy.replaying.errors import NotRecordedError, UndeterminedError


def test_a_missing_value_is_an_error_of_the_expression() -> None:
    """So that the language's own rules say whether it matters."""
    error = NotRecordedError(("claims", "a b"))

    assert isinstance(error, EvaluationError)
    assert error.message == "`claims['a b']` was not recorded"
    assert error.path == ("claims", "a b")


def test_what_is_missing_is_told_in_order() -> None:
    """So that equal reasons are one."""
    error = UndeterminedError({("now",), ("claims", "a")})

    assert error.missing == (("claims", "a"), ("now",))
    assert str(error) == "claims.a, now"
