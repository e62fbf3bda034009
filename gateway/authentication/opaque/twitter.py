"""X's access tokens.

Of OAuth 2.0: X says whose one is, and to nobody which app it was given to. So
`TwitterVerifier` is for those who have fetched the token themselves; the provider's file
cannot be loaded with anything else. Of OAuth 1.0a: a request is signed with our app's secret
too, so a token of another app proves nothing here and fails there.

References: X API "GET account/verify_credentials", "GET /2/users/me".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Answer, Api, bearer
from gateway.authentication.opaque.oauth1 import Signer, parse_pair
from gateway.authentication.opaque.proof import (
    UNSAID_LIFETIME,
    check_form,
    read_id,
    said,
)
from gateway.config.providers.opaque.twitter import TwitterProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import BadAnswerError, CredentialError

_UNAUTHORIZED = 401
_FIELDS = "confirmed_email,profile_image_url,verified,created_at"

# Names of version 1.1 and of version 2, and what OpenID Connect calls them.
_NAMES = {
    "screen_name": "preferred_username",
    "username": "preferred_username",
    "profile_image_url_https": "picture",
    "profile_image_url": "picture",
}


class TwitterVerifier:
    """Finds out whose X's tokens are.

    Args:
        settings: The provider's file.
        api: The way to X.
    """

    def __init__(self, settings: TwitterProvider, *, api: Api) -> None:
        self.provider = settings.id
        self._settings = settings
        self._api = api
        self._signer = Signer(settings.client.id, settings.client.secret.reveal())

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is.

        Args:
            token: Of OAuth 2.0, which the caller has fetched; or `TOKEN;SECRET`.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, or that of another app.
            BadAnswerError: X answered, and not as it must.
            ProviderUnavailableError: It did not answer, or has had enough of us.
        """
        if self._settings.protocol == "oauth1":
            claims = self._verify_credentials(token)
        else:
            claims = self._me(check_form(token))
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._settings.issuer,
            subject=claims["sub"],
            token_type=TokenType.OPAQUE,
            expires_at=now + UNSAID_LIFETIME,
            claims=claims,
        )

    def _verify_credentials(self, token: str) -> dict[str, Any]:
        pair = parse_pair(token)
        url = f"{self._settings.api_url}/1.1/account/verify_credentials.json"
        query = {
            "include_email": "true",
            "include_entities": "false",
            "skip_status": "true",
        }
        headers = self._signer.sign("GET", url, query, pair=pair)
        user = self._judge(self._api.get(url, query, headers=headers))
        # `id` is a number that most readers of JSON cannot hold.
        return _claims(user, read_id(user, "id_str"), user.get("email"))

    def _me(self, token: str) -> dict[str, Any]:
        answer = self._api.get(
            f"{self._settings.api_url}/2/users/me",
            {"user.fields": _FIELDS},
            headers=bearer(token),
        )
        user = self._judge(answer).get("data")
        if not isinstance(user, dict):
            raise BadAnswerError(f"{self.provider}: there is no user")
        return _claims(user, read_id(user, "id"), user.get("confirmed_email"))

    def _judge(self, answer: Answer) -> Mapping[str, Any]:
        if answer.status == _UNAUTHORIZED:
            raise CredentialError(f"{self.provider}: {_reason(answer.members)}")
        if not answer.good:
            raise BadAnswerError(
                f"{self.provider} answers {answer.status}: {_reason(answer.members)}"
            )
        return answer.members


def _claims(user: Mapping[str, Any], subject: str, email: Any) -> dict[str, Any]:
    """Return what is said about somebody, in the names of OpenID Connect as well."""
    claims = said(user)
    claims |= {
        ours: claims[theirs] for theirs, ours in _NAMES.items() if theirs in claims
    }
    claims["sub"] = subject
    # X shows a confirmed address, or none. `verified` is about a badge.
    if isinstance(email, str) and email:
        claims |= {"email": email, "email_verified": True}
    return claims


def _reason(members: Mapping[str, Any]) -> str:
    """Return an error of either version for the operator."""
    match members.get("errors"):
        case [{"code": code, "message": message}, *_]:
            return f"{shown(code)} {shown(message)}"
    return shown(members.get("detail", ""))
