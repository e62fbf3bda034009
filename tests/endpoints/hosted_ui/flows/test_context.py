"""What a pool is told of a request."""

from gateway.endpoints.hosted_ui.flows.context import caller_of, context_of
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.client import Client
from gateway.pool.pool import Pool
from gateway.pool.settings import PoolSettings
from gateway.pool.sign_in.values import Context
from gateway.pool.triggers.values import Caller
from tests.pool.house import NOON


def test_messages_come_in_the_language_of_the_page() -> None:
    t = Catalogues.load().choose(asked=["de"], accepted="")
    visit = Visit("POST", "/login", address="192.0.2.1", user_agent="B" * 1000)

    client = Client("c" * 26, "us-east-1_Ab3dEfGh9", "Shop")
    place = Place(Pool(client.pool_id, PoolSettings(name="people"), NOON), client)
    assert caller_of(visit, place, t) == Caller(client.id, "192.0.2.1", language="de")
    assert context_of(visit, t) == Context(
        "192.0.2.1", user_agent="B" * 256, language="de"
    )
