"""What the pages say, in the languages there are.

A language is a file of texts in `catalogues/`; a client may replace single texts. Texts are
text, never HTML: what stands in them, and what is put into them, is escaped.

References: BCP 47 (language tags); RFC 4647 section 3.4 (lookup).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape

FALLBACK: Final = "en"

_FOLDER: Final = Path(__file__).parent / "catalogues"
_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")

# Of `Accept-Language` and `ui_locales`; browsers send five.
_MOST_TAGS: Final = 20
_MOST_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts in one language.

    Attributes:
        tag: The language's tag.
        name: What the language calls itself.
        direction: `ltr` or `rtl`.
        texts: By key.
    """

    tag: str
    name: str
    direction: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> Markup:
        """Return a text, safe to stand in a page.

        Args:
            key: Which one; the key itself comes back if there is none.
            values: What stands in for `{name}`.
        """

        def put(match: re.Match[str]) -> str:
            return str(escape(values.get(match[1], match[0])))

        text = str(escape(self.texts.get(key, key)))
        return Markup(_PLACEHOLDER.sub(put, text))  # noqa: S704 - both are escaped

    def first(self, *keys: str, **values: object) -> Markup:
        """Return the first text of these that there is, or the last key."""
        known = (key for key in keys if key in self.texts)
        return self(next(known, keys[-1]), **values)

    def day(self, at: datetime) -> Markup:
        """Return a day, as the language writes it."""
        month = self(f"month.{at.month}")
        return self("language.day", day=at.day, month=month, year=at.year)

    def moment(self, at: datetime) -> Markup:
        """Return a day and a time, which is UTC: nobody knows where the person is."""
        return self("language.moment", day=self.day(at), time=f"{at:%H:%M}")

    def with_own(self, own: Mapping[str, str]) -> "Texts":
        """Return these texts with a client's in the place of some."""
        if not own:
            return self
        return Texts(self.tag, self.name, self.direction, {**self.texts, **own})


class Catalogues:
    """The languages there are."""

    def __init__(self, languages: Sequence[Texts]) -> None:
        """Take them; one is the fallback."""
        self._by_tag = {texts.tag.lower(): texts for texts in languages}
        self.languages: Final = tuple(languages)

    @classmethod
    def load(cls, folder: Path = _FOLDER) -> "Catalogues":
        """Return the languages that a folder has files for."""
        return cls([_read(path) for path in sorted(folder.glob("*.toml"))])

    def choose(self, *, asked: Sequence[str], accepted: str) -> Texts:
        """Return the language for somebody.

        Args:
            asked: Tags separated by blanks (`ui_locales`), from whoever was asked first.
            accepted: The header `Accept-Language`.
        """
        wishes = [tag for text in asked for tag in _tags(text)]
        for tag in [*wishes, *_accepted(accepted)]:
            # RFC 4647 section 3.4: from the right, a part at a time.
            parts = tag.lower().split("-")
            while parts:
                found = self._by_tag.get("-".join(parts))
                if found is not None:
                    return found
                parts.pop()
        return self._by_tag[FALLBACK]


def _tags(text: str) -> list[str]:
    words = text[:_MOST_CHARACTERS].split()[:_MOST_TAGS]
    return [word for word in words if _TAG.fullmatch(word)]


def _accepted(header: str) -> Iterator[str]:
    """Yield what a browser accepts, the best first (RFC 9110 section 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for wish in header[:_MOST_CHARACTERS].split(",")[:_MOST_TAGS]:
        tag, _, weight = (part.strip() for part in wish.partition(";"))
        quality = _quality(weight)
        if _TAG.fullmatch(tag) and quality:
            wishes.append((-quality, tag))
    # Sorted steadily: of two that are as good, the first.
    yield from (tag for _, tag in sorted(wishes, key=lambda wish: wish[0]))


def _quality(weight: str) -> float:
    if not weight:
        return 1.0
    match = re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", weight)
    return min(1.0, float(match[1])) if match else 0.0


def _read(path: Path) -> Texts:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = dict(_flat(content))
    return Texts(path.stem, texts["language.name"], texts["language.direction"], texts)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", str(value)
