"""Every message has its words in every language."""

from datetime import timedelta

import pytest

from gateway.pool.messages.texts.english import ENGLISH
from gateway.pool.messages.texts.german import GERMAN
from gateway.pool.messages.texts.sentences import Language
from gateway.pool.settings import NoticeKind


@pytest.mark.parametrize("language", [ENGLISH, GERMAN])
def test_no_kind_of_message_is_forgotten(language: Language) -> None:
    """Nor a part of one."""
    assert set(language.sentences) == set(NoticeKind)
    for sentences in language.sentences.values():
        for text in (sentences.subject, sentences.lead, sentences.after, sentences.sms):
            assert text


@pytest.mark.parametrize(
    ("time", "written"),
    [
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1), "60 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_a_length_of_time_is_written_for_people(time: timedelta, written: str) -> None:
    """Never one of something, which other languages write differently."""
    assert ENGLISH.written(time) == written
    assert GERMAN.written(timedelta(days=3)) == "3 Tage"
