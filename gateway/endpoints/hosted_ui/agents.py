"""Which browser it is, as far as its own words tell: for people's lists of sign-ins alone.

Nothing is decided by it: anybody can say anything.
"""

import re
from typing import Final

# In this order: each browser claims to be those after it.
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS: Final = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


def described(user_agent: str) -> str:
    """Return browser and system by name; empty if neither is known."""
    found = [
        next((name for name, pattern in kinds if pattern.search(user_agent)), "")
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))
