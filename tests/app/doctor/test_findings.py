"""What an examination finds."""

from gateway.app.doctor.findings import Finding, State, doubtful, fine, told, wrong


def test_each_state_has_a_word() -> None:
    """They are a contract for programs."""
    found = [fine("a", "b"), told("a", "b"), doubtful("a", "b"), wrong("a", "b", "c")]

    assert [each.state.value for each in found] == ["fine", "told", "doubtful", "wrong"]
    assert found[-1] == Finding("a", State.WRONG, "b", "c")
