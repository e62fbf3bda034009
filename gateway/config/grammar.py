"""The tokens of TOML, for walks over a text that is known to be valid.

Reference: TOML v1.0.0.
"""

import re

BLANK = re.compile(r"[ \t]*")
BLANK_LINES = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BASIC = re.compile(r'"(?:[^"\\]|\\.)*"')
LITERAL = re.compile(r"'[^']*'")
# Up to two quotes may stand before the closing three, and belong to the value.
LONG_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}', re.DOTALL)
LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*+'{3,5}", re.DOTALL)
SCALAR = re.compile(r"[^,\]}#\n]*")
