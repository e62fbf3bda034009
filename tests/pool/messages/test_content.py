"""What a message holds comes back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.messages.content import (
    Worded,
    read_notice,
    read_worded,
    write_notice,
    write_worded,
)
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.settings import Address, NoticeKind

TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
TEXTS = st.dictionaries(TEXT, TEXT, max_size=2)
NOTICES = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    to=st.builds(SentCode, address=st.sampled_from(Address), destination=TEXT),
    code=TEXT,
    client_id=TEXT,
    language=TEXT,
    details=TEXTS,
    metadata=TEXTS,
)


@given(NOTICES)
def test_a_notice_comes_back(notice: Notice) -> None:
    """Whatever it holds."""
    assert read_notice(write_notice(notice)) == notice


@given(st.builds(Worded, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT))
def test_a_message_comes_back(worded: Worded) -> None:
    """Whatever it says."""
    assert read_worded(write_worded(worded)) == worded


def test_half_a_character_is_no_reason_to_lose_a_message() -> None:
    """A caller may have sent one as metadata."""
    to = SentCode(Address.EMAIL, "ana@example.com")

    kept = write_notice(Notice(NoticeKind.SIGN_UP, to, metadata={"a": "\ud800"}))

    assert read_notice(kept).metadata == {"a": "?"}
