"""Facebook's access tokens, and Limited Login's ID tokens.

`debug_token` says with HTTP 200 that a token is none; and it says whose app a token is of,
which nothing else does: any app may ask who the owner of its own token is.

References: Meta "Debugging access tokens", "Securing Graph API requests", "Limited Login".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from gateway.authentication.claim_rules import shown
from gateway.authentication.compact import UnverifiedToken, parse_compact
from gateway.authentication.opaque.api import Answer, Api
from gateway.authentication.opaque.proof import (
    check_form,
    read_end,
    read_id,
    said,
    scope_claim,
)
from gateway.config.providers.opaque.facebook import FacebookProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ExpiredCredentialError,
    ProviderUnavailableError,
    WrongAudienceError,
    WrongTokenTypeError,
)

_MAX_BYTES = 4096

# Graph API error codes: of an access token; and those that say "later" (1 and 2 of the
# service, the others of limits).
_OF_TOKEN, _EXPIRED = 190, 463
_LATER = frozenset({1, 2, 4, 17, 32, 341, 613})

# What OpenID Connect calls it.
_NAMES = {"first_name": "given_name", "last_name": "family_name"}


class IdTokens(Protocol):
    """Checks Limited Login's ID tokens."""

    def claims_for(
        self, token: UnverifiedToken, *, now: datetime, may_wait: bool
    ) -> VerifiedClaims:
        """Return what an ID token says, once it has been checked."""
        ...


class FacebookVerifier:
    """Finds out what Facebook's tokens are.

    Args:
        settings: The provider's file.
        api: The way to Facebook.
        id_tokens: What checks ID tokens.
    """

    def __init__(
        self, settings: FacebookProvider, *, api: Api, id_tokens: IdTokens
    ) -> None:
        self.provider = settings.id
        self._settings = settings
        self._api = api
        self._id_tokens = id_tokens
        self._graph = f"{settings.graph_url}/{settings.version}"
        self._secret = settings.client.secret.reveal()

    def claims_for(self, token: str, *, now: datetime) -> VerifiedClaims:
        """Return whose a token is, once Facebook has said that it is our app's.

        Args:
            token: An access token, or an ID token of Limited Login.
            now: The time, aware UTC.

        Raises:
            CredentialError: It is none, no longer, or that of another app.
            BadAnswerError: Facebook answered, and not as it must.
            ProviderUnavailableError: It did not answer, or has had enough of us.
        """
        check_form(token)
        # There are no dots in its access tokens.
        kind = "id_token" if token.count(".") > 1 else "access_token"
        if kind not in self._settings.accept.tokens:
            raise WrongTokenTypeError(f"{kind} is not accepted from {self.provider!r}")
        if kind == "id_token":
            parsed = parse_compact(token, max_bytes=_MAX_BYTES)
            return self._id_tokens.claims_for(parsed, now=now, may_wait=True)
        return self._claims_for_access_token(token, now)

    def _claims_for_access_token(self, token: str, now: datetime) -> VerifiedClaims:
        proof = self._prove(token)
        expires_at = read_end(proof.get("expires_at"), now)
        subject = read_id(proof, "user_id")
        person = self._person(token)
        if read_id(person, "id") != subject:
            raise BadAnswerError(f"{self.provider}: the token has two owners")
        return VerifiedClaims(
            provider=self.provider,
            issuer=self._settings.issuer,
            subject=subject,
            token_type=TokenType.OPAQUE,
            expires_at=expires_at,
            claims={
                **_named(person),
                "sub": subject,
                **scope_claim(proof.get("scopes")),
            },
        )

    def _prove(self, token: str) -> Mapping[str, Any]:
        app = f"{self._settings.client.id}|{self._secret.decode('utf-8', 'replace')}"
        answer = self._api.get(
            f"{self._graph}/debug_token", {"input_token": token, "access_token": app}
        )
        if not answer.good:
            self._check_willing(answer)
            raise BadAnswerError(
                f"{self.provider} refuses the app's id and secret: {answer.status}"
            )
        proof = answer.members.get("data")
        if not isinstance(proof, dict):
            raise BadAnswerError(f"{self.provider}: debug_token says nothing")
        if proof.get("is_valid") is not True:
            self._refuse(proof.get("error"))
        # Numbers in old versions of the API.
        if str(proof.get("app_id")) != self._settings.client.id:
            raise WrongAudienceError(f"app_id={shown(proof.get('app_id'))}")
        if proof.get("type", "USER") != "USER":
            raise WrongTokenTypeError(f"type={shown(proof['type'])}")
        return proof

    def _person(self, token: str) -> Mapping[str, Any]:
        fields = dict.fromkeys(("id", *self._settings.fields))
        answer = self._api.get(
            f"{self._graph}/me",
            {
                "fields": ",".join(fields),
                "access_token": token,
                "appsecret_proof": _proof(self._secret, token),
            },
        )
        if not answer.good:
            self._check_willing(answer)
            error = answer.members.get("error")
            if isinstance(error, dict) and error.get("code") == _OF_TOKEN:
                self._refuse(error)
            raise BadAnswerError(
                f"{self.provider} answers {answer.status}: {_of(error)}"
            )
        return answer.members

    def _refuse(self, error: Any) -> None:
        subcodes = (
            (error.get("error_subcode"), error.get("subcode"))
            if isinstance(error, dict)
            else ()
        )
        if _EXPIRED in subcodes:
            raise ExpiredCredentialError(_of(error))
        raise CredentialError(_of(error))

    def _check_willing(self, answer: Answer) -> None:
        error = answer.members.get("error")
        if isinstance(error, dict) and error.get("code") in _LATER:
            raise ProviderUnavailableError(f"{self.provider} says {_of(error)}")


def _proof(secret: bytes, token: str) -> str:
    """Return what shows that whoever asks knows the app's secret."""
    return hmac.new(secret, token.encode("ascii"), hashlib.sha256).hexdigest()


def _of(error: Any) -> str:
    """Return an error of the Graph API for the operator."""
    if not isinstance(error, dict):
        return "no reason"
    return f"code {shown(error.get('code'))}: {shown(error.get('message'))}"


def _named(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said about somebody, in the names of OpenID Connect as well."""
    claims = said(person)
    claims |= {
        ours: claims[theirs] for theirs, ours in _NAMES.items() if theirs in claims
    }
    match claims.pop("picture", None):
        case {"data": {"url": str(url)}}:
            claims["picture"] = url
    return claims
