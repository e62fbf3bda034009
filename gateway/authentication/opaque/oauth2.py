"""Access tokens of a provider that speaks OAuth 2.0 and is described by its file.

References: RFC 7662 (introspection); RFC 6750 section 2 (how a token is shown).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Answer, Api, basic, bearer
from gateway.authentication.opaque.proof import (
    UNSAID_LIFETIME,
    at,
    check_form,
    read_end,
    read_id,
    said,
)
from gateway.config.providers.opaque.oauth2 import Oauth2Provider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import BadAnswerError, CredentialError, WrongAudienceError

_OF_TOKEN = frozenset({400, 401, 403, 404})


class Oauth2Verifier:
    """Finds out what the tokens of one provider are.

    With `audience_proof = "code"`, it proves nothing beyond that the provider knows the
    token: then it is for those who have fetched the token themselves.

    Args:
        settings: The provider's file.
        api: The way to the provider.
    """

    def __init__(self, settings: Oauth2Provider, *, api: Api) -> None:
        self.provider = settings.id
        self._settings = settings
        self._api = api

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is, once it has been proven in the way that the file says.

        Args:
            token: As it was presented.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, no longer, or that of another app.
            BadAnswerError: The provider answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        check_form(token)
        expires_at = now + UNSAID_LIFETIME
        owner: Any = None
        match self._settings.audience_proof:
            case "introspection":
                told = self._introspect(token)
                expires_at = read_end(told.get("exp"), now)
                owner = told.get("sub")
            case "tokeninfo":
                self._check_app(token)
        claims = self._claims(token)
        subject = read_id(claims, self._settings.subject_claim)
        if self._settings.subject_claim == "sub" and owner not in {None, subject}:
            raise BadAnswerError(f"{self.provider}: the token has two owners")
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._settings.issuer,
            subject=subject,
            token_type=TokenType.OPAQUE,
            expires_at=expires_at,
            claims={**said(claims), "sub": subject},
        )

    def _introspect(self, token: str) -> Mapping[str, Any]:
        client = self._settings.client
        form = {"token": token, "token_type_hint": "access_token"}
        headers = {"accept": "application/json"}
        if client.auth == "client_secret_basic":
            headers |= basic(client.id, client.secret.reveal())
        else:
            secret = client.secret.reveal().decode("utf-8", "replace")
            form |= {"client_id": client.id, "client_secret": secret}
        url = str(self._settings.introspection_url)
        answer = self._api.post(url, form, headers=headers)
        if not answer.good:
            raise BadAnswerError(
                f"{self.provider} refuses the client id and secret: {answer.status}"
            )
        told = answer.members
        if told.get("active") is not True:
            raise CredentialError(f"active={shown(told.get('active'))}")
        self._check_audience(told.get("client_id"), told.get("aud"))
        return told

    def _check_app(self, token: str) -> None:
        url = str(self._settings.tokeninfo_url)
        answer = (
            self._api.get(url, headers=bearer(token))
            if self._settings.tokeninfo_by == "header"
            else self._api.get(url, {"access_token": token})
        )
        self._check_known(answer)
        self._check_audience(at(answer.members, self._settings.audience_claim))

    def _check_audience(self, *stated: Any) -> None:
        ours = self._settings.client.id
        for each in stated:
            if each == ours or (isinstance(each, list) and ours in each):
                return
        raise WrongAudienceError(f"it is of {shown(stated)}")

    def _claims(self, token: str) -> Mapping[str, Any]:
        answer = self._api.get(self._settings.userinfo_url, headers=bearer(token))
        self._check_known(answer)
        path = self._settings.claims_in
        claims = at(answer.members, path) if path else answer.members
        if not isinstance(claims, Mapping):
            raise BadAnswerError(f"{self.provider}: there are no claims in {path}")
        return claims

    def _check_known(self, answer: Answer) -> None:
        if answer.status in _OF_TOKEN:
            raise CredentialError(f"{self.provider} takes the token for none")
        if not answer.good:
            raise BadAnswerError(f"{self.provider} answers {answer.status}")
