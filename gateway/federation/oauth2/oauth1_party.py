"""The gateway as an OAuth 1.0a client that wants to know who somebody is.

There is no `state` in OAuth 1.0a: it travels in the address that the browser comes back to,
and the temporary token binds the answer to it once more.

Reference: RFC 5849 section 2.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Api
from gateway.authentication.opaque.oauth1 import Signer, TokenPair
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import Attempt, Departure, ProvenLogin
from gateway.model.errors import BadAnswerError

_MAX_VERIFIER = 1024


class OAuth1Party:
    """Signs people in at X in the older way.

    Args:
        settings: The provider's file.
        api: The way there.
        verifier: What proves its tokens.
        clock: The time, aware UTC.
    """

    def __init__(
        self,
        settings: TwitterProvider,
        *,
        api: Api,
        verifier: OpaqueVerifier,
        clock: Callable[[], datetime],
    ) -> None:
        self.provider = settings.id
        self._url = f"{settings.api_url}/oauth"
        self._api = api
        self._verifier = verifier
        self._signer = Signer(settings.client.id, settings.client.secret.reveal())
        self._clock = clock

    def begin(self, attempt: Attempt) -> Departure:
        """Return how a browser gets there, with a temporary token.

        Raises:
            ProviderSaysNoError: There is none; it says why to the operator alone.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.

        Reference: RFC 5849 sections 2.1 and 2.2.
        """
        back = f"{attempt.redirect_uri}?{urlencode({'state': attempt.state})}"
        members = self._post("request_token", redirect_uri=back)
        if members.get("oauth_callback_confirmed") != "true":
            # Version 1.0 without the `a`: somebody else's browser could finish it.
            raise BadAnswerError("the address to come back to is not confirmed")
        pair = _pair(members)
        query = {"oauth_token": pair.token}
        if attempt.force:
            query["force_login"] = "true"
        return Departure(
            url=f"{self._url}/authenticate?{urlencode(query)}",
            kept={"oauth_token": pair.token, "oauth_token_secret": pair.secret},
        )

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in.

        Args:
            attempt: The one that the answer's `state` leads to.
            answer: What the browser brought back.

        Raises:
            ProviderSaysNoError: Nobody, for a reason of the provider's.
            CredentialError: The token is none of our app.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.

        Reference: RFC 5849 section 2.3.
        """
        if not _same(answer.get("state", ""), attempt.state):
            raise BadAnswerError("the answer belongs to another attempt")
        if "denied" in answer:
            raise ProviderSaysNoError("access_denied")
        temporary = _pair(attempt.kept)
        if not _same(answer.get("oauth_token", ""), temporary.token):
            raise BadAnswerError("the answer is about another temporary token")
        verifier = answer.get("oauth_verifier", "")
        if not 0 < len(verifier) <= _MAX_VERIFIER or not verifier.isascii():
            raise BadAnswerError("the answer brings no verifier")
        members = self._post("access_token", pair=temporary, verifier=verifier)
        pair = _pair(members)
        claims = self._verifier.claims_for(pair.text, now=self._clock())
        if members.get("user_id") != claims.subject:
            raise BadAnswerError("the token has two owners")
        # Nobody can act for them with the token alone, so it is no bearer token to keep.
        return ProvenLogin(claims=claims)

    def _post(
        self, step: str, *, pair: TokenPair | None = None, **words: str
    ) -> Mapping[str, str]:
        url = f"{self._url}/{step}"
        headers = self._signer.sign("POST", url, {}, pair=pair, **words)
        answer = self._api.post_for_form(url, headers=headers)
        if not answer.good:
            raise ProviderSaysNoError(
                f"{step}:{answer.status}", f"{self.provider}: {shown(answer.members)}"
            )
        return answer.members


def _pair(members: Mapping[str, str]) -> TokenPair:
    token, secret = members.get("oauth_token"), members.get("oauth_token_secret")
    if not token or not secret:
        raise BadAnswerError("there is no token with a secret")
    return TokenPair(token, secret)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
