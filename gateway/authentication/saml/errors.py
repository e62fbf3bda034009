"""Ways in which a SAML document can fail, beside those of every credential.

CredentialError
├── MalformedCredentialError
│   └── ForbiddenMarkupError   markup that no honest document has
├── MissingSignatureError      what has to be signed is not
├── WrongRequestError          it answers another request, or none
└── RefusedStatusError         the provider says that nobody has signed in
"""

from gateway.model.errors import CredentialError, MalformedCredentialError


class ForbiddenMarkupError(MalformedCredentialError):
    """The document has markup or a shape that no honest document has."""


class MissingSignatureError(CredentialError):
    """A part of the document that has to be signed is not."""


class WrongRequestError(CredentialError):
    """The document answers another request than was made, or none."""


class RefusedStatusError(CredentialError):
    """The provider says that nobody has signed in.

    Attributes:
        status: Its status codes without their common beginning, the outer first.
    """

    def __init__(self, status: str) -> None:
        """Keep the status."""
        super().__init__(f"status {status}")
        self.status = status
