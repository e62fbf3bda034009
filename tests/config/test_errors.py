"""The one failure of the configuration."""

from gateway.config.errors import ConfigError
from gateway.config.faults import Fault


def test_the_faults_stand_in_the_order_of_the_files() -> None:
    """Whoever repairs them goes from top to bottom."""
    first = Fault("E103", "x", "a.toml", 2, 5)
    second = Fault("E101", "y", "a.toml", 10, 1)
    third = Fault("E101", "z", "b.toml", 1, 1)

    error = ConfigError([third, second, first])

    assert error.faults == (first, second, third)
    assert str(error).splitlines()[0] == "a.toml:2:5: error[E103] x"
