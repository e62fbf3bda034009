"""From a provider's claims to the fields of the identity: `[require]` and `[map]`.

The expressions are compiled at load, each against the type that its field has. At run
time whatever goes wrong denies: a condition that cannot be evaluated is not met, and a
claim of another type than the file expects makes the credential malformed. Neither is
ever an internal error, because an issuer can write anything into a token.

What comes out is remembered with the credential (`gateway.identity.cache`), so an
expression that reads `now` may be some minutes behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError, EvaluationError
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
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault
from gateway.config.positions import Keys
from gateway.config.providers.saml import SamlProvider
from gateway.identity.bounds import (
    check_sign_in,
    check_subject,
    check_text,
    check_texts,
    freeze_attribute,
    is_verified_address,
)
from gateway.identity.expressions import Check, Evaluation, Expression, Expressions
from gateway.identity.saml import saml_variables
from gateway.model.claims import VerifiedClaims
from gateway.model.identity import IdentityKind

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

_NOTHING: Mapping[str, Any] = MappingProxyType({})

# What no policy could do anything with.
_NO_ATTRIBUTES = frozenset({BYTES, NULL, TYPE})


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
class _Programs:
    """Everything that one provider's file says about claims."""

    checks: tuple[Check, ...]
    fields: Expressions
    attributes: Expressions


class Mapper:
    """Maps the claims of one provider. Made by `compile_mappers`."""

    def __init__(self, *, settings: ProviderSettings, programs: _Programs) -> None:
        self.settings = settings
        self.kind = IdentityKind(settings.for_)
        self._programs = programs
        # The domains that it may vouch for; `None` for any.
        self._speaks_for = (
            frozenset(settings.link.trust_email_domains)
            if isinstance(settings, SamlProvider)
            else None
        )

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
        variables = saml_variables(claims) if self._speaks_for is not None else {}
        evaluation = Evaluation(
            claims.claims, now=now, may_wait=may_wait, more=variables
        )
        for check in self._programs.checks:
            evaluation.require(check)
        fields = self._programs.fields.values(evaluation)
        attributes = self._programs.attributes.values(evaluation)
        fields["email_verified"] = is_verified_address(
            fields["email"], verified=fields["email_verified"]
        ) and self._may_vouch(fields["email"])
        fields["phone_verified"] = (
            fields["phone_verified"] is True and fields["phone"] != ""
        )
        check_sign_in(fields["auth_time"], now)
        return MappedClaims(
            **fields,
            attributes=_sealed(attributes),
            exported=self._export(claims.claims),
        )

    def _may_vouch(self, email: str) -> bool:
        """Whether the provider may vouch for an address."""
        if self._speaks_for is None:
            return True
        return email.rpartition("@")[2].lower() in self._speaks_for

    def _export(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        names = self.settings.export_claims
        return _sealed({name: claims[name] for name in names if name in claims})


def compile_mappers(providers: Sequence[ProviderFile]) -> dict[str, Mapper]:
    """Return a mapper for each provider, by its id.

    Raises:
        ConfigError: With everything that is wrong with any expression of any provider.
    """
    environments = {saml: provider_environment(saml=saml) for saml in (False, True)}
    faults: list[Fault] = []
    mappers = {}
    for provider in providers:
        environment = environments[isinstance(provider.settings, SamlProvider)]
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
            Check(check.id, check.message, expression)
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
        return Mapper(
            settings=settings,
            programs=_Programs(
                checks,
                Expressions(fields, finish=_checked_field),
                Expressions(attributes, finish=freeze_attribute),
            ),
        )

    def _check(self, number: int, source: str) -> Expression | None:
        return self._compile(("require", "checks", number, "cel"), source, BOOL)

    def _field(self, name: str, source: str, kind: CelType) -> Expression | None:
        expression = self._compile(("map", name), source, kind)
        if expression and name == "email_verified":
            self._refuse_blind_trust(expression)
        return expression

    def _attribute(self, name: str, source: str) -> Expression | None:
        keys = ("map", "attributes", name)
        expression = self._compile(keys, source, None)
        if expression and expression.program.type in _NO_ATTRIBUTES:
            message = f"an attribute cannot be a {expression.program.type}"
            self._fault("E210", keys, message)
        return expression

    def _compile(
        self, keys: Keys, source: str, expect: CelType | None
    ) -> Expression | None:
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
        return Expression(program, document, (*self._provider.keys, *keys))

    def _refuse_blind_trust(self, expression: Expression) -> None:
        """Refuse `email_verified = "true"`, unless the provider is our own backend.

        One that speaks SAML may vouch for the addresses of its own domains, if the file
        names them; for others its word counts for nothing.

        Reference: Keycloak CVE-2026-14781 and its kin: an address that anybody can type
        in at a provider, taken for one that they have shown to hold.
        """
        settings = self._provider.settings
        named = isinstance(settings, SamlProvider) and settings.link.trust_email_domains
        if expression.program.reads or settings.kind == "developer" or named:
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


def _checked_field(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return check_text(name, value)
    if name in _LISTS:
        return check_texts(name, value)
    return check_subject(value) if name == "subject" else value


def _sealed(values: dict[str, Any]) -> Mapping[str, Any]:
    # Mostly there are none; then all share one, for it is kept as long as the subject.
    return MappingProxyType(values) if values else _NOTHING
