"""What is the same for all ways to call."""

from gateway.pool.triggers.functions import no_function, shown


def test_a_gateway_without_functions_finds_none() -> None:
    """Whatever it is called."""
    assert no_function("it") is None


def test_what_a_function_says_is_shown_as_one_line_of_bounded_length() -> None:
    """It may hold what a person has typed."""
    assert shown("not\r\n today\x1b[31m") == "not today[31m"
    assert shown(ValueError("no")) == "no"
    assert len(shown("a" * 2000)) == 1000
