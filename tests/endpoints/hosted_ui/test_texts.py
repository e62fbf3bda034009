"""What the pages say, and in which language."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gateway.endpoints.hosted_ui as package
from gateway.endpoints.hosted_ui.texts import Catalogues, Texts

LANGUAGES = Catalogues.load()
HEBREW = Texts("he", "עברית", "rtl", {"language.name": "עברית"})
TEMPLATES = Path(package.__path__[0]) / "templates"
_KEY = re.compile(r"""\bt\(\s*f?"([a-z0-9_.]+)"[,)]""")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


def language(tag: str) -> Texts:
    return LANGUAGES.choose(asked=[tag], accepted="")


@pytest.mark.parametrize(
    ("asked", "accepted", "tag"),
    [
        ([], "", "en"),
        (["", ""], "de", "de"),
        (["de"], "en", "de"),
        (["", "fr de"], "en", "de"),
        (["xx"], "de-AT,en;q=0.5", "de"),
        ([], "DE-at", "de"),
        ([], "en;q=0.2, de;q=0.8", "de"),
        ([], "de;q=0, fr", "en"),
        ([], "fr, en, de", "en"),
        ([], "de;q=nonsense", "en"),
        ([], "../de, d;e, *", "en"),
        (["de-DE-x-private"], "", "de"),
    ],
)
def test_a_language_is_chosen(asked: list[str], accepted: str, tag: str) -> None:
    """First what was asked for, then what the browser accepts, then English."""
    assert LANGUAGES.choose(asked=asked, accepted=accepted).tag == tag


@given(st.text(max_size=600), st.text(max_size=600))
def test_any_wish_leads_to_a_language(asked: str, accepted: str) -> None:
    """Whatever a link or a browser says."""
    assert LANGUAGES.choose(asked=[asked], accepted=accepted) in LANGUAGES.languages


def test_all_languages_say_the_same_things() -> None:
    """A text that is missing in one would be an odd word on a page."""
    english, german = language("en").texts, language("de").texts

    assert english.keys() == german.keys()
    for key, text in english.items():
        told = sorted(_PLACEHOLDER.findall(text))
        assert sorted(_PLACEHOLDER.findall(german[key])) == told, key


def test_each_text_that_is_asked_for_is_there() -> None:
    """In templates and functions; those that are put together have tests of their own."""
    sources = [*TEMPLATES.glob("*.html"), *TEMPLATES.parent.rglob("*.py")]
    used = {key for path in sources for key in _KEY.findall(path.read_text())}

    assert len(used) > 20
    assert not used - language("en").texts.keys()


def test_what_is_put_into_a_text_is_escaped() -> None:
    """And so is the text: a client's own may hold anything."""
    own = language("en").with_own({"sign_in.lead": "<b> {client} {other} {0}"})

    said = own("sign_in.lead", client="<script>")

    assert str(said) == "&lt;b&gt; &lt;script&gt; {other} {0}"
    assert own("no.such.text") == "no.such.text"
    assert own("sign_in.title") == "Sign in"


def test_a_text_is_put_in_once() -> None:
    """What somebody calls themselves is no pattern."""
    own = language("en").with_own({"sign_in.lead": "{client} {secret}"})

    assert own("sign_in.lead", client="{secret}", secret="x") == "{secret} x"


def test_the_first_text_that_there_is() -> None:
    texts = language("de")

    assert texts.first("nothing", "form.code", "form.email") == "Code"
    assert texts.first("nothing", "at_all") == "at_all"


def test_days_are_written_as_the_language_does() -> None:
    at = datetime(2026, 3, 4, 9, 5, tzinfo=UTC)

    assert language("en").moment(at) == "4 March 2026, 09:05 UTC"
    assert language("de").day(at) == "4. März 2026"


def test_nothing_of_ones_own_changes_nothing() -> None:
    texts = language("en")

    assert texts.with_own({}) is texts


def test_a_language_may_run_from_right_to_left() -> None:
    languages = Catalogues([*LANGUAGES.languages, HEBREW])

    assert languages.choose(asked=["he-IL"], accepted="").direction == "rtl"
