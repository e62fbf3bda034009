"""The failures that can reach a caller, as one tree.

    GatewayError
    ├── RequestError                 the request itself cannot be understood   400
    ├── CredentialError              who sent it cannot be established         401
    ├── RateLimitedError             too many of them                          429
    ├── RouteError                   there is nothing at this place            404
    ├── UnavailableError             something we need is down                 503
    │   ├── ProviderUnavailableError
    │   └── StorageError
    ├── UpstreamError                the upstream did not answer as it must    502
    │   ├── BadAnswerError           a provider did not
    │   ├── UpstreamRefusedError
    │   └── UpstreamTimeoutError                                               504
    └── MintError                    no credential could be made               500

An error knows no HTTP; each wire dialect in `gateway.endpoints` has one table from family
to status. A denial is no error: it is a `gateway.model.decision.Decision`.
`gateway.config.errors.ConfigError` stands outside the tree, because it reaches no caller.
"""

from typing import ClassVar


class GatewayError(Exception):
    """Base of all failures that reach a wire dialect.

    Attributes:
        code: The failure's stable name, spelled as the governing standard spells it.
        public: One sentence that is safe to send to anybody.
        detail: What the operator needs to know. Never sent.
    """

    code: ClassVar[str] = "server_error"
    public: ClassVar[str] = "The request could not be completed."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.public)
        self.detail = detail


class RequestError(GatewayError):
    """The request cannot be understood, or means two things at once."""

    code = "invalid_request"
    public = "The request is malformed."


class MalformedTargetError(RequestError):
    """The request target has no single canonical form (RFC 3986 section 6)."""

    code = "malformed_target"
    public = "The request target is not in canonical form."


class MalformedHeaderError(RequestError):
    """A header that we have to understand is doubled or misshapen."""

    code = "malformed_header"
    public = "A header of the request is malformed."


class OversizedRequestError(RequestError):
    """A part of the request exceeds its limit."""

    code = "request_too_large"
    public = "A part of the request is larger than allowed."


class SlowRequestError(RequestError):
    """The client sends the request's body too slowly."""

    code = "request_timeout"
    public = "The request did not arrive in time."


class ConflictingCredentialsError(RequestError):
    """More than one credential was presented."""

    code = "conflicting_credentials"
    public = "The request carries more than one credential."


class CredentialError(GatewayError):
    """Who sent the request cannot be established."""

    code = "invalid_token"
    public = "The credential is not valid."


class MissingCredentialError(CredentialError):
    """The route needs a credential and the request has none."""

    code = "missing_credential"
    public = "A credential is required."


class MalformedCredentialError(CredentialError):
    """The credential cannot be read as what it claims to be."""

    code = "malformed_credential"
    public = "The credential cannot be read."


class OversizedCredentialError(MalformedCredentialError):
    """The credential is longer than `server.limits.token_bytes`."""

    public = "The credential is too long."


class ExpiredCredentialError(CredentialError):
    """The credential was good once and is too old now."""

    code = "expired_credential"
    public = "The credential has expired."


class OutgrownGuestError(CredentialError):
    """A guest token of somebody who has an account by now, and signs in with that."""

    code = "outgrown_guest"
    public = "This guest has an account now. Sign in with it."


class UnprovenKeyError(CredentialError):
    """The credential is bound to a key, and that was not shown to be there."""

    code = "unproven_key"
    public = "The credential is bound to a key, which was not proven."


class InvalidDpopError(CredentialError):
    """A proof of a key is missing, or proves nothing for this request (RFC 9449)."""

    code = "invalid_dpop_proof"
    public = "The DPoP proof is missing or not valid."


class UseNonceError(CredentialError):
    """A proof of a key has no nonce of ours that is still good.

    Attributes:
        nonce: One that is.
    """

    code = "use_dpop_nonce"
    public = "The DPoP proof needs the nonce of this answer."

    def __init__(self, detail: str = "", *, nonce: str = "") -> None:
        super().__init__(detail)
        self.nonce = nonce


class ImmatureCredentialError(CredentialError):
    """The credential is not valid yet (`nbf` or `iat` is to come)."""

    code = "immature_credential"
    public = "The credential is not valid yet."


class UntrustedIssuerError(CredentialError):
    """No provider that may be used here is configured for the issuer."""

    code = "untrusted_issuer"
    public = "The issuer of the credential is not trusted here."


class WrongAudienceError(CredentialError):
    """The credential was made for somebody else."""

    code = "wrong_audience"
    public = "The credential is meant for another audience."


class WrongTokenTypeError(CredentialError):
    """A token of one purpose was offered for another (RFC 8725 section 3.11)."""

    code = "wrong_token_type"
    public = "A credential of this type is not accepted here."


class ReplayedCredentialError(CredentialError):
    """A credential for single use was offered again."""

    code = "replayed_credential"
    public = "The credential has been used before."


class UnmetRequirementError(CredentialError):
    """A `[require]` check of the provider's file is not true for these claims.

    Attributes:
        message: What the file tells the caller to do about it, safe to send; empty if
            it says nothing.
    """

    code = "unmet_requirement"
    public = "The credential does not meet a requirement of its provider."

    def __init__(self, detail: str = "", *, message: str = "") -> None:
        super().__init__(detail)
        self.message = message


class RateLimitedError(GatewayError):
    """More requests than allowed came from one place.

    Attributes:
        retry_after: Whole seconds until one more would be allowed, at least 1.
    """

    code = "rate_limited"
    public = "Too many requests. Try again later."

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class RouteError(GatewayError):
    """No route is declared for this host and path."""

    code = "no_route"
    public = "There is nothing at this address."


class WrongMethodError(RouteError):
    """The path has routes, but none for this method.

    Attributes:
        allowed: The methods that the path has routes for, for the `Allow` header.
    """

    code = "method_not_allowed"
    public = "The method is not allowed at this address."

    def __init__(self, detail: str = "", *, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.allowed = allowed


class UnavailableError(GatewayError):
    """Something that the answer depends on cannot be used at the moment."""

    code = "temporarily_unavailable"
    public = "The service is temporarily unavailable. Try again later."


class ProviderUnavailableError(UnavailableError):
    """An identity provider cannot be reached, and what was cached is too old."""

    code = "provider_unavailable"
    public = "The identity provider cannot be reached. Try again later."


class StorageError(UnavailableError):
    """The database cannot be read or written."""

    code = "storage_unavailable"
    public = "The service's storage is unavailable. Try again later."


class UpstreamError(GatewayError):
    """The upstream did not answer as it must."""

    code = "upstream_error"
    public = "The service behind the gateway did not answer correctly."


class BadAnswerError(UpstreamError):
    """A provider answered, and not as it must."""

    code = "bad_provider_answer"
    public = "The provider's answer cannot be used."


class UpstreamRefusedError(UpstreamError):
    """No connection to the upstream could be made."""

    code = "upstream_refused"
    public = "The service behind the gateway cannot be reached."


class UpstreamBusyError(UpstreamError):
    """All connections to the upstream are taken, and waiting took too long."""

    code = "upstream_busy"
    public = "The service behind the gateway is overloaded. Try again later."


class UpstreamTimeoutError(UpstreamError):
    """The upstream took longer than one of its timeouts."""

    code = "upstream_timeout"
    public = "The service behind the gateway took too long to answer."


class MintError(GatewayError):
    """No credential could be made, or what was made does not verify."""

    code = "mint_failed"
    public = "No credential could be issued for the request."
