"""A sign-in at an OpenID Connect provider, from the gateway's side.

The authorization code flow with PKCE, and nothing else: what a browser brings back is a code
that is worth nothing to anybody but us. Everything that is asked for is checked, and what
cannot be checked ends the sign-in; there is no second, weaker way.

References: OpenID Connect Core 1.0 section 3.1; RFC 7636 (PKCE); RFC 9126 (pushed
requests); RFC 9207 (whose answer it is); RFC 9700 (best current practice).
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, assert_never
from urllib.parse import urlencode

from gateway.authentication.claim_rules import shown
from gateway.authentication.compact import UnverifiedToken
from gateway.authentication.id_token import Expected, IdTokenVerifier, with_userinfo
from gateway.authentication.issuers import Issuers
from gateway.authentication.logout_token import LogoutNotice, LogoutTokenVerifier
from gateway.authentication.opaque.api import Answer, Api, bearer
from gateway.config.providers.oidc import OidcProvider
from gateway.config.providers.oidc_client import OidcClient
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.oauth2.token_answer import read_tokens
from gateway.federation.oidc.client_auth import ClientAuthentication
from gateway.federation.oidc.metadata import Metadata, MetadataSource
from gateway.federation.values import (
    Attempt,
    Departure,
    ProvenLogin,
    UpstreamSession,
)
from gateway.model.errors import BadAnswerError, CredentialError

_CREATED: Final = 201

# Codes and names of requests have no form of their own, but their letters (RFC 6749
# appendix A.11); nobody's are as long as this.
_CODE: Final = re.compile(r"[ -~]{1,4096}")


@dataclass(frozen=True, slots=True)
class OidcTools:
    """What a relying party works with.

    Attributes:
        api: The way to the provider.
        metadata: Knows its endpoints.
        authentication: Proves to it who we are.
        verifier: Checks its ID tokens.
        logout: Checks its logout tokens.
        clock: The time, aware UTC.
    """

    api: Api
    metadata: MetadataSource
    authentication: ClientAuthentication
    verifier: IdTokenVerifier
    logout: LogoutTokenVerifier
    clock: Callable[[], datetime]


class OidcParty:
    """What the gateway is to one OpenID Connect provider. Shared by threads.

    Args:
        settings: The provider's file.
        client: What it says the gateway is.
        tools: What it works with.
    """

    def __init__(
        self, settings: OidcProvider, client: OidcClient, *, tools: OidcTools
    ) -> None:
        self.provider = settings.id
        self._settings = settings
        self._client = client
        self._tools = tools
        self._issuers = Issuers(settings)

    def begin(self, attempt: Attempt) -> Departure:
        """Return how a browser gets to the provider.

        Raises:
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
            ProviderSaysNoError: It does not accept the request that is pushed to it.
        """
        metadata = self._tools.metadata.get()
        request = self._request(attempt)
        if self._pushes(metadata):
            request = self._pushed(request, metadata)
        joint = "&" if "?" in metadata.authorize_url else "?"
        return Departure(f"{metadata.authorize_url}{joint}{urlencode(request)}")

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in.

        Args:
            attempt: The one that the answer's `state` leads to.
            answer: What the browser brought back.

        Raises:
            ProviderSaysNoError: Nobody, for a reason of the provider's.
            CredentialError: Its ID token is not good.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        metadata = self._tools.metadata.get()
        code = self._code(attempt, answer, metadata)
        now = self._tools.clock()
        answered = self._redeem(attempt, code, metadata)
        tokens = read_tokens(answered, asked=self._client.scopes, now=now)
        id_token = _text(answered.members, "id_token")
        expected = Expected(attempt.nonce, tokens.access_token, attempt.max_age)
        claims = self._tools.verifier.verify(id_token, expected, now=now)
        session_id = claims.claims.get("sid")
        if self._settings.userinfo and metadata.userinfo_url:
            said = self._userinfo(tokens.access_token, metadata.userinfo_url)
            claims = with_userinfo(claims, said)
        return ProvenLogin(
            claims=claims,
            tokens=tokens,
            session_id=session_id if isinstance(session_id, str) else "",
            id_token=id_token,
            scopes=self._client.scopes,
        )

    def sign_out(self, session: UpstreamSession, *, back: str, state: str) -> str:
        """Return where a browser goes to sign out.

        Args:
            session: Which session ends.
            back: Where the provider sends the browser back to.
            state: What it repeats then.

        Returns:
            The address; empty if the provider has no such place.

        Raises:
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.

        Reference: OpenID Connect RP-Initiated Logout 1.0 section 2.
        """
        place = self._tools.metadata.get().end_session_url
        if not place:
            return ""
        query = {
            "id_token_hint": session.id_token,
            "client_id": self._client.id,
            "post_logout_redirect_uri": back,
            "state": state,
        }
        joint = "&" if "?" in place else "?"
        return place + joint + urlencode({k: v for k, v in query.items() if v})

    def is_issuer_of(self, token: UnverifiedToken) -> bool:
        """Whether a token says that it is the provider's."""
        try:
            self._issuers.check(token)
        except CredentialError:
            return False
        return True

    def logout_notice(self, text: str) -> LogoutNotice:
        """Return who has signed out at the provider.

        Args:
            text: A logout token.

        Raises:
            CredentialError: It is no good logout token.
            ProviderUnavailableError: The provider's keys cannot be had.
        """
        return self._tools.logout.verify(text, now=self._tools.clock())

    def _request(self, attempt: Attempt) -> dict[str, str]:
        challenge = hashlib.sha256(attempt.verifier.encode("ascii")).digest()
        request = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": attempt.redirect_uri,
            "scope": " ".join(self._client.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
        if self._settings.response_mode is not None:
            request["response_mode"] = self._settings.response_mode
        if attempt.login_hint:
            request["login_hint"] = attempt.login_hint
        if attempt.locales:
            request["ui_locales"] = " ".join(attempt.locales)
        if attempt.max_age is not None:
            request["max_age"] = str(int(attempt.max_age.total_seconds()))
        if attempt.force:
            request["prompt"] = "login"
        # What the sign-in itself asks for goes before what the file always asks for.
        return {**self._client.authorize, **request}

    def _pushes(self, metadata: Metadata) -> bool:
        match self._settings.par:
            case "off":
                return False
            case "auto":
                return bool(metadata.par_url)
            case "require":
                if not metadata.par_url:
                    raise BadAnswerError(f"{self.provider} takes no pushed requests")
                return True
            case _:
                assert_never(self._settings.par)

    def _pushed(self, request: dict[str, str], metadata: Metadata) -> dict[str, str]:
        """Return what the browser carries instead of a request (RFC 9126 section 4)."""
        proof = self._tools.authentication.proof_for(metadata.par_url)
        answer = self._tools.api.post(
            metadata.par_url, {**request, **proof.form}, headers=proof.headers
        )
        if answer.status != _CREATED:
            raise self._refused(answer)
        place = _text(answer.members, "request_uri")
        if _CODE.fullmatch(place) is None:
            raise BadAnswerError(f"{self.provider}: a request_uri that is none")
        return {"client_id": self._client.id, "request_uri": place}

    def _code(
        self, attempt: Attempt, answer: Mapping[str, str], metadata: Metadata
    ) -> str:
        """Return the code, once it is certain whose answer it is, and to what."""
        state = answer.get("state", "").encode("utf-8", "backslashreplace")
        if not hmac.compare_digest(state, attempt.state.encode("utf-8")):
            raise BadAnswerError(f"{self.provider}: the answer to another sign-in")
        issuer = answer.get("iss")
        if issuer is None and metadata.says_issuer:
            raise BadAnswerError(
                f"{self.provider}: the answer does not say whose it is"
            )
        if issuer is not None and not self._issuers.knows(issuer):
            raise BadAnswerError(f"{self.provider}: another provider's answer")
        if "error" in answer:
            raise ProviderSaysNoError(
                answer["error"], f"{self.provider} answers {shown(dict(answer))}"
            )
        code = answer.get("code", "")
        if _CODE.fullmatch(code) is None:
            raise BadAnswerError(f"{self.provider}: neither a code nor an error")
        return code

    def _redeem(self, attempt: Attempt, code: str, metadata: Metadata) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        proof = self._tools.authentication.proof_for(metadata.token_url)
        return self._tools.api.post(
            metadata.token_url, {**form, **proof.form}, headers=proof.headers
        )

    def _userinfo(self, access_token: str, url: str) -> Mapping[str, Any]:
        answer = self._tools.api.get(url, headers=bearer(access_token))
        if not answer.good:
            raise BadAnswerError(f"{self.provider}: userinfo answers {answer.status}")
        return answer.members

    def _refused(self, answer: Answer) -> ProviderSaysNoError | BadAnswerError:
        place = f"{self.provider} answers the pushed request with {answer.status}"
        reason = answer.members.get("error")
        if not isinstance(reason, str):
            return BadAnswerError(f"{place} and no error")
        return ProviderSaysNoError(reason, f"{place}: {shown(dict(answer.members))}")


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise BadAnswerError(f"{name} is missing or no text")
    return value
