"""What all tests go by.

Property tests draw the same cases in every run, so that a red run is about the change and
never about the draw; `make nightly` draws new ones. How long a case takes is no failure:
the machines that run tests are busy.
"""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the storage's tests be run against a server too; see `tests/storage`."""
    parser.addoption(
        "--postgresql",
        action="store_true",
        help="run the tests of the storage against a PostgreSQL server too",
    )
