"""What a pool is told of a request."""

from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.texts import Catalogues
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.sign_in.values import Context


def test_messages_come_in_the_language_of_the_page() -> None:
    t = Catalogues.load().choose(asked=["de"], accepted="")
    visit = Visit("POST", "/login", address="192.0.2.1", user_agent="B" * 1000)

    assert context_of(visit, t) == Context(
        "192.0.2.1", user_agent="B" * 256, language="de"
    )
