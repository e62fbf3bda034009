"""What people are told of what happens to their account."""

from gateway.model.client import Client
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import NoticeKind
from gateway.pool.sign_in.values import Context


def notice_of(
    kind: NoticeKind, to: SentCode, client: Client, context: Context
) -> Notice:
    """Return what is to be told in the course of a request, without its code."""
    return Notice(
        kind,
        to,
        client_id=client.id,
        language=context.language,
        metadata=context.metadata,
    )
