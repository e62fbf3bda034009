"""The stable codes of faults, each in one sentence.

A code that has been released keeps its meaning. E1xx: the file's shape. E2xx: names and
types in expressions. E3xx: references between tables, routes, roles. E4xx: cost and limits.
E5xx: secrets and keys. W1xx: safety. W2xx: hygiene.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "E101": "A file or a folder cannot be read, or is too large.",
        "E102": "A file is not UTF-8, or not TOML.",
        "E103": "A key is not known.",
        "E104": "Something that is needed is missing.",
        "E105": "A value has the wrong type or form.",
        "E106": "A value is outside its bounds, or has no sense beside another one.",
        "E107": "The file is written for another version of the gateway.",
        "E108": "A file that is referred to cannot be read.",
        "E109": "There is no provider at all.",
        "E110": "A setting is documented for a later version.",
        "E200": "An expression is not CEL.",
        "E201": "A record has no field of that name.",
        "E202": "A variable or a function is not known.",
        "E203": "A function needs a variable that does not exist here.",
        "E204": "A literal in an expression has no value.",
        "E205": "A part of CEL is not available in this environment.",
        "E206": "A macro is called with the wrong arguments.",
        "E207": "`has()` asks for something that is always present.",
        "E210": "A part of an expression has the wrong type.",
        "E290": "A claim belongs to the gateway and cannot be set.",
        "E301": "Two things have the same id.",
        "E302": "Two providers have the same issuer.",
        "E303": "A route leads to an upstream that is not declared.",
        "E304": "A route names a token profile that is not declared.",
        "E305": "A route matches a path that the gateway answers itself.",
        "E306": "Two listeners have the same address.",
        "E310": "Two things decide the same request.",
        "E320": "A path template is malformed.",
        "E330": "A provider's own settings keep the gateway from reaching it.",
        "E331": "Guests are enabled without a provider for them.",
        "E332": "A provider has the gateway's own issuer.",
        "E333": "There are two providers for guests.",
        "E334": "A role is named that is not declared.",
        "E335": "A test names a fixture that is not declared.",
        "E401": "An expression is too long.",
        "E402": "An expression is nested too deeply.",
        "E501": "A secret is written into a file.",
        "E502": "A secret that is referred to is missing or empty.",
        "E503": "The storage key is no key.",
        "E504": "A signature algorithm is symmetric, or none at all.",
        "E510": "A key would be withdrawn while its tokens are still valid.",
        "E511": "A key would be published too early.",
        "E512": "A file of public keys holds none, or one that cannot be used.",
        "E513": "A file of certificates holds none.",
        "W101": "Minted credentials travel to an upstream without encryption.",
        "W102": "Clients send credentials without encryption.",
        "W103": "The admin listener can be reached from other machines.",
        "W104": "A file with a secret can be read by every user of the machine.",
        "W120": "An expression reads an e-mail address without asking if it is verified.",
        "W201": "There is no policy, so every request is denied.",
        "W202": "Nobody is named as the owner.",
        "W203": "The day of review has passed.",
        "W204": "A provider for guests has no effect.",
        "W205": "Something is declared and not used.",
        "W206": "Two limits contradict each other.",
    }
)
