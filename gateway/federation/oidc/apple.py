"""Sign in with Apple: a client secret that is made anew, and a name that is said once.

Reference: Apple, "Sign in with Apple REST API": "Creating a client secret", "Configuring your
webpage for Sign in with Apple" (the `user` of the first sign-in).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from gateway.authentication.id_token import with_unsigned
from gateway.authentication.json_object import JsonObjectError, parse_object
from gateway.config.providers.apple import AppleClient
from gateway.federation.oidc.client_auth import ClientProof, load_private_key, signed
from gateway.federation.oidc.party import OidcParty
from gateway.federation.values import Attempt, ProvenLogin
from gateway.keys.signing import find_algorithm
from gateway.model.errors import BadAnswerError

# Apple takes one for six months. A stolen one is good for as long as it says.
_LIFETIME: Final = timedelta(hours=1)
_EARLY: Final = timedelta(minutes=5)

_MAX_USER: Final = 4096
_MAX_NAME: Final = 256


class AppleSecret:
    """The client secret: a token that says who we are, signed with our key.

    Args:
        client: What the gateway is to Apple; with team, key id and key.
        issuer: Apple's, for whom the secret is.
        clock: The time, aware UTC.

    Raises:
        ValueError: The key is none that Apple gives out.
    """

    def __init__(
        self, client: AppleClient, *, issuer: str, clock: Callable[[], datetime]
    ) -> None:
        pem = client.key.reveal() if client.key else b""
        self._key = load_private_key(pem)
        if find_algorithm(self._key.public_key()) != "ES256":
            raise ValueError("Apple's keys are of the curve P-256")
        self._client = client
        self._issuer = issuer
        self._clock = clock
        self._made: tuple[str, datetime] | None = None

    def proof_for(self, _url: str) -> ClientProof:
        """Return the client's id and its secret, made anew when the last one is old."""
        now = self._clock()
        made = self._made
        if made is None or not timedelta(0) <= made[1] - now - _EARLY < _LIFETIME:
            made = self._made = self._make(now), now + _LIFETIME
        return ClientProof({"client_id": self._client.id, "client_secret": made[0]})

    def _make(self, now: datetime) -> str:
        claims = {
            "iss": self._client.team_id,
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFETIME).timestamp()),
            "aud": self._issuer,
            "sub": self._client.id,
        }
        return signed(claims, self._key, key_id=self._client.key_id or "")


class AppleParty(OidcParty):
    """What the gateway is to Apple. Shared by threads."""

    @override
    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> ProvenLogin:
        """Return who has signed in, with the name that comes the first time.

        The name is not signed: the browser brings it, and could bring another one. It is
        for display. The address that stands beside it is never looked at.
        """
        proven = super().finish(attempt, answer)
        name = _name_in(answer.get("user", ""))
        return replace(proven, claims=with_unsigned(proven.claims, name))


def _name_in(user: str) -> dict[str, str]:
    """Return the name in the form's `user`, as claims of OpenID Connect.

    Raises:
        BadAnswerError: It cannot be read.
    """
    if not user:
        return {}
    if len(user) > _MAX_USER:
        raise BadAnswerError(f"`user` has {len(user)} characters")
    try:
        name = parse_object(user.encode("utf-8", "replace")).get("name")
    except JsonObjectError as error:
        raise BadAnswerError(f"`user`: {error}") from error
    if not isinstance(name, dict):
        return {}
    given, family = _part(name, "firstName"), _part(name, "lastName")
    parts = {
        "given_name": given,
        "family_name": family,
        "name": f"{given} {family}".strip(),
    }
    return {claim: text for claim, text in parts.items() if text}


def _part(name: dict[str, Any], member: str) -> str:
    part = name.get(member)
    if not isinstance(part, str) or len(part) > _MAX_NAME or not part.isprintable():
        return ""
    return part.strip()
