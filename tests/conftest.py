"""What all tests go by.

Property tests draw the same cases in every run, so that a red run is about the change and
never about the draw; `make nightly` draws new ones. How long a case takes is no failure:
the machines that run tests are busy.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# What a test writes is gone when it has passed. In memory, where there is enough of it, no
# commit waits for a disk; one who sets TMPDIR decides for themselves.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder there for one user alone
_ENOUGH_BYTES = 2 << 30

settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("steady")


# `make nightly`: other cases each time.
settings.register_profile(
    "nightly", settings.get_profile("steady"), derandomize=False, print_blob=True
)


def _choose_folder() -> None:
    chosen = any(name in os.environ for name in ("TMPDIR", "TEMP", "TMP"))
    if (
        not chosen
        and _IN_MEMORY.is_dir()
        and shutil.disk_usage(_IN_MEMORY).free >= _ENOUGH_BYTES
    ):
        tempfile.tempdir = str(_IN_MEMORY)


_choose_folder()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let some tests do more: the storage's with a server, CEL's with more cases."""
    parser.addoption(
        "--cel-cases",
        type=int,
        default=300,
        metavar="N",
        help="how many made-up expressions are compared with other implementations",
    )
    parser.addoption(
        "--postgresql",
        action="store_true",
        help="run the tests that keep something against a PostgreSQL server too",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what needs a database server, where there is to be none."""
    if config.getoption("postgresql"):
        return
    wanting = {each for each in items if each.get_closest_marker("postgresql")}
    if wanting:
        config.hook.pytest_deselected(items=list(wanting))
        items[:] = [each for each in items if each not in wanting]
