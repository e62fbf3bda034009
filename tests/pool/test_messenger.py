"""What is handed over for delivery."""

from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind


def test_a_notice_shows_no_secret() -> None:
    """A log would keep the code longer than it is good."""
    to = SentCode(Address.EMAIL, "ana@example.com")

    shown = repr(Notice(NoticeKind.SIGN_UP, to, "123456", metadata={"pin": "9876"}))

    assert "123456" not in shown
    assert "9876" not in shown


def test_a_destination_is_shown_so_that_its_owner_knows_it() -> None:
    """And nobody else learns it."""
    assert SentCode(Address.EMAIL, "ana@example.com").masked == "a***@e***"
    assert SentCode(Address.PHONE, "+14155552671").masked == "+*******2671"
