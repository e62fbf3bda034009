"""All functions that an expression of version 1 may call."""

from typing import Final

from gateway.cel.functions import GATEWAY_FUNCTIONS
from gateway.cel.library.conversions import CONVERSION_METHODS, CONVERSIONS
from gateway.cel.library.declaration import Overloads
from gateway.cel.library.instants import INSTANT_METHODS
from gateway.cel.library.strings import STRING_FUNCTIONS, STRING_METHODS

FUNCTIONS: Final[Overloads] = {**CONVERSIONS, **STRING_FUNCTIONS, **GATEWAY_FUNCTIONS}
METHODS: Final[Overloads] = {**CONVERSION_METHODS, **INSTANT_METHODS, **STRING_METHODS}
