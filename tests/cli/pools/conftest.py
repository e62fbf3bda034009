"""What the commands about pools are tested with."""

import pytest

from gateway.app.loading import load
from gateway.app.offline import open_pool_services
from gateway.cli.clock import now
from tests.cli.desk import Desk
from tests.cli.pools.files import FILE


@pytest.fixture
def declared(desk: Desk) -> Desk:
    """Return a desk whose gateway has been started once."""
    desk.write("providers/people.toml", FILE)
    configuration = load(desk.config).configuration
    with open_pool_services(configuration.settings, clock=now) as services:
        services.reconciler.reconcile(configuration.providers)
    return desk
