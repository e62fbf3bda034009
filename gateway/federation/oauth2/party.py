"""The gateway as an OAuth 2.0 client that wants to know who somebody is.

OAuth says what a token is good for, and not who got it for whom. So the token that a code
becomes is proven like one that anybody might have brought.

References: RFC 6749 section 4.1; RFC 7636; RFC 9207; RFC 9700 sections 2.1 and 4.4.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Api, basic
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.dialect import ClientAuth, Dialect
from gateway.federation.oauth2.token_answer import read_tokens
from gateway.federation.values import Attempt, Departure, ProvenLogin, ProviderTokens
from gateway.model.errors import BadAnswerError

# Codes are short; Microsoft's are the longest, at about 2000 characters.
_MAX_CODE = 4096


class OAuth2Party:
    """Signs people in at one provider.

    Args:
        dialect: How the provider's OAuth is spoken.
        api: The way there.
        verifier: What proves its tokens.
        clock: The time, aware UTC.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        api: Api,
        verifier: OpaqueVerifier,
        clock: Callable[[], datetime],
    ) -> None:
        self.provider = verifier.provider
        self._dialect = dialect
        self._api = api
        self._verifier = verifier
        self._clock = clock

    def begin(self, attempt: Attempt) -> Departure:
        """Return how a browser gets there.

        Reference: RFC 6749 section 4.1.1; RFC 7636 section 4.3.
        """
        dialect = self._dialect
        query = {
            **dialect.extra,
            "response_type": "code",
            "client_id": dialect.client_id,
            "redirect_uri": attempt.redirect_uri,
            "scope": dialect.scope_separator.join(dialect.scopes),
            "state": attempt.state,
        }
        if dialect.pkce:
            query["code_challenge"] = _challenge(attempt.verifier)
            query["code_challenge_method"] = "S256"
        if attempt.force:
            query |= dialect.forced
        return Departure(url=f"{dialect.authorize_url}?{urlencode(query)}")

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in.

        Args:
            attempt: The one that the answer's `state` leads to.
            answer: What the browser brought back.

        Raises:
            ProviderSaysNoError: Nobody, for a reason of the provider's.
            CredentialError: The token is not one of our own app.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        if not hmac.compare_digest(
            answer.get("state", "").encode(), attempt.state.encode()
        ):
            raise BadAnswerError("the answer belongs to another attempt")
        issuer = answer.get("iss")
        if self._dialect.issuer and issuer not in {None, self._dialect.issuer}:
            # RFC 9207 section 2.4: another provider's code must not be sent to this one.
            raise BadAnswerError(f"iss={shown(issuer)}")
        if "error" in answer:
            raise ProviderSaysNoError(
                answer["error"], f"the provider answers {shown(dict(answer))}"
            )
        code = answer.get("code", "")
        if not 0 < len(code) <= _MAX_CODE:
            raise BadAnswerError("the answer brings neither a code nor an error")
        now = self._clock()
        tokens = self._exchange(code, attempt, now)
        claims = self._verifier.claims_for(tokens.access_token, now=now)
        return ProvenLogin(claims=claims, tokens=tokens, scopes=self._dialect.scopes)

    def _exchange(self, code: str, attempt: Attempt, now: datetime) -> ProviderTokens:
        dialect = self._dialect
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
        }
        if dialect.pkce:
            form["code_verifier"] = attempt.verifier
        # Without it, GitHub answers with a form.
        headers = {"accept": "application/json"}
        if dialect.auth is ClientAuth.BASIC:
            headers |= basic(dialect.client_id, dialect.secret)
        else:
            form["client_id"] = dialect.client_id
            form["client_secret"] = dialect.secret.decode("utf-8", "replace")
        answer = self._api.post(dialect.token_url, form, headers=headers)
        return read_tokens(answer, asked=dialect.scopes, now=now)


def _challenge(verifier: str) -> str:
    # RFC 7636 section 4.2.
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
