"""What comes after a step of a sign-in: the next question, or the way in.

Whoever has just confirmed a sign-up is let in without another word, in the browser that they
signed up with and in no other: somebody could have signed up with a stranger's address, and
the stranger, who follows the link, must not find themselves in an account whose password
that somebody knows.

Reference: Amazon Cognito, "Sign in after confirmation" (`USER_AUTH` with `Session`).
"""

from starlette.responses import Response

from gateway.endpoints.hosted_ui.flows.arrival import SIGN_IN, Arrival
from gateway.endpoints.hosted_ui.flows.context import context_of
from gateway.endpoints.hosted_ui.flows.question import Question
from gateway.endpoints.hosted_ui.place import Place
from gateway.endpoints.hosted_ui.site import Site
from gateway.endpoints.hosted_ui.visit import Visit
from gateway.model.user import User
from gateway.pool.errors import NotAuthorizedError, TriggerError, TriggerRefusedError
from gateway.pool.sign_in.sign_ins import SignIns
from gateway.pool.sign_in.values import Asked, Confirmed, SignedIn

CONFIRMED = "confirmed"


class Admission:
    """Lets people in, or on to what is asked of them."""

    def __init__(self, *, site: Site, sign_ins: SignIns, arrival: Arrival) -> None:
        self._site = site
        self._sign_ins = sign_ins
        self._arrival = arrival

    def onward(
        self, visit: Visit, place: Place, username: str, step: Asked | SignedIn
    ) -> Response:
        """Return the way of somebody whose answer was right.

        Args:
            visit: Who goes on.
            place: For whom they sign in.
            username: As typed.
            step: What came of the answer.
        """
        if isinstance(step, SignedIn):
            return self._arrival.after(visit, place, step)
        packed = Question.of(step, username).packed(self._site, visit)
        return self._site.renderer.redirect(visit.link(SIGN_IN, step=packed))

    def confirmed(self, visit: Visit, place: Place, user: User) -> Response:
        """Return the way of somebody who has confirmed where they signed up.

        A second factor and whatever else a sign-in asks is asked of them too. If they are
        not let in, they are confirmed all the same, and sign in as others do.

        Raises:
            GatewayError: Nobody can be signed in at the moment.
        """
        pool, client = place.pool, place.client
        context = context_of(visit, self._site.texts(visit, place))
        session = self._sign_ins.after_confirmation(pool, client, user, context)
        try:
            step = self._sign_ins.begin(
                pool, client, user.username, Confirmed(session), context
            )
        except (NotAuthorizedError, TriggerRefusedError, TriggerError):
            return self.by_themselves(visit)
        return self.onward(visit, place, user.username, step)

    def by_themselves(self, visit: Visit) -> Response:
        """Return the way of somebody who is confirmed, and signs in like others."""
        return self._site.renderer.redirect(visit.link(SIGN_IN, notice=CONFIRMED))
