"""What is said in a sign-in."""

from gateway.model.client import Client
from gateway.pool.sign_in.values import Context, TypedPassword
from gateway.pool.triggers.values import Caller


def test_triggers_are_told_where_a_request_came_from() -> None:
    """And what the client has for them."""
    context = Context("192.0.2.7", metadata={"a": "1"}, validation={"b": "2"})

    assert context.caller(Client("c", "p", "app")) == Caller(
        "c", "192.0.2.7", {"a": "1"}, {"b": "2"}
    )


def test_secrets_are_not_printed() -> None:
    assert "secret" not in repr(TypedPassword("secret"))
    assert "secret" not in repr(Context("", metadata={"pin": "secret"}))
