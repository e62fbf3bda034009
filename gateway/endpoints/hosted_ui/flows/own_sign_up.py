"""What a browser keeps of a sign-up until the link in the e-mail is followed.

The link says who confirms; that they signed up in this very browser, and where they came
from, it cannot say. Sealed, for this browser and for a while only, as what pages carry to
each other (`gateway.endpoints.hosted_ui.carried`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.responses import Response

from gateway.endpoints.hosted_ui.cookies import MAX_SIGN_UP
from gateway.endpoints.hosted_ui.errors import StaleStepError
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import LANGUAGE, Visit

_KIND: Final = "sign-up"


@dataclass(frozen=True, slots=True)
class OwnSignUp:
    """Somebody who signed up in this browser.

    Attributes:
        sub: Who.
        client_id: For whom.
        query: What the application had asked for.
    """

    sub: str
    client_id: str
    query: Mapping[str, str]

    def resumed(self, visit: Visit) -> Visit:
        """Return the visit as if it came from the page of the sign-up."""
        language = visit.query.get(LANGUAGE, "")
        spoken = {LANGUAGE: language} if language else {}
        return replace(visit, query={**self.query, **spoken})


def keep_sign_up(
    site: Site, visit: Visit, place: Place, response: Response, sub: str
) -> None:
    """Let the browser remember who has signed up with it.

    A request that is too long for a cookie is not remembered: then the person signs in.
    """
    kept = {
        "sub": sub,
        "client_id": place.client.id,
        "query": visit.link_query(client_id=place.client.id),
    }
    sealed = site.carrier.pack(_KIND, site.cookies.browser(visit), kept)
    if len(sealed) <= MAX_SIGN_UP:
        site.cookies.keep_sign_up(response, sealed)


def find_sign_up(site: Site, visit: Visit) -> OwnSignUp | None:
    """Return who signed up with this browser a while ago; `None` if nobody did."""
    browser = site.cookies.browser(visit)
    try:
        kept = site.carrier.unpack(_KIND, browser, site.cookies.sign_up(visit))
    except StaleStepError:
        return None
    return OwnSignUp(kept["sub"], kept["client_id"], kept["query"])
