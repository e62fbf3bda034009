"""Ways in which a token can be wrong, for the operator to tell apart.

    CredentialError
    ├── ForbiddenHeaderError   the header asks for what is never done
    ├── WrongAlgorithmError    not an algorithm that is accepted from this issuer
    ├── UnknownKeyError        the issuer has no such key
    ├── WrongSignatureError    the signature is not the issuer's
    ├── WrongKeyError          the key is published for another issuer
    ├── WrongNonceError        it answers another sign-in
    ├── WrongHashError         it came with another access token
    └── WrongSubjectError      what was said beside it is about somebody else

    MalformedCredentialError
    └── EncryptedTokenError    nobody but its audience could read it, and we cannot

A caller sees the family's `invalid_token` for all of them.
"""

from gateway.model.errors import CredentialError, MalformedCredentialError


class ForbiddenHeaderError(CredentialError):
    """The token's header brings its own key or asks for an unknown extension."""


class WrongAlgorithmError(CredentialError):
    """The signature algorithm is not accepted from this issuer, or not for this key."""


class UnknownKeyError(CredentialError):
    """The issuer publishes no key that the token could have been signed with."""


class WrongSignatureError(CredentialError):
    """The signature is not one by the issuer's key."""


class WrongKeyError(CredentialError):
    """The key is one that the provider publishes for another of its issuers."""


class WrongNonceError(CredentialError):
    """The ID token answers another sign-in than the one that it is brought for."""


class WrongHashError(CredentialError):
    """The ID token came together with another access token."""


class WrongSubjectError(CredentialError):
    """What the provider says beside its ID token is about somebody else."""


class EncryptedTokenError(MalformedCredentialError):
    """The token is encrypted (RFC 7516); the gateway has no key to read it with."""

    code = "encrypted_token"
    public = "The credential is encrypted, and cannot be read here."
