"""What somebody reads, in their language."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.model.user import User
from gateway.pool.messages.errors import RefusedError
from gateway.pool.messages.wording import LANGUAGES, Words, one_line, plain_of
from gateway.pool.messenger import Notice, SentCode
from gateway.pool.pool import Pool
from gateway.pool.settings import (
    Address,
    MessageSettings,
    MessageTemplate,
    NoticeKind,
    PoolSettings,
    SignInSettings,
    SignUpSettings,
)
from gateway.pool.triggers.values import Wording
from tests.pool.triggers.recorder import ANA, NOON

EMAIL = SentCode(Address.EMAIL, "ana@example.com")
PHONE = SentCode(Address.PHONE, "+14155550100")
OWN = Wording()
LINK = "https://auth.example/confirm?a=1&b=2"


def pool(**settings: Any) -> Pool:
    return Pool(ANA.pool_id, PoolSettings(name="Shop & Co", **settings), NOON)


def called(**attributes: str) -> User:
    return replace(ANA, attributes={**ANA.attributes, **attributes})


def notice(kind: NoticeKind = NoticeKind.SIGN_UP, to: SentCode = EMAIL) -> Notice:
    return Notice(kind, to, "123456")


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_has_its_words(kind: NoticeKind, language: str) -> None:
    """In both forms, and as a text message; the code is where it has to be."""
    details = {"attribute": "email", "address": "192.0.2.1", "device": "Firefox"}
    asked = replace(notice(kind), language=language, details=details)

    mail = Words().word(pool(), ANA, asked, OWN)
    sms = Words().word(pool(), ANA, replace(asked, to=PHONE), OWN)

    assert mail.language == sms.language == language
    assert "Shop & Co" in mail.subject
    assert "Shop &amp; Co" in mail.html
    assert f'<html lang="{language}">' in mail.html
    assert "{" not in mail.text + sms.text
    assert (sms.subject, sms.html) == ("", "")
    assert len(sms.text) <= 200
    if kind.endswith("changed") or kind is NoticeKind.ACCOUNT_TAKE_OVER:
        return
    assert "123456" in mail.text
    assert "123456" in mail.html
    assert "123456" in sms.text
    assert (mail.code, sms.code) == ("123456", "123456")


def test_a_mail_greets_by_the_name_and_says_how_long_the_code_is_good() -> None:
    """In a person's own language."""
    user = called(name="Änne <b>", locale="de_AT")

    mail = Words().word(pool(), user, notice(), OWN)

    assert mail.subject == "Bestätigen Sie Ihr Konto bei Shop & Co"
    assert mail.text.startswith("Guten Tag Änne <b>,\n\n")
    assert "Er gilt 24 Stunden." in mail.text
    assert "Änne &lt;b&gt;" in mail.html


@pytest.mark.parametrize(
    ("page", "locale", "default", "language"),
    [
        ("", "", "en", "en"),
        ("", "de-CH", "en", "de"),
        ("en de", "de", "de", "en"),
        ("fr de-AT", "en", "en", "de"),
        ("fr", "it", "de", "de"),
        ("", "xx", "fr", "en"),
    ],
)
def test_the_page_comes_before_the_person_and_the_person_before_the_pool(
    page: str, locale: str, default: str, language: str
) -> None:
    """As far as there are texts."""
    settings = MessageSettings(language=default)
    asked = replace(notice(), language=page)

    mail = Words().word(pool(messages=settings), called(locale=locale), asked, OWN)

    assert mail.language == language


def test_a_pool_says_it_differently() -> None:
    """Field by field; its own text has no page of the gateway's beside it."""

    def own(**texts: str) -> Pool:
        templates = {NoticeKind.SIGN_UP: {"en": MessageTemplate(**texts)}}
        return pool(messages=MessageSettings(templates=templates))

    words, german = Words(), replace(notice(), language="de")

    assert words.word(own(subject="{{ code }}!"), ANA, notice(), OWN).subject == (
        "123456!"
    )
    plain = words.word(own(text="Type {{ code }}"), ANA, notice(), OWN)
    assert (plain.text, plain.html) == ("Type 123456", "")
    page = words.word(own(html="<p>{{ code }}</p>"), ANA, notice(), OWN)
    assert page.html == "<p>123456</p>"
    assert "123456" in page.text
    sms = words.word(own(sms="{{ code }}"), ANA, notice(to=PHONE), OWN)
    assert sms.text == "123456"
    assert words.word(own(text="x {{ code }}"), ANA, german, OWN).language == "de"


def test_a_pool_may_know_more_languages() -> None:
    """What it leaves out there is English."""
    templates = {
        NoticeKind.SIGN_UP: {"fr": MessageTemplate(text="Le code: {{ code }}")}
    }
    shop = pool(messages=MessageSettings(templates=templates))

    mail = Words().word(shop, called(locale="fr"), notice(), OWN)
    other = notice(NoticeKind.FORGOT_PASSWORD)

    assert (mail.language, mail.text) == ("fr", "Le code: 123456")
    assert "Confirm" in mail.subject
    assert (
        "24 hours"
        in Words().word(shop, called(locale="fr"), notice(to=PHONE), OWN).text
    )
    assert Words().word(shop, called(locale="fr"), other, OWN).language == "en"
    brazil = {NoticeKind.SIGN_UP: {"pt-BR": MessageTemplate(sms="{{ code }}")}}
    bank = pool(messages=MessageSettings(templates=brazil))
    sms = Words().word(bank, called(locale="pt_BR"), notice(to=PHONE), OWN)
    assert (sms.language, sms.text) == ("pt-BR", "123456")


def test_a_pool_confirms_by_link() -> None:
    """In e-mails about sign-ups alone, and where there are pages."""
    by_link = pool(sign_up=SignUpSettings(by_link=True))
    words = Words(link=lambda *_: LINK)

    mail = words.word(by_link, ANA, notice(), OWN)

    assert mail.link == LINK
    assert LINK in mail.text
    assert 'href="https://auth.example/confirm?a=1&amp;b=2"' in mail.html
    assert "123456" not in mail.text
    for pool_, asked in (
        (pool(), notice()),
        (by_link, notice(to=PHONE)),
        (by_link, notice(NoticeKind.FORGOT_PASSWORD)),
    ):
        assert words.word(pool_, ANA, asked, OWN).link == ""
    without = Words().word(by_link, ANA, notice(), OWN)
    assert (without.link, "123456" in without.text) == ("", True)


def test_an_invitation_names_what_the_person_signs_in_with() -> None:
    """The address, where the stored name is an id that nobody knows."""
    invitation = notice(NoticeKind.INVITATION)
    addresses = SignInSettings(addresses=frozenset({Address.EMAIL}))

    assert "as ana," in Words().word(pool(), ANA, invitation, OWN).text
    mail = Words().word(pool(sign_in=addresses), ANA, invitation, OWN)
    assert "as ana@example.com," in mail.text


def test_a_trigger_words_a_mail() -> None:
    """Code and name in their places, as they are and nothing more."""
    user = replace(ANA, username="{####}<i>")
    asked = Wording(
        email="<p>Hi {username}</p><p>{####}</p>", subject="Welcome {username}"
    )

    mail = Words().word(pool(), user, notice(), asked)

    assert mail.html == "<p>Hi {####}&lt;i&gt;</p><p>123456</p>"
    assert mail.text == "Hi {####}<i>\n123456\n"
    assert mail.subject == "Welcome {####}<i>"


def test_a_trigger_words_a_text_message_and_leaves_the_mail_alone() -> None:
    """Each for itself."""
    asked = Wording(sms="{####} & more")

    sms = Words().word(pool(), ANA, notice(to=PHONE), asked)
    mail = Words().word(pool(), ANA, notice(), asked)

    assert sms.text == "123456 & more"
    assert "Confirm" in mail.subject


def test_a_trigger_places_the_link() -> None:
    """With its own words on it."""
    by_link = pool(sign_up=SignUpSettings(by_link=True))
    asked = Wording(email="Go: {##Verify##}")

    mail = Words(link=lambda *_: LINK).word(by_link, ANA, notice(), asked)

    assert mail.html == (
        'Go: <a href="https://auth.example/confirm?a=1&amp;b=2">Verify</a>'
    )
    assert mail.text == f"Go: {LINK} Verify\n"


@pytest.mark.parametrize("wording", ["Hello!", "Hello {##link##}"])
def test_a_wording_without_the_code_is_refused(wording: str) -> None:
    """Whoever gets it could do nothing with it."""
    for to in (EMAIL, PHONE):
        asked = Wording(email=wording, sms=wording)
        with pytest.raises(RefusedError):
            Words().word(pool(), ANA, notice(to=to), asked)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: eve@example.com", "a Bcc: eve@example.com"),
        ("  a \t b\x00\u2028c ", "a b c"),
        ("=?utf-8?q?=0ABcc:_x?=", "= ?utf-8?q?=0ABcc:_x?="),
        ("Grüße", "Grüße"),
    ],
)
def test_a_header_is_one_line(text: str, line: str) -> None:
    """Whatever somebody calls themselves, or their pool."""
    assert one_line(text) == line


def test_a_page_is_read_without_its_tags() -> None:
    """Without styles, and with what links lead to."""
    page = (
        "<title>T</title><style>p {}</style><h1>One</h1><p>two &amp;\n three<br>four"
        "</p><p><a href='https://a.example'>here</a><b>!</b></style><script>x</script>"
    )

    assert plain_of(page) == "One\ntwo & three\nfour\nhttps://a.example here!\n"
