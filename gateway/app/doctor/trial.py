"""A sign-in and an exchange that cannot succeed, to see how far they come.

A provider that refuses a made-up code has taken the client for what it says it is: it looks
at that first. So the id, the secret and everything on the way are in order.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gateway.app.doctor.findings import Finding, fine, told, wrong
from gateway.authentication.opaque.proof import OpaqueVerifier
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import Attempt, RelyingParty
from gateway.model.errors import (
    BadAnswerError,
    CredentialError,
    ProviderUnavailableError,
)

_MADE_UP: Final = "gateway-doctor"

# What providers say to a client that is not who it says it is. Facebook: an unknown app,
# and a wrong secret.
_NOT_THE_CLIENT: Final = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "incorrect_client_credentials",
        "OAuthException:1",
        "OAuthException:101",
    }
)
_OF_ADDRESS: Final = frozenset({"redirect_uri_mismatch", "invalid_redirect_uri"})
_HELP = "client.id and client.secret are those of the app at the provider?"


def try_sign_in(
    party: RelyingParty, *, redirect_uri: str, issuer: str
) -> Iterator[Finding]:
    """Yield how far a sign-in comes.

    Args:
        party: What the gateway is to the provider.
        redirect_uri: Where browsers would come back to.
        issuer: Whose answer is made up.
    """
    attempt = Attempt(
        state=_MADE_UP,
        nonce=_MADE_UP,
        # RFC 7636 section 4.1: 43 characters at least.
        verifier=_MADE_UP.ljust(43, "-"),
        redirect_uri=redirect_uri,
    )
    try:
        departure = party.begin(attempt)
    except ProviderSaysNoError as error:
        yield _refused("sign_in", error)
        return
    except (BadAnswerError, ProviderUnavailableError) as error:
        yield wrong("sign_in", error.detail)
        return
    place = departure.url.partition("?")[0]
    if departure.kept:
        # OAuth 1.0a: there is a temporary token, so the app is known.
        yield fine("client", "the provider takes the gateway for its app")
    yield told("sign_in", f"people are sent to {place}")
    if not departure.kept:
        yield _redeemed(party, attempt, issuer)


def _redeemed(party: RelyingParty, attempt: Attempt, issuer: str) -> Finding:
    answer = {"state": attempt.state, "code": _MADE_UP, "iss": issuer}
    try:
        party.finish(attempt, answer)
    except ProviderSaysNoError as error:
        return _refused("client", error)
    except (BadAnswerError, ProviderUnavailableError, CredentialError) as error:
        return wrong("client", error.detail)
    return wrong("client", "the provider takes a made-up code for a good one")


def _refused(check: str, error: ProviderSaysNoError) -> Finding:
    reason = error.reason or "no reason"
    if error.reason in _NOT_THE_CLIENT or error.reason.endswith(":401"):
        message = f"the provider does not take the gateway for its app: {reason}"
        return wrong(check, message, _HELP)
    if check == "sign_in" or error.reason in _OF_ADDRESS:
        return wrong(
            check,
            f"the provider refuses the request: {reason}",
            "is the redirect URI registered there?",
        )
    return fine(check, f"the provider takes the gateway for its app ({reason})")


def try_exchange(verifier: OpaqueVerifier, made_up: str, *, now: datetime) -> Finding:
    """Return how far the proof of a token comes.

    Args:
        verifier: What proves the provider's tokens.
        made_up: A token that nobody has.
        now: The time, aware UTC.
    """
    try:
        verifier.claims_for(made_up, now=now)
    except CredentialError:
        return fine("audience_proof", "the provider says which tokens are of our app")
    except BadAnswerError as error:
        return wrong("audience_proof", error.detail, _HELP)
    except ProviderUnavailableError as error:
        return wrong("audience_proof", error.detail)
    return wrong("audience_proof", "a made-up token is taken for a good one")
