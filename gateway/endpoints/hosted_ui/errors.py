"""The failures of the pages themselves, and the status of every failure's page.

RequestError
├── ForgedFormError              a form that no page of ours was sent with
├── StaleStepError               a step of something that is over
└── UnknownClientError           nobody knows for whom somebody would sign in
"""

from http import HTTPStatus

from gateway.endpoints.problem import status_of
from gateway.federation.errors import FederationError
from gateway.model.errors import GatewayError, RequestError


class ForgedFormError(RequestError):
    """The form was not sent by a page that this browser was given."""

    code = "stale_form"
    public = "This page was open for too long. Please try again."


class StaleStepError(RequestError):
    """What the page belonged to is over, or was begun in another browser."""

    code = "stale_step"
    public = "This page has expired. Please start again."


class UnknownClientError(RequestError):
    """The address does not say which registered application it is for."""

    code = "unknown_client"
    public = "The link is incomplete: it does not name an application."


def page_status(kind: type[GatewayError]) -> HTTPStatus:
    """Return the HTTP status of the page for a class of failures.

    A 401 would demand a challenge of HTTP's own (RFC 9110 section 15.5.2), and browsers
    would ask for a password in a window: on a page it is a form that was not right.
    """
    if issubclass(kind, FederationError):
        return HTTPStatus.FORBIDDEN
    status = status_of(kind)
    return HTTPStatus.BAD_REQUEST if status is HTTPStatus.UNAUTHORIZED else status
