"""In words, why somebody has an attribute or lacks it, and what to do about it."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.federation.profiles import Reason
from gateway.federation.reasons import LoginReasons

_WORDS: Final[Mapping[str, str]] = {
    "written": "as the provider says",
    "scope_not_asked": "{provider} was not asked for it: add {scopes} to client.scopes",
    "claim_not_sent": "{provider} did not send {claims}",
    "not_mapped": "nothing in sign_in.profile makes it",
    "no_such_attribute": "the pool has no such attribute",
    "not_taken": "the pool does not take what {provider} says ({problem})",
    "not_writable": "the client {client} may not write it: add it to its `writable`",
    "not_mutable": "it may not change once it has a value",
    "kept_as_it_is": "the person has a way in of their own, and what they have stays",
}


def words(told: LoginReasons, reason: Reason) -> str:
    """Return why, in English, in one line.

    Args:
        told: The login.
        reason: One of its reasons.
    """
    return _WORDS[reason.why].format(
        provider=told.login.provider,
        scopes=", ".join(reason.scopes),
        claims=", ".join(reason.claims),
        problem=reason.problem,
        client=told.client.id,
    )


def as_json(told: LoginReasons) -> dict[str, Any]:
    """Return the reasons of a login as JSON has them, without what the claims say."""
    login, record = told.login, told.record
    return {
        "provider": login.provider,
        "subject": login.subject,
        "created_at": login.created_at.isoformat(),
        "last_at": None if login.last_at is None else login.last_at.isoformat(),
        "client_id": told.client.id,
        "scopes": list(record.scopes),
        "claims": sorted(record.claims),
        "refusal": told.refusal,
        "attributes": {
            name: {
                "why": str(reason.why),
                "claims": list(reason.claims),
                "scopes": list(reason.scopes),
                "problem": reason.problem,
                "text": words(told, reason),
            }
            for name, reason in sorted(told.reasons.items())
        },
    }
