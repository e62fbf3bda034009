"""A folder of files whose database has one pool, and the commands about its people."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.app.offline import open_pool_services
from gateway.app.pools import PoolServices
from gateway.cli.clock import now
from gateway.config.load import load
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from tests.cli.desk import Desk


class Office(Desk):
    """The folder, and what is in its database."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.pool = self.make_pool("people")

    def make_pool(self, name: str) -> Pool:
        def make(services: PoolServices) -> Pool:
            return services.pools.create(PoolSettings(name=name))

        pool: Pool = self.do(make)
        return pool

    def do(self, work: Callable[[PoolServices], Any]) -> Any:
        """Return what somebody finds who looks into the database."""
        settings = load(self.config).settings
        with open_pool_services(settings, clock=now) as services:
            return work(services)

    def users(self, *arguments: str) -> Any:
        """Return what a command says in JSON."""
        return self.json("users", *arguments)

    def said(self, *arguments: str, stdin: str = "") -> str:
        """Return what a command says to people, which has worked."""
        result = self.run("users", *arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *arguments: str, stdin: str = "") -> tuple[int, str]:
        """Return how a command ends that does not work, and what it says."""
        result = self.run("users", *arguments, stdin=stdin)
        return result.exit_code, result.stderr


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
