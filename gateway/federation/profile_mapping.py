"""From a provider's claims to the attributes of a pool: `[sign_in.profile]`.

The expressions are compiled at load. What one of them cannot be evaluated for is a missing
attribute, and never a failed sign-in: an issuer can leave out what it likes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError
from gateway.cel.types import BOOL, DYN, INT, STRING
from gateway.cel.version1 import provider_environment
from gateway.config.configuration import ProviderFile
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.providers.common import SignInSettings
from gateway.identity.expressions import Evaluation, Expression
from gateway.model.errors import MalformedCredentialError

_TYPES: Final = frozenset({STRING, BOOL, INT, DYN})

# Whether somebody has proven an address is said in one place, which is looked at there.
_ELSEWHERE: Final = frozenset({"email_verified", "phone_number_verified"})


@dataclass(frozen=True, slots=True)
class Said:
    """What the claims say for one attribute.

    Attributes:
        value: As text; empty if they say nothing.
        claims: The claims that it is made of, if that can be told.
        is_text: Whether it can be written as text.
    """

    value: str
    claims: frozenset[str] = frozenset()
    is_text: bool = True


class ProfileMap:
    """The expressions of one provider, by the attribute that each is for."""

    def __init__(self, expressions: Mapping[str, Expression]) -> None:
        self._expressions = expressions

    def values(self, claims: Mapping[str, Any], now: datetime) -> Mapping[str, Said]:
        """Return what the claims say, by attribute.

        Args:
            claims: Verified.
            now: The time, aware UTC.
        """
        evaluation = Evaluation(claims, now=now, may_wait=True)
        return {
            name: _said(evaluation, expression)
            for name, expression in self._expressions.items()
        }


def _said(evaluation: Evaluation, expression: Expression) -> Said:
    claims = expression.claims_read or frozenset()
    try:
        value = evaluation.value_of(expression)
    except MalformedCredentialError:
        is_there = bool(claims) and claims <= evaluation.claims.keys()
        return Said("", claims, is_text=not is_there)
    if isinstance(value, bool):
        return Said("true" if value else "false", claims)
    if isinstance(value, str | int):
        return Said(str(value), claims)
    return Said("", claims, is_text=False)


def compile_profiles(providers: Sequence[ProviderFile]) -> dict[str, ProfileMap]:
    """Return the expressions of each provider that people may sign in with, by its id.

    Raises:
        ConfigError: With everything that is wrong with any expression of any provider.
    """
    environment = provider_environment()
    faults: list[Fault] = []
    profiles = {}
    for provider in providers:
        settings = getattr(provider.settings, "sign_in", None)
        if isinstance(settings, SignInSettings):
            compiler = _Compiler(environment, provider)
            profiles[provider.settings.id] = compiler.profile(settings)
            faults += compiler.faults
    if faults:
        raise ConfigError(faults)
    return profiles


class _Compiler:
    """Compiles the expressions of one provider, and gathers what is wrong with them."""

    def __init__(self, environment: Environment, provider: ProviderFile) -> None:
        self.faults: list[Fault] = []
        self._environment = environment
        self._provider = provider

    def profile(self, settings: SignInSettings) -> ProfileMap:
        expressions = {
            name: expression
            for name, source in settings.expressions.items()
            if (expression := self._expression(name, source))
        }
        return ProfileMap(expressions)

    def _expression(self, name: str, source: str) -> Expression | None:
        keys = ("sign_in", "profile", name)
        if name in _ELSEWHERE:
            self._fault("E106", keys, f"what is verified stands in `map.{_map(name)}`")
            return None
        try:
            program = self._environment.compile(source, expect=None)
        except CompileError as error:
            for problem in error.problems:
                self.faults.append(
                    self._provider.document.fault(
                        problem.code,
                        (*self._provider.keys, *keys),
                        problem.message,
                        help=problem.help,
                        inner=(problem.line, problem.column),
                        length=problem.length,
                    )
                )
            return None
        if program.type not in _TYPES:
            message = f"an attribute of a pool cannot be a {program.type}"
            self._fault("E210", keys, message)
        document = self._provider.document
        return Expression(program, document, (*self._provider.keys, *keys))

    def _fault(self, code: str, keys: Keys, message: str) -> None:
        document = self._provider.document
        self.faults.append(document.fault(code, (*self._provider.keys, *keys), message))


def _map(name: str) -> str:
    return name.replace("phone_number", "phone")
