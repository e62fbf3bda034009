"""The name that was probably meant."""

from gateway.config.suggestion import suggest


def test_the_nearest_name_is_suggested() -> None:
    """One, not a list to choose from."""
    known = ["email", "email_verified", "name"]

    assert suggest("emial_verified", known) == "did you mean `email_verified`?"


def test_without_a_near_name_nothing_is_suggested() -> None:
    """A wrong hint costs more than none."""
    assert suggest("zzz", ["email", "name"]) == ""
    assert suggest("email", []) == ""


def test_a_name_beyond_measure_is_not_compared() -> None:
    """Comparing takes the product of the lengths."""
    known = ["e" * 60]

    assert suggest("e" * 64, known) != ""
    assert suggest("e" * 65, known) == ""
