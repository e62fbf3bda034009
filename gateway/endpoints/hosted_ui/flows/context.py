"""What a pool is told of a request that comes from a page."""

from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.texts import Texts
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.pool.sign_in.values import Context
from gateway.pool.triggers.values import Caller

_MAX_AGENT = 256


def context_of(visit: Visit, t: Texts) -> Context:
    """Return it; messages come in the language of the page."""
    return Context(
        visit.address, user_agent=visit.user_agent[:_MAX_AGENT], language=t.tag
    )


def caller_of(visit: Visit, place: Place, t: Texts) -> Caller:
    """Return who asks, for what happens before anybody is signed in."""
    return Caller(place.client.id, visit.address, language=t.tag)
