"""The gateway as a service provider: sends people to sign in, and reads who has.

What comes back is judged by `gateway.authentication.saml`; here it is only seen to that it
answers the request that this very sign-in has made.

References: SAML Profiles 2.0 section 4.1; SAML Bindings 2.0 sections 3.4 and 3.5.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from gateway.authentication.saml.building import SamlParts
from gateway.authentication.saml.errors import RefusedStatusError
from gateway.authentication.saml.logout import issuer_of
from gateway.authentication.saml.names import POST, REDIRECT
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.saml.writing import (
    Letter,
    Parting,
    Wish,
    as_form,
    as_query,
    authentication_request,
    logout_request,
    logout_response,
    own_metadata,
)
from gateway.federation.values import (
    UNINVITED,
    Attempt,
    Departure,
    ProvenLogin,
    SignOutMessage,
    SignOutNotice,
    UpstreamSession,
)
from gateway.model.errors import BadAnswerError

_REQUEST: Final = "request_id"
_RESPONSE: Final = "SAMLResponse"
_RELAY: Final = "RelayState"

# What a NameID had beside its text, by the claim's name; a request has it again.
_QUALITIES: Final = {
    "name_id_format": "Format",
    "name_qualifier": "NameQualifier",
    "sp_name_qualifier": "SPNameQualifier",
}
_INDEX: Final = "session_index"
_NAME_IS_SUBJECT: Final = "saml.name_id"


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
        request_id = _new_id()
        place = places[binding]
        wish = Wish(request_id, place, attempt.force, self._clock())
        root = authentication_request(self._parts.settings, wish)
        sent = self._send(root, binding, place, attempt.state, "SAMLRequest")
        return replace(sent, kept={_REQUEST: request_id})

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
        return ProvenLogin(
            claims=claims,
            # Whoever signs out there is found by this name, whatever session they name.
            session_id=claims.subject,
            session={
                name: str(claims.claims.get(name, "")) for name in (*_QUALITIES, _INDEX)
            },
        )

    def leave(self, session: UpstreamSession, *, state: str) -> Departure:
        """Return how a browser gets to the provider, to sign out there too.

        Raises:
            ProviderUnavailableError: Its metadata cannot be had.
            BadAnswerError: It has no place to sign out, or the gateway no key to ask with.
        """
        places = self._parts.descriptions.current().logout
        binding = REDIRECT if REDIRECT in places else POST
        if binding not in places or self._parts.key is None:
            raise BadAnswerError(f"{self.provider} names no place to sign out at")
        letter = self._letter(places[binding])
        parting = Parting(
            letter,
            name_id=session.session_id,
            qualities={
                attribute: session.extra.get(name, "")
                for name, attribute in _QUALITIES.items()
            },
            session_index=session.extra.get(_INDEX, ""),
        )
        root = logout_request(self._parts.settings, parting)
        sent = self._send(root, binding, letter.destination, state, "SAMLRequest")
        return replace(sent, kept={_REQUEST: letter.id})

    def has_left(self, kept: Mapping[str, str], message: SignOutMessage) -> None:
        """Return nothing, once the provider has said that somebody is signed out.

        Raises:
            ProviderSaysNoError: They are not, or not everywhere.
            CredentialError: The answer is not good.
            ProviderUnavailableError: Its certificates cannot be had.
        """
        try:
            self._parts.logout.response(
                message.fields,
                message.query,
                request_id=kept.get(_REQUEST, ""),
                now=self._clock(),
            )
        except RefusedStatusError as error:
            raise ProviderSaysNoError(error.status, error.detail) from error

    def asker_of(self, message: SignOutMessage) -> str:
        """Return who says that they have sent a request. Nothing of it is verified.

        Raises:
            CredentialError: It is no request.
        """
        max_bytes = self._parts.settings.strict.max_bytes
        return issuer_of(message.fields, message.query, max_bytes=max_bytes)

    def notice(self, message: SignOutMessage) -> SignOutNotice:
        """Return whom the provider signs out.

        Raises:
            CredentialError: The request is not good.
            ProviderUnavailableError: Its certificates cannot be had.
        """
        asked = self._parts.logout.request(
            message.fields, message.query, now=self._clock()
        )
        is_subject = self._parts.settings.map.subject == _NAME_IS_SUBJECT
        return SignOutNotice(
            id=asked.id,
            session_id=asked.name_id,
            subject=asked.name_id if is_subject else "",
            good_until=asked.good_until,
        )

    def answer(
        self, notice: SignOutNotice, message: SignOutMessage
    ) -> Departure | None:
        """Return how a browser brings the provider the answer that somebody is signed out.

        Raises:
            ProviderUnavailableError: Its metadata cannot be had.
        """
        places = self._parts.descriptions.current().logout_answers
        came_by = REDIRECT if message.query else POST
        binding = came_by if came_by in places else next(iter(places), "")
        if not binding or self._parts.key is None:
            return None
        letter = self._letter(places[binding])
        root = logout_response(self._parts.settings, letter, notice.id)
        relayed = message.fields.get(_RELAY, "")
        return self._send(root, binding, letter.destination, relayed, _RESPONSE)

    def _letter(self, destination: str) -> Letter:
        return Letter(_new_id(), destination, self._clock())

    def _send(
        self, root: Any, binding: str, place: str, relayed: str, name: str
    ) -> Departure:
        key = self._parts.key
        if binding == POST:
            return Departure(place, form=as_form(root, relayed, key, name=name))
        joint = "&" if "?" in place else "?"
        return Departure(f"{place}{joint}{as_query(root, relayed, key, name=name)}")


def _new_id() -> str:
    # An XML id begins with no digit; 160 bits (SAML Core section 1.3.4).
    return f"_{secrets.token_hex(20)}"
