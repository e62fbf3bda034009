"""From a provider's claims to the fields of the identity: `[require]` and `[map]`.

The expressions are compiled at load, each against the type that its field has. At run
time whatever goes wrong denies: a condition that cannot be evaluated is not met, and a
claim of another type than the file expects makes the credential malformed. Neither is
ever an internal error, because an issuer can write anything into a token.

What comes out is remembered with the credential (`gateway.identity.cache`), so an
expression that reads `now` may be some minutes behind.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from gateway.cel.environment import Environment
from gateway.cel.errors import BudgetExceededError, CompileError, EvaluationError
from gateway.cel.program import Program
from gateway.cel.types import (
    BOOL,
    BYTES,
    NULL,
    STRING,
    TIMESTAMP,
    TYPE,
    CelType,
    ListType,
)
from gateway.cel.version1 import provider_environment
from gateway.config.configuration import ProviderFile, ProviderSettings
from gateway.config.document import Document
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.identity.bounds import (
    check_sign_in,
    check_subject,
    check_text,
    check_texts,
    freeze_attribute,
    is_verified_address,
)
from gateway.model.claims import VerifiedClaims
from gateway.model.errors import MalformedCredentialError, UnmetRequirementError
from gateway.model.waiting import WouldWaitError

_TEXTS = ("username", "name", "email", "phone", "tenant", "acr")
_LISTS = ("groups", "labels", "scopes", "amr")

# The type of each field of `[map]`.
FIELDS: Mapping[str, CelType] = MappingProxyType(
    {
        "subject": STRING,
        "email_verified": BOOL,
        "phone_verified": BOOL,
        "auth_time": TIMESTAMP,
    }
    | dict.fromkeys(_TEXTS, STRING)
    | dict.fromkeys(_LISTS, ListType(STRING))
)

# What no policy could do anything with.
_NO_ATTRIBUTES = frozenset({BYTES, NULL, TYPE})

# All expressions of one provider together. The cost of each is bounded at load.
MAX_TIME = timedelta(milliseconds=250)

# Where others wait meanwhile. A hundred times what a provider's file usually takes.
MAX_TIME_AT_ONCE = timedelta(milliseconds=5)


@dataclass(frozen=True, slots=True)
class MappedClaims:
    """What a provider says about somebody, in the gateway's own terms.

    Attributes:
        subject: The provider's name for them; never empty.
        email_verified: True only if the provider vouches for a well-formed `email`.
        attributes: What `[map] attributes` produced.
        exported: The claims that policies may read.
    """

    subject: str
    username: str
    name: str
    email: str
    email_verified: bool
    phone: str
    phone_verified: bool
    tenant: str
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    scopes: tuple[str, ...]
    amr: tuple[str, ...]
    acr: str
    auth_time: datetime
    attributes: Mapping[str, Any]
    exported: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Expression:
    """A program, and where it is written."""

    program: Program
    document: Document
    keys: Keys

    def where(self, error: EvaluationError) -> str:
        """Return what failed, and where in the file; without any value."""
        place = self.document.where(self.keys, (error.line, error.column))
        return f"{place}: {error.message}"


@dataclass(frozen=True, slots=True)
class _Check:
    """One condition of `[require]`."""

    id: str
    message: str
    expression: _Expression


@dataclass(frozen=True, slots=True)
class _Programs:
    """Everything that one provider's file says about claims."""

    checks: tuple[_Check, ...]
    fields: Mapping[str, _Expression]
    attributes: Mapping[str, _Expression]


class Mapper:
    """Maps the claims of one provider. Made by `compile_mappers`."""

    def __init__(self, *, settings: ProviderSettings, programs: _Programs) -> None:
        self.settings = settings
        self._programs = programs

    def map(
        self, claims: VerifiedClaims, now: datetime, *, may_wait: bool = True
    ) -> MappedClaims:
        """Return what the claims say, once they meet what the file requires.

        Args:
            claims: What a provider says about somebody.
            now: The time, aware UTC.
            may_wait: Whether it may take longer than a moment.

        Raises:
            WouldWaitError: It may not, and does.
            UnmetRequirementError: A condition is not true, or cannot be evaluated.
            MalformedCredentialError: A claim has another type than the file expects,
                or a size or form that nobody's has.
        """
        evaluation = _Evaluation(
            {"claims": claims.claims, "now": now}, may_wait=may_wait
        )
        for check in self._programs.checks:
            evaluation.require(check)
        read = {
            name: evaluation.value_of(expression)
            for name, expression in self._programs.fields.items()
        }
        texts: dict[str, Any] = {n: check_text(n, read[n]) for n in _TEXTS}
        lists: dict[str, Any] = {n: check_texts(n, read[n]) for n in _LISTS}
        attributes = {
            name: freeze_attribute(name, evaluation.value_of(expression))
            for name, expression in self._programs.attributes.items()
        }
        return MappedClaims(
            subject=check_subject(read["subject"]),
            email_verified=is_verified_address(
                texts["email"], verified=read["email_verified"]
            ),
            phone_verified=read["phone_verified"] is True and texts["phone"] != "",
            auth_time=check_sign_in(read["auth_time"], now),
            attributes=MappingProxyType(attributes),
            exported=self._export(claims.claims),
            **texts,
            **lists,
        )

    def _export(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        return MappingProxyType(
            {
                name: claims[name]
                for name in self.settings.export_claims
                if name in claims
            }
        )


def compile_mappers(providers: Sequence[ProviderFile]) -> dict[str, Mapper]:
    """Return a mapper for each provider, by its id.

    Raises:
        ConfigError: With everything that is wrong with any expression of any provider.
    """
    environment = provider_environment()
    faults: list[Fault] = []
    mappers = {}
    for provider in providers:
        compiler = _Compiler(environment, provider)
        mappers[provider.settings.id] = compiler.mapper()
        faults += compiler.faults
    if faults:
        raise ConfigError(faults)
    return mappers


class _Compiler:
    """Compiles the expressions of one provider, and gathers what is wrong with them."""

    def __init__(self, environment: Environment, provider: ProviderFile) -> None:
        self.faults: list[Fault] = []
        self._environment = environment
        self._provider = provider

    def mapper(self) -> Mapper:
        settings = self._provider.settings
        checks = tuple(
            _Check(check.id, check.message, expression)
            for number, check in enumerate(settings.require.checks)
            if (expression := self._check(number, check.cel))
        )
        fields = {
            name: expression
            for name, kind in FIELDS.items()
            if (expression := self._field(name, getattr(settings.map, name), kind))
        }
        attributes = {
            name: expression
            for name, source in settings.map.attributes.items()
            if (expression := self._attribute(name, source))
        }
        return Mapper(settings=settings, programs=_Programs(checks, fields, attributes))

    def _check(self, number: int, source: str) -> _Expression | None:
        return self._compile(("require", "checks", number, "cel"), source, BOOL)

    def _field(self, name: str, source: str, kind: CelType) -> _Expression | None:
        expression = self._compile(("map", name), source, kind)
        if expression and name == "email_verified":
            self._refuse_blind_trust(expression)
        return expression

    def _attribute(self, name: str, source: str) -> _Expression | None:
        keys = ("map", "attributes", name)
        expression = self._compile(keys, source, None)
        if expression and expression.program.type in _NO_ATTRIBUTES:
            message = f"an attribute cannot be a {expression.program.type}"
            self._fault("E210", keys, message)
        return expression

    def _compile(
        self, keys: Keys, source: str, expect: CelType | None
    ) -> _Expression | None:
        try:
            program = self._environment.compile(source, expect=expect)
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
        document = self._provider.document
        return _Expression(program, document, (*self._provider.keys, *keys))

    def _refuse_blind_trust(self, expression: _Expression) -> None:
        """Refuse `email_verified = "true"`, unless the provider is our own backend.

        Reference: Keycloak CVE-2026-14781 and its kin: an address that anybody can type
        in at a provider, taken for one that they have shown to hold.
        """
        if expression.program.reads or self._provider.settings.kind == "developer":
            return
        try:
            always = expression.program.evaluate({})
        except EvaluationError:
            return
        if always:
            self._fault(
                "E106",
                ("map", "email_verified"),
                "every address would count as verified, also one that nobody checked",
            )

    def _fault(self, code: str, keys: Keys, message: str) -> None:
        document = self._provider.document
        self.faults.append(document.fault(code, (*self._provider.keys, *keys), message))


class _Evaluation:
    """The expressions of one provider, evaluated for one credential."""

    __slots__ = ("_deadline", "_may_wait", "_variables")

    def __init__(self, variables: Mapping[str, Any], *, may_wait: bool) -> None:
        longest = MAX_TIME if may_wait else MAX_TIME_AT_ONCE
        self._deadline = time.monotonic() + longest.total_seconds()
        self._may_wait = may_wait
        self._variables = variables

    def require(self, check: _Check) -> None:
        """Refuse claims that do not meet a condition."""
        expression = check.expression
        try:
            met = expression.program.evaluate(self._variables, deadline=self._deadline)
        except EvaluationError as error:
            self._give_way_if_slow(error)
            raise UnmetRequirementError(
                f"check `{check.id}` cannot be evaluated: {expression.where(error)}",
                message=check.message,
            ) from error
        if met is not True:
            raise UnmetRequirementError(f"check `{check.id}`", message=check.message)

    def value_of(self, expression: _Expression) -> Any:
        """Return what the claims say about a field."""
        try:
            return expression.program.evaluate(self._variables, deadline=self._deadline)
        except EvaluationError as error:
            self._give_way_if_slow(error)
            raise MalformedCredentialError(expression.where(error)) from error

    def _give_way_if_slow(self, error: EvaluationError) -> None:
        if isinstance(error, BudgetExceededError) and not self._may_wait:
            raise WouldWaitError from error
