"""The expressions of the policy files, compiled, each at its place.

Problems come out as faults of the file, all of them at once. What two expressions say alike
is compiled once.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace

from typing_extensions import override

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError
from gateway.cel.program import Program
from gateway.cel.types import CelType
from gateway.cel.version1 import policy_environment
from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.positions import Keys


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where an expression stands.

    Attributes:
        document: The policy file.
        keys: The way to the expression in it.
    """

    document: Document
    keys: Keys

    def at(self, line: int = 1, column: int = 1) -> str:
        """Return `file:line:column` of a position inside the expression."""
        return self.document.where(self.keys, (line, column))


@dataclass(frozen=True, slots=True, eq=False)
class TypedPlace(Place):
    """No place in a file: somebody has just typed the expression."""

    @override
    def at(self, line: int = 1, column: int = 1) -> str:
        """Return `line:column` of a position inside the expression."""
        return f"{line}:{column}"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What one policy file adds to the variables of its own expressions.

    Attributes:
        constants: `[const]`, as attributes.
        variables: `[vars]`, by name.
    """

    constants: SimpleNamespace
    variables: "Mapping[str, Expression]"


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression at its place.

    Attributes:
        program: Shared with every expression that says the same.
        place: Where it stands.
        frame: The file whose `vars` or `const` it reads; `None` if it reads neither.
    """

    program: Program
    place: Place
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of an expression.

    Attributes:
        type: What it has to result in; `None` for anything.
        roles: Whether it may read `roles`. Role mapping may not: it makes them.
    """

    type: CelType | None
    roles: bool


class Programs:
    """Expressions that read neither `vars` nor `const`: the same in every file."""

    def __init__(self) -> None:
        self._environments: dict[bool, Environment] = {}
        self._programs: dict[tuple[str, Demand], Program] = {}

    def compile(self, source: str, demand: Demand) -> Program:
        """Return the program of a source text, made when it is first asked for.

        Raises:
            CompileError: It cannot be compiled, or not without `vars` and `const`.
        """
        program = self._programs.get((source, demand))
        if program is None:
            environment = self.environment(roles=demand.roles)
            program = environment.compile(source, expect=demand.type)
            self._programs[source, demand] = program
        return program

    def environment(self, *, roles: bool) -> Environment:
        """Return the environment without any `vars` and `const`."""
        environment = self._environments.get(roles)
        if environment is None:
            environment = policy_environment(vars_={}, const={}, roles=roles)
            self._environments[roles] = environment
        return environment


class ExpressionCompiler:
    """Compiles the expressions of one file.

    Attributes:
        faults: What was found to be wrong with them.
    """

    def __init__(
        self,
        *,
        document: Document,
        programs: Programs,
        frame: Frame,
        variables: Mapping[str, CelType],
        constants: Mapping[str, CelType],
    ) -> None:
        """Take what the file declares.

        Args:
            document: The file.
            programs: Where programs are shared between files.
            frame: The file's `const` and `vars`.
            variables: The types of `vars`.
            constants: The types of `const`.
        """
        self.faults: list[Fault] = []
        self._document = document
        self._shared = programs
        self._frame = frame
        self._variables = variables
        self._constants = constants
        self._own: dict[tuple[str, Demand], Program] = {}
        self._environments: dict[bool, Environment] = {}

    def compile(self, source: str, keys: Keys, demand: Demand) -> Expression | None:
        """Return the expression, or `None` if it has faults.

        Args:
            source: Its text.
            keys: Where it stands in the file.
            demand: What is asked of it.
        """
        place = Place(self._document, keys)
        if "vars" not in source and "const" not in source:
            # What fails here is told below, by the environment that knows all names.
            with suppress(CompileError):
                return Expression(self._shared.compile(source, demand), place)
        try:
            program = self._compile_own(source, demand)
        except CompileError as error:
            self._report(keys, error)
            return None
        return Expression(program, place, self._frame)

    def compile_typed(self, source: str) -> Expression:
        """Return an expression that stands in no file, and may read all that rules may.

        Raises:
            CompileError: It is refused.
        """
        program = self.environment(roles=True).compile(source)
        return Expression(program, TypedPlace(self._document, ()), self._frame)

    def environment(self, *, roles: bool) -> Environment:
        """Return what the file's expressions may name.

        Args:
            roles: Whether they may read the roles.
        """
        environment = self._environments.get(roles)
        if environment is None:
            environment = self._environments[roles] = policy_environment(
                vars_=self._variables,
                const=self._constants,
                roles=roles,
                shared=self._shared.environment(roles=roles),
            )
        return environment

    def _compile_own(self, source: str, demand: Demand) -> Program:
        program = self._own.get((source, demand))
        if program is None:
            environment = self.environment(roles=demand.roles)
            program = environment.compile(source, expect=demand.type)
            self._own[source, demand] = program
        return program

    def _report(self, keys: Keys, error: CompileError) -> None:
        for problem in error.problems:
            self.faults.append(
                self._document.fault(
                    problem.code,
                    keys,
                    problem.message,
                    help=problem.help,
                    inner=(problem.line, problem.column),
                    length=problem.length,
                )
            )
