"""What people are told of what happens to their account."""

from gateway.model.client import Client
from gateway.model.user import User
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind
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


def proven_email(user: User) -> SentCode | None:
    """Return where somebody is told what they have not asked for; `None` for nowhere.

    To an address that they have proven, and by e-mail: a text message costs money each time.
    """
    address = user.attributes.get(Address.EMAIL)
    if not address or user.attributes.get("email_verified") != "true":
        return None
    return SentCode(Address.EMAIL, address)
