"""What a function changes in the claims of tokens.

Claims that say who a token is for, who made it and when are the gateway's own: what a
function says of them is passed over, as Amazon Cognito does it.

Reference: Amazon Cognito, "Pre token generation Lambda trigger".
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from gateway.pool.errors import BadTriggerAnswerError
from gateway.pool.triggers.answers import Answer
from gateway.pool.triggers.values import ClaimChanges, Groups, TokenChanges

VERSIONS: Final = (1, 2, 3)

# Without `aud`, which the access token may be given within bounds.
UNCHANGEABLE: Final = frozenset(
    {
        *("acr", "amr", "at_hash", "auth_time", "azp", "client_id", "cognito:username"),
        *("device_key", "event_id", "exp", "iat", "identities", "iss", "jti", "nbf"),
        *("nonce", "origin_jti", "sub", "token_use", "username", "version"),
        # Groups have fields of their own in the answer, and so have scopes.
        *("cognito:groups", "cognito:preferred_role", "cognito:roles", "scope"),
        # The key that a token is bound to (RFC 7800), and in whose name somebody acts.
        *("cnf", "act", "may_act"),
    }
)
_AUDIENCE: Final = "aud"

# `scope-token` of RFC 6749 section 3.3.
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")

# What stands in an event until a function fills it in.
RESPONSES: Final[Mapping[int, Mapping[str, None]]] = MappingProxyType(
    {
        1: {"claimsOverrideDetails": None},
        2: {"claimsAndScopeOverrideDetails": None},
        3: {"claimsAndScopeOverrideDetails": None},
    }
)


def token_changes(
    answer: Answer, *, version: int, audiences: frozenset[str]
) -> TokenChanges:
    """Return what becomes of the tokens.

    Args:
        answer: The function's.
        version: Of the event; 1 knows the ID token alone, and texts alone.
        audiences: What `aud` of the access token may be set to.

    Raises:
        BadTriggerAnswerError: A field means nothing.
    """
    if version == 1:
        details = answer.part("claimsOverrideDetails")
        added = details.text_map("claimsToAddOrOverride")
        return TokenChanges(
            id=_changes(details, added), groups=_groups(details, "groupOverrideDetails")
        )
    details = answer.part("claimsAndScopeOverrideDetails")
    of_id = details.part("idTokenGeneration")
    of_access = details.part("accessTokenGeneration")
    return TokenChanges(
        id=_changes(of_id, of_id.map("claimsToAddOrOverride")),
        access=_access(of_access, audiences),
        groups=_groups(details, "groupOverrideDetails"),
    )


def _changes(part: Answer, added: Mapping[str, Any]) -> ClaimChanges:
    kept = {*UNCHANGEABLE, _AUDIENCE}
    return ClaimChanges(
        add={name: value for name, value in added.items() if name not in kept},
        suppress=frozenset(part.texts("claimsToSuppress")) - kept,
    )


def _access(part: Answer, audiences: frozenset[str]) -> ClaimChanges:
    added = part.map("claimsToAddOrOverride")
    changes = _changes(part, added)
    audience = added.get(_AUDIENCE)
    allowed = isinstance(audience, str) and audience in audiences
    return ClaimChanges(
        add={**changes.add, _AUDIENCE: audience} if allowed else changes.add,
        suppress=changes.suppress,
        add_scopes=_scopes(part, "scopesToAdd"),
        suppress_scopes=frozenset(_scopes(part, "scopesToSuppress")),
    )


def _scopes(part: Answer, name: str) -> tuple[str, ...]:
    scopes = part.texts(name)
    for scope in scopes:
        if _SCOPE.fullmatch(scope) is None:
            raise BadTriggerAnswerError(f"`{name}` holds something that is no scope")
    return scopes


def _groups(details: Answer, name: str) -> Groups | None:
    if not details.has(name):
        return None
    part = details.part(name)
    return Groups(
        names=part.texts("groupsToOverride"),
        roles=part.texts("iamRolesToOverride"),
        preferred_role=part.text("preferredRole"),
    )
