"""Amazon's access tokens.

`tokeninfo` says whose app a token is of, and `exp` there is the seconds that are left. The
profile says neither, so it comes second.

References: Login with Amazon "Access Tokens", "Obtain Customer Profile Information".
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from gateway.authentication.claim_rules import shown
from gateway.authentication.opaque.api import Api, bearer
from gateway.authentication.opaque.proof import check_form, read_id, said
from gateway.config.providers.opaque.amazon import AmazonProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    WrongAudienceError,
)

# What is more is no number of seconds that are left, but a date.
_MOST_SECONDS_LEFT = 366 * 24 * 3600

_OF_TOKEN = frozenset({"invalid_token", "invalid_request"})


class AmazonVerifier:
    """Finds out what Amazon's tokens are.

    Args:
        settings: The provider's file.
        api: The way to Amazon.
    """

    def __init__(self, settings: AmazonProvider, *, api: Api) -> None:
        self.provider = settings.id
        self._settings = settings
        self._api = api

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is, once Amazon has said that it is our app's.

        Args:
            token: As it was presented.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, no longer, or that of another app.
            BadAnswerError: Amazon answered, and not as it must.
            ProviderUnavailableError: It did not answer.
        """
        check_form(token)
        proof = self._prove(token)
        subject = read_id(proof, "user_id")
        profile = self._profile(token)
        if profile and read_id(profile, "user_id") != subject:
            raise BadAnswerError(f"{self.provider}: the token has two owners")
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._settings.issuer,
            subject=subject,
            token_type=TokenType.OPAQUE,
            expires_at=now + self._left(proof),
            claims={**said(profile), "sub": subject},
        )

    def _prove(self, token: str) -> Mapping[str, Any]:
        answer = self._api.get(
            f"{self._settings.api_url}/auth/o2/tokeninfo", {"access_token": token}
        )
        if not answer.good:
            self._refuse(answer.members, answer.status)
        audience = answer.members.get("aud")
        if audience != self._settings.client.id:
            raise WrongAudienceError(f"aud={shown(audience)}")
        return answer.members

    def _left(self, proof: Mapping[str, Any]) -> timedelta:
        left = proof.get("exp")
        if isinstance(left, bool) or not isinstance(left, int):
            raise BadAnswerError(f"exp={shown(left)}")
        if left <= 0:
            raise ExpiredCredentialError(f"exp={left} seconds left")
        if left > _MOST_SECONDS_LEFT:
            raise BadAnswerError(f"exp={left} is no number of seconds left")
        return timedelta(seconds=left)

    def _profile(self, token: str) -> Mapping[str, Any]:
        answer = self._api.get(
            f"{self._settings.api_url}/user/profile", headers=bearer(token)
        )
        if answer.good:
            return answer.members
        if answer.members.get("error") == "insufficient_scope":
            # The token is our app's, and its owner has told us nothing but who they are.
            return {}
        return self._refuse(answer.members, answer.status)

    def _refuse(self, members: Mapping[str, Any], status: int) -> Mapping[str, Any]:
        error = members.get("error")
        text = f"{status}: {shown(error)} {shown(members.get('request_id', ''))}"
        if error in _OF_TOKEN:
            raise CredentialError(text)
        raise BadAnswerError(f"{self.provider} answers {text}")
