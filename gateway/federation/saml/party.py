"""The gateway as a service provider: sends people to sign in, and reads who has.

What comes back is judged by `gateway.authentication.saml`; here it is only seen to that it
answers the request that this very sign-in has made.

References: SAML Profiles 2.0 section 4.1; SAML Bindings 2.0 sections 3.4 and 3.5.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from gateway.authentication.saml.building import SamlParts
from gateway.authentication.saml.errors import RefusedStatusError
from gateway.authentication.saml.names import POST, REDIRECT
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.saml.writing import (
    Wish,
    as_form,
    as_query,
    authentication_request,
    own_metadata,
)
from gateway.federation.values import UNINVITED, Attempt, Departure, ProvenLogin
from gateway.model.errors import BadAnswerError

_REQUEST: Final = "request_id"
_RESPONSE: Final = "SAMLResponse"
_RELAY: Final = "RelayState"


class SamlParty:
    """What the gateway is to one SAML provider. Shared by threads.

    Args:
        parts: What the provider's file made.
        clock: The time, aware UTC.
    """

    def __init__(self, parts: SamlParts, *, clock: Callable[[], datetime]) -> None:
        self.provider = parts.settings.id
        # Whether the provider may begin a sign-in by itself.
        self.answers_uninvited = parts.settings.strict.allow_idp_initiated
        self._parts = parts
        self._clock = clock

    @property
    def metadata(self) -> bytes:
        """What the provider is told about the gateway, as XML."""
        return own_metadata(self._parts.settings)

    def begin(self, attempt: Attempt) -> Departure:
        """Return how a browser gets to the provider.

        Raises:
            ProviderUnavailableError: Its metadata cannot be had.
            BadAnswerError: It has no place where people sign in.
        """
        places = self._parts.descriptions.current().sso
        binding = REDIRECT if REDIRECT in places else POST
        if binding not in places:
            raise BadAnswerError(f"{self.provider} names no place to sign in at")
        # An XML id begins with no digit; 160 bits (SAML Core section 1.3.4).
        request_id = f"_{secrets.token_hex(20)}"
        place = places[binding]
        wish = Wish(request_id, place, attempt.force, self._clock())
        root = authentication_request(self._parts.settings, wish)
        kept = {_REQUEST: request_id}
        if binding == POST:
            form = as_form(root, attempt.state, self._parts.key)
            return Departure(place, form=form, kept=kept)
        joint = "&" if "?" in place else "?"
        query = as_query(root, attempt.state, self._parts.key)
        return Departure(f"{place}{joint}{query}", kept=kept)

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in.

        Args:
            attempt: The one that `RelayState` leads to.
            answer: What the browser has posted.

        Raises:
            ProviderSaysNoError: Nobody, for a reason of the provider's.
            CredentialError: Its response is not good.
            BadAnswerError: There is none.
            ProviderUnavailableError: Its certificates cannot be had.
        """
        is_uninvited = UNINVITED in attempt.kept
        relayed = answer.get(_RELAY, "").encode()
        if not is_uninvited and not hmac.compare_digest(
            relayed, attempt.state.encode()
        ):
            raise BadAnswerError("the answer belongs to another attempt")
        response = answer.get(_RESPONSE, "")
        if not response:
            raise BadAnswerError("the answer brings no SAMLResponse")
        request_id = None if is_uninvited else attempt.kept.get(_REQUEST, "")
        try:
            claims = self._parts.verifier.sign_in(
                response, request_id=request_id, now=self._clock()
            )
        except RefusedStatusError as error:
            raise ProviderSaysNoError(error.status, error.detail) from error
        session_id = claims.claims.get("session_index", "")
        return ProvenLogin(
            claims=claims,
            session_id=session_id if isinstance(session_id, str) else "",
        )
