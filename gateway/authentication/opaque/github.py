"""GitHub's access tokens.

GitHub tells an app whether a token is one of its own, if the app shows its id and secret.
Who the token's owner is does not need the app; so the two answers have to agree.

References: GitHub REST API, "Check a token", "Get the authenticated user", "List email
addresses for the authenticated user".
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Answer, Api, basic, bearer
from gateway.authentication.opaque.proof import (
    UNSAID_LIFETIME,
    check_form,
    read_id,
    said,
    scope_claim,
)
from gateway.config.providers.opaque.github import GithubProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    ProviderUnavailableError,
    WrongAudienceError,
)

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE = 401, 403, 404, 422

# A later version of the API may answer in another way.
_HEADERS = {
    "accept": "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
}


class GithubVerifier:
    """Finds out what GitHub's tokens are.

    Args:
        settings: The provider's file.
        api: The way to GitHub.
    """

    def __init__(self, settings: GithubProvider, *, api: Api) -> None:
        self.provider = settings.id
        self._settings = settings
        self._api = api

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is, once GitHub has said that it is our app's.

        Args:
            token: As it was presented.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, or that of another app.
            BadAnswerError: GitHub answered, and not as it must.
            ProviderUnavailableError: It did not answer, or has had enough of us.
        """
        check_form(token)
        proof = self._prove(token)
        expires_at = _expiry(proof, now)
        user = self._user(token)
        subject = read_id(user, "id")
        owner = proof.get("user")
        if isinstance(owner, dict) and read_id(owner, "id") != subject:
            raise BadAnswerError(f"{self.provider}: the token has two owners")
        claims = {
            **said(user),
            "sub": subject,
            **scope_claim(proof.get("scopes")),
            **self._address(token, user),
        }
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._settings.issuer,
            subject=subject,
            token_type=TokenType.OPAQUE,
            expires_at=expires_at,
            claims=claims,
        )

    def _prove(self, token: str) -> Mapping[str, Any]:
        client = self._settings.client
        answer = self._api.post(
            f"{self._settings.api_url}/applications/{client.id}/token",
            json.dumps({"access_token": token}).encode(),
            headers=_HEADERS
            | {"content-type": "application/json"}
            | basic(client.id, client.secret.reveal()),
        )
        if answer.status in {_NOT_FOUND, _UNPROCESSABLE}:
            # A token of another app, one that has been withdrawn, and none at all look the
            # same.
            raise WrongAudienceError(f"{self.provider} knows no such token of our app")
        self._check_willing(answer)
        if not answer.good:
            raise BadAnswerError(
                f"{self.provider} refuses the client id and secret: {answer.status}"
            )
        app = answer.members.get("app")
        if not isinstance(app, dict) or app.get("client_id") != client.id:
            raise WrongAudienceError(f"app={shown(app)}")
        return answer.members

    def _user(self, token: str) -> Mapping[str, Any]:
        answer = self._api.get(
            f"{self._settings.api_url}/user", headers=_HEADERS | bearer(token)
        )
        if answer.status == _UNAUTHORIZED:
            raise CredentialError(f"{self.provider} takes the token for none")
        self._check_willing(answer)
        if not answer.good:
            raise BadAnswerError(f"{self.provider} answers {answer.status}")
        return answer.members

    def _check_willing(self, answer: Answer) -> None:
        if answer.status == _FORBIDDEN:
            # A secondary rate limit, or an organisation's or GitHub's own lock.
            raise ProviderUnavailableError(f"{self.provider} answers 403")

    def _address(self, token: str, user: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the address that GitHub has verified, and else the one it shows."""
        items = self._api.items(
            f"{self._settings.api_url}/user/emails",
            # The most of a page. The primary one need not be among the first thirty.
            {"per_page": "100"},
            headers=_HEADERS | bearer(token),
        )
        for item in items or ():
            match item:
                case {"primary": True, "verified": True, "email": str(email)}:
                    return {"email": email, "email_verified": True}
        shown_address = user.get("email")
        return {"email_verified": False} if isinstance(shown_address, str) else {}


def _expiry(proof: Mapping[str, Any], now: datetime) -> datetime:
    """Return until when a token is good: those of GitHub Apps end."""
    stated = proof.get("expires_at")
    if stated is None:
        return now + UNSAID_LIFETIME
    try:
        expires_at = datetime.fromisoformat(stated).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadAnswerError(f"expires_at={shown(stated)}") from error
    if expires_at <= now:
        raise ExpiredCredentialError(f"expires_at={shown(stated)}")
    return expires_at
