"""What a provider has said, as text that is sealed until a link may be made."""

import json
from datetime import UTC, datetime
from typing import Any

from gateway.federation.values import ProvenLogin, ProviderTokens
from gateway.model.claims import TokenType, VerifiedClaims


def to_text(proven: ProvenLogin) -> str:
    """Return a login as text."""
    claims, tokens = proven.claims, proven.tokens
    told: dict[str, Any] = {
        "provider": claims.provider,
        "issuer": claims.issuer,
        "subject": claims.subject,
        "token_type": str(claims.token_type),
        "expires_at": claims.expires_at.timestamp(),
        "claims": claims.claims,
        "session_id": proven.session_id,
        "id_token": proven.id_token,
        "scopes": proven.scopes,
        "session": proven.session,
        "tokens": None,
    }
    if tokens is not None:
        ends = tokens.expires_at
        told["tokens"] = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_at": None if ends is None else ends.timestamp(),
            "scopes": tokens.scopes,
        }
    return json.dumps(told, separators=(",", ":"), default=dict)


def from_text(text: str) -> ProvenLogin:
    """Return the login that a text of ours is about.

    The claims were verified before they were sealed; nobody else can have made the text.
    """
    told = json.loads(text)
    tokens = told["tokens"]
    return ProvenLogin(
        claims=VerifiedClaims(
            provider=told["provider"],
            issuer=told["issuer"],
            subject=told["subject"],
            token_type=TokenType(told["token_type"]),
            expires_at=datetime.fromtimestamp(told["expires_at"], UTC),
            claims=told["claims"],
        ),
        tokens=tokens
        and ProviderTokens(
            access_token=tokens["access_token"],
            refresh_token=tokens["refresh_token"],
            expires_at=tokens["expires_at"]
            and datetime.fromtimestamp(tokens["expires_at"], UTC),
            scopes=tuple(tokens["scopes"]),
        ),
        session_id=told["session_id"],
        id_token=told["id_token"],
        scopes=tuple(told["scopes"]),
        session=told["session"],
    )
