"""The status of a failure's page."""

from gateway.endpoints.hosted_ui.errors import page_status
from gateway.model.errors import GatewayError, StorageError
from gateway.pool.errors import NotAuthorizedError


def test_no_page_asks_for_a_password_of_http(
    error_classes: list[type[GatewayError]],
) -> None:
    """RFC 9110 section 15.5.2: a 401 has to."""
    assert page_status(NotAuthorizedError) == 400
    assert page_status(StorageError) == 503
    assert 401 not in {page_status(kind) for kind in error_classes}
