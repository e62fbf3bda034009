"""Failures of the authorization server, named as its standards name them.

GatewayError
├── RequestError                     invalid_request
│   ├── UnknownParameterError
│   ├── MissingParameterError
│   ├── MalformedParameterError
│   ├── UnsupportedGrantTypeError    unsupported_grant_type
│   ├── UnacceptableTokenError       invalid_request (RFC 8693 section 2.2.2)
│   └── RefusedExchangeError         invalid_request
├── OAuthError                       by its own code
│   ├── InvalidGrantError            invalid_grant
│   │   ├── InvalidGuestTokenError
│   │   ├── ReplayedCodeError
│   │   └── ReusedRefreshTokenError
│   ├── InvalidClientError           invalid_client
│   ├── UnauthorizedClientError      unauthorized_client
│   ├── InvalidScopeError            invalid_scope
│   ├── InvalidTargetError           invalid_target
│   ├── AccessDeniedError            access_denied
│   ├── UnsupportedTokenTypeError    unsupported_token_type
│   ├── AuthorizationPendingError    authorization_pending
│   ├── SlowDownError                slow_down
│   ├── ExpiredDeviceCodeError       expired_token
│   ├── InvalidProofError            invalid_dpop_proof
│   ├── ProofNonceError              use_dpop_nonce
│   └── AuthorizationRequestError    told to the client by way of the browser
└── UntrustedRequestError            told to the person, since no client can be trusted

References: RFC 6749 sections 4.1.2.1 and 5.2; OpenID Connect Core section 3.1.2.6; RFC 7009
section 2.2.1; RFC 8628 section 3.5; RFC 8707 section 2; RFC 9449 sections 5 and 8.
"""

from gateway.model.errors import GatewayError, RequestError


class UnsupportedGrantTypeError(RequestError):
    """No grant of this type exists, or it is not enabled."""

    code = "unsupported_grant_type"
    public = "The grant type is not supported."


class UnknownParameterError(RequestError):
    """The request has a parameter that the grant does not know."""

    public = "The request has a parameter that this grant does not know."


class MissingParameterError(RequestError):
    """A parameter that the grant needs is missing or empty."""

    public = "A parameter of the request is missing."


class MalformedParameterError(RequestError):
    """A parameter is not what it should be, or too long."""

    public = "A parameter of the request is malformed."


class UnacceptableTokenError(RequestError):
    """A token that was shown to be exchanged is not good, or not here."""

    public = "A token that was shown is not valid, or not exchanged here."


class RefusedExchangeError(RequestError):
    """The policies do not permit an exchange.

    Attributes:
        message: The deciding rule's own reason; empty if it has none.
    """

    public = "The policies do not permit this exchange."

    def __init__(self, detail: str = "", *, message: str = "") -> None:
        super().__init__(detail)
        self.message = message


class OAuthError(GatewayError):
    """A failure that has a code of its own in a standard."""


class InvalidGrantError(OAuthError):
    """What was presented to be exchanged is not valid, or not any more."""

    code = "invalid_grant"
    public = "The grant is not valid."


class InvalidGuestTokenError(InvalidGrantError):
    """What was presented as a guest token is none, or is not valid any more."""

    public = "The guest token is not valid, or not any more."


class ReplayedCodeError(InvalidGrantError):
    """A code was presented again; what it gave has been taken back."""


class ReusedRefreshTokenError(InvalidGrantError):
    """A refresh token was presented long after its successor was handed out.

    Somebody else has it: all that came from the same authorization has been taken back.
    """


class InvalidClientError(OAuthError):
    """The client is unknown, or has not proven itself."""

    code = "invalid_client"
    public = "The client could not be authenticated."


class UnauthorizedClientError(OAuthError):
    """The client may not do this."""

    code = "unauthorized_client"
    public = "The client is not allowed to do this."


class InvalidScopeError(OAuthError):
    """A scope is unknown, malformed, or more than the client may have."""

    code = "invalid_scope"
    public = "The scope is not valid for this client."


class InvalidTargetError(OAuthError):
    """A resource is none that the client may ask for."""

    code = "invalid_target"
    public = "The resource is not valid for this client."


class AccessDeniedError(OAuthError):
    """The person has said no."""

    code = "access_denied"
    public = "The request was denied."


class UnsupportedTokenTypeError(OAuthError):
    """Tokens of this type cannot be revoked."""

    code = "unsupported_token_type"
    public = "Tokens of this type cannot be revoked."


class AuthorizationPendingError(OAuthError):
    """The person has not decided yet."""

    code = "authorization_pending"
    public = "The person has not decided yet."


class SlowDownError(OAuthError):
    """The device asks too often."""

    code = "slow_down"
    public = "Ask less often."


class ExpiredDeviceCodeError(OAuthError):
    """The person has not decided in time."""

    code = "expired_token"
    public = "The device code has expired."


class InvalidProofError(OAuthError):
    """The proof of possession is missing, or proves nothing."""

    code = "invalid_dpop_proof"
    public = "The DPoP proof is missing or not valid."


class ProofNonceError(OAuthError):
    """The proof has no nonce of ours that is still good; the answer has a new one.

    Attributes:
        nonce: The new one.
    """

    code = "use_dpop_nonce"
    public = "The DPoP proof needs the nonce of this answer."

    def __init__(self, detail: str = "", *, nonce: str = "") -> None:
        super().__init__(detail)
        self.nonce = nonce


class AuthorizationRequestError(OAuthError):
    """A browser was sent with a request that cannot be met as it is."""


class UnsupportedResponseTypeError(AuthorizationRequestError):
    """The response type does not exist here."""

    code = "unsupported_response_type"
    public = "The response type is not supported."


class LoginRequiredError(AuthorizationRequestError):
    """Nobody is signed in, and nobody may be asked."""

    code = "login_required"
    public = "Nobody is signed in."


class ConsentRequiredError(AuthorizationRequestError):
    """The person would have to consent, and may not be asked."""

    code = "consent_required"
    public = "The person has not consented."


class UnsupportedRequestObjectError(AuthorizationRequestError):
    """The request comes as an object by value, which nobody reads here."""

    code = "request_not_supported"
    public = "Request objects are not supported."


class UnsupportedRequestUriError(AuthorizationRequestError):
    """The request stands at an address that is none of ours."""

    code = "request_uri_not_supported"
    public = "Only request URIs of this server are supported."


class UnsupportedRegistrationError(AuthorizationRequestError):
    """The client would register itself with the request."""

    code = "registration_not_supported"
    public = "The parameter registration is not supported."


class UntrustedRequestError(RequestError):
    """Nobody knows where the browser could be sent back to.

    The client is unknown, or the redirect URI is none of its own: whoever sent the browser
    learns nothing, and the person is told.
    """

    public = "The application's request cannot be trusted."


class InvalidRequestUriError(UntrustedRequestError):
    """No request was pushed under this URI, or it was used, or it is too old."""

    public = "The application's request is not valid any more."
