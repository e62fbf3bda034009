"""Failures of the token endpoint, named as RFC 6749 section 5.2 names them.

GatewayError
├── RequestError                     invalid_request
│   ├── UnknownParameterError
│   ├── MissingParameterError
│   └── UnsupportedGrantTypeError    unsupported_grant_type
└── InvalidGrantError                invalid_grant
    └── InvalidGuestTokenError
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


class InvalidGrantError(GatewayError):
    """What was presented to be exchanged is not valid, or not any more."""

    code = "invalid_grant"
    public = "The grant is not valid."


class InvalidGuestTokenError(InvalidGrantError):
    """What was presented as a guest token is none, or is not valid any more."""

    public = "The guest token is not valid, or not any more."
