"""A made-up or real request to be explained, as somebody writes it.

The same shape at the admin listener and on the command line; the fields are those of the
tests beside the policies.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from gateway.config.policies.tests import TestRequest
from gateway.config.settings.section import Section, matching
from gateway.config.settings.values import Instant
from gateway.model.errors import RequestError

# RFC 6750 section 2.1.
_B64TOKEN = r"[A-Za-z0-9\-._~+/]+=*"


class MalformedQuestionError(RequestError):
    """The question is not one that can be answered.

    Attributes:
        reasons: What is wrong with it, a sentence for each.
    """

    code = "malformed_question"
    public = "The question is malformed."

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Question(Section):
    """Who asks for what. Either `identity` or `token`; neither is a guest."""

    identity: str | Mapping[str, Any] | None = Field(
        default=None,
        description="Name of a fixture (`ana` or `orders/ana`), `guest`, or a record with "
        "the fields of a fixture; `fixture` in it names one to begin with.",
    )
    token: Annotated[str, matching(_B64TOKEN, "a bearer token")] | None = Field(
        default=None, repr=False, description="A credential, as a caller would present."
    )
    request: TestRequest = Field(description="The request.")
    now: Instant | None = Field(
        default=None, description="The decision's clock. By default, the present."
    )

    @model_validator(mode="after")
    def _one_identity(self) -> Self:
        if self.identity is not None and self.token is not None:
            raise ValueError("either an identity or a token, not both")
        return self


def parse_question(document: Any) -> Question:
    """Return the question that a JSON document asks.

    Raises:
        MalformedQuestionError: With everything that is wrong with it.
    """
    try:
        return Question.model_validate(document)
    except ValidationError as error:
        raise MalformedQuestionError(*reasons_of(error)) from None


def reasons_of(error: ValidationError) -> list[str]:
    """Return what is wrong, a sentence for each."""
    reasons = []
    for each in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in each["loc"])
        reasons.append(f"{place}: {each['msg']}" if place else each["msg"])
    return reasons
