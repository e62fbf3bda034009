"""From something to tell to what somebody reads: language, template, values.

A trigger's wording comes before a pool's template, and that before the gateway's own.
"""

import html as markup
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Final

from typing_extensions import override

from gateway.model.user import User
from gateway.pool.messages.content import Worded
from gateway.pool.messages.errors import RefusedError
from gateway.pool.messages.outbox import patience
from gateway.pool.messages.templates import fill_in
from gateway.pool.messages.texts.english import ENGLISH
from gateway.pool.messages.texts.forms import HTML, PLAIN
from gateway.pool.messages.texts.german import GERMAN
from gateway.pool.messages.texts.sentences import Language
from gateway.pool.messenger import Notice
from gateway.pool.pool import Pool
from gateway.pool.settings import Address, MessageTemplate, NoticeKind
from gateway.pool.triggers.values import Wording

LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType(
    {"en": ENGLISH, "de": GERMAN}
)
_FALLBACK: Final = "en"

# Returns where a person confirms with a click; empty if there is no such place.
LinkTo = Callable[[Pool, User, Notice], str]

_LINKED: Final = frozenset({NoticeKind.SIGN_UP, NoticeKind.RESENT_CODE})
_NO_TEMPLATE: Final = MessageTemplate()

# Amazon Cognito's, in what a trigger answers.
_CODE: Final = "{####}"
_USERNAME: Final = "{username}"
_LINK: Final = re.compile(r"\{##(.{0,200}?)##\}", re.DOTALL)


def no_link(_pool: Pool, _user: User, _notice: Notice) -> str:
    """Return no link: for gateways without pages."""
    return ""


class Words:
    """Words messages."""

    def __init__(self, *, link: LinkTo = no_link) -> None:
        self._link = link

    def word(self, pool: Pool, user: User, notice: Notice, asked: Wording) -> Worded:
        """Return a message as it is sent.

        Args:
            pool: The pool.
            user: Who reads it.
            notice: What to tell.
            asked: What a trigger says; empty texts are the pool's.

        Raises:
            RefusedError: A template is none, or a trigger's wording leaves out the code.
        """
        language = _language(pool, user, notice)
        link = self._link_of(pool, user, notice)
        variables = _variables(pool, user, notice, language) | {"link": link}
        own = _template(pool, notice.kind, language)
        if notice.to.address is Address.PHONE:
            return _sms(notice, language, variables, own, asked)
        return _email(notice, language, variables, own, asked)

    def _link_of(self, pool: Pool, user: User, notice: Notice) -> str:
        by_link = pool.settings.sign_up.by_link and notice.kind in _LINKED
        if not by_link or notice.to.address is Address.PHONE:
            return ""
        return self._link(pool, user, notice)


def _language(pool: Pool, user: User, notice: Notice) -> str:
    """Return the first language that is wanted and that there are texts in.

    `de-AT` where a pool has that, else `de` (RFC 4647 section 3.4).
    """
    own = pool.settings.messages.templates.get(notice.kind, {})
    known = {tag.lower(): tag for tag in (*LANGUAGES, *own)}
    wanted = [*notice.language.split(), user.attributes.get("locale", "")]
    for text in (*wanted, pool.settings.messages.language):
        tag = text.lower().replace("_", "-")
        found = known.get(tag) or known.get(tag.partition("-")[0])
        if found is not None:
            return found
    return _FALLBACK


def _template(pool: Pool, kind: NoticeKind, language: str) -> MessageTemplate:
    return pool.settings.messages.templates.get(kind, {}).get(language, _NO_TEMPLATE)


def _variables(pool: Pool, user: User, notice: Notice, language: str) -> dict[str, str]:
    words = LANGUAGES.get(language, LANGUAGES[_FALLBACK])
    attributes = user.attributes
    return {
        "code": notice.code,
        "username": _username(pool, user, notice),
        "name": attributes.get("name") or attributes.get("given_name", ""),
        "destination": notice.to.destination,
        "pool": pool.settings.name,
        "lifetime": words.written(patience(notice.kind)),
        "language": language,
        "attribute": notice.details.get("attribute", ""),
        "address": notice.details.get("address", ""),
        "device": notice.details.get("device", ""),
    }


def _username(pool: Pool, user: User, notice: Notice) -> str:
    """Return what the person types: where addresses are names, nobody knows the other."""
    return notice.to.destination if pool.settings.sign_in.addresses else user.username


def _sms(
    notice: Notice,
    language: str,
    variables: Mapping[str, str],
    own: MessageTemplate,
    asked: Wording,
) -> Worded:
    if asked.sms:
        text = _placed(asked.sms, notice, variables)
    else:
        words = LANGUAGES.get(language, LANGUAGES[_FALLBACK])
        text = fill_in(own.sms or words.sentences[notice.kind].sms, variables)
    return Worded(language, "", text, code=notice.code)


def _email(
    notice: Notice,
    language: str,
    variables: Mapping[str, str],
    own: MessageTemplate,
    asked: Wording,
) -> Worded:
    words = LANGUAGES.get(language, LANGUAGES[_FALLBACK])
    subject = one_line(
        fill_in(own.subject or words.sentences[notice.kind].subject, variables)
    )
    link = variables["link"]
    if asked.subject:
        subject = one_line(asked.subject.replace(_USERNAME, variables["username"]))
    if asked.email:
        page = _placed(asked.email, notice, variables, html=True)
        text = plain_of(page)
    else:
        text, page = _forms(notice.kind, words, {**variables, "subject": subject}, own)
    return Worded(language, subject, text, page, code=notice.code, link=link)


def _forms(
    kind: NoticeKind,
    words: Language,
    variables: Mapping[str, str],
    own: MessageTemplate,
) -> tuple[str, str]:
    """Return both forms of an e-mail; the second may be empty."""
    sentences = words.sentences[kind]
    whole = {
        **variables,
        "greeting": fill_in(words.greeting, variables),
        "lead": fill_in(sentences.lead, variables),
        "after": fill_in(sentences.after, variables),
        "button": words.button,
    }
    text = fill_in(own.text or PLAIN, whole)
    if own.text and not own.html:
        # The gateway's page would say something else than the pool's text.
        return text, ""
    return text, fill_in(own.html or HTML, whole, html=True)


def _placed(
    text: str, notice: Notice, variables: Mapping[str, str], *, html: bool = False
) -> str:
    """Return a trigger's wording with code, name and link in their places."""
    link = variables["link"]
    has_place = _CODE in text or (link and _LINK.search(text))
    if notice.code and not has_place:
        raise RefusedError("the trigger's wording leaves out the code")

    def shown(value: str) -> str:
        return markup.escape(value) if html else value

    def linked(match: re.Match[str]) -> str:
        return f'<a href="{shown(link)}">{match[1]}</a>' if html else link

    if link:
        text = _LINK.sub(linked, text)
    # At once, so that no value is taken for a place.
    values = {_CODE: shown(notice.code), _USERNAME: shown(variables["username"])}
    return re.sub(
        "|".join(map(re.escape, values)), lambda match: values[match[0]], text
    )


def one_line(text: str) -> str:
    """Return a text fit to be a header: one line, and no encoded words of its own."""
    line = " ".join("".join(_seen(text)).split())
    # Python's own parser would decode them, and what they hide may be a line break.
    return line.replace("=?", "= ?")


def _seen(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isprintable() else " "


class _Plain(HTMLParser):
    """Collects what a page says."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "script", "title"}:
            self._hidden += 1
        elif tag in {"p", "br", "div", "tr", "li", "h1", "h2", "h3"}:
            self.pieces.append("\n")
        elif tag == "a":
            self.pieces += [f"{value} " for name, value in attrs if name == "href"]

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script", "title"}:
            self._hidden = max(0, self._hidden - 1)

    @override
    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def plain_of(page: str) -> str:
    """Return what a page says, for whoever reads no HTML."""
    parser = _Plain()
    parser.feed(page)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.pieces).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
