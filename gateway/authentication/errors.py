"""Ways in which a token's signature can be wrong, for the operator to tell apart.

    CredentialError
    ├── ForbiddenHeaderError   the header asks for what is never done
    ├── WrongAlgorithmError    not an algorithm that is accepted from this issuer
    ├── UnknownKeyError        the issuer has no such key
    └── WrongSignatureError    the signature is not the issuer's

A caller sees the family's `invalid_token` for all of them.
"""

from gateway.model.errors import CredentialError


class ForbiddenHeaderError(CredentialError):
    """The token's header brings its own key or asks for an unknown extension."""


class WrongAlgorithmError(CredentialError):
    """The signature algorithm is not accepted from this issuer, or not for this key."""


class UnknownKeyError(CredentialError):
    """The issuer publishes no key that the token could have been signed with."""


class WrongSignatureError(CredentialError):
    """The signature is not one by the issuer's key."""
