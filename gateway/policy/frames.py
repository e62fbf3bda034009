"""From `[const]` and `[vars]` of one file to what its expressions may read.

Variables may read each other, but not in a circle. They are compiled in the order in which
they depend on each other, so that each knows the types of those that it reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from types import SimpleNamespace
from typing import Any

from gateway.cel.environment import Environment
from gateway.cel.errors import CompileError
from gateway.cel.types import DYN, CelType
from gateway.cel.version1 import (
    constant_of,
    policy_environment,
    type_of_constant,
)
from gateway.config.document import Document
from gateway.config.faults import Fault
from gateway.config.policies.policy import PolicySettings
from gateway.policy.expressions import (
    Demand,
    Expression,
    ExpressionCompiler,
    Frame,
    Programs,
)

# A variable that reads one that reads one ...: each level is a level of calls at run time.
# People lose the thread long before this.
MAX_DEPTH = 16

_ANYTHING = Demand(type=None, roles=True)


_VARS = "vars."


@dataclass(slots=True)
class FrameCompiler:
    """Compiles `[const]` and `[vars]` of one file.

    Attributes:
        document: The file.
        settings: What it says.
        programs: Where programs are shared between files.
        faults: What was found to be wrong.
        of_roles: The variables that read `roles`, directly or through others.
    """

    document: Document
    settings: PolicySettings
    programs: Programs
    faults: list[Fault] = field(default_factory=list)
    of_roles: set[str] = field(default_factory=set)

    def compile(self) -> ExpressionCompiler:
        """Return the compiler for the other expressions of the file."""
        self._check_names()
        values, constants = self._read_constants()
        variables: dict[str, Expression] = {}
        frame = Frame(SimpleNamespace(**values), variables)
        # What is not known yet, or is faulty, may be anything: one fault is enough.
        types: dict[str, CelType] = dict.fromkeys(self.settings.vars, DYN)
        for name in self._in_order(constants, types):
            compiler = self._expressions(frame, types, constants)
            expression = compiler.compile(
                self.settings.vars[name], ("vars", name), _ANYTHING
            )
            self.faults += compiler.faults
            if expression is not None:
                variables[name] = expression
                types[name] = expression.program.type
                if self.reads_roles(expression):
                    self.of_roles.add(name)
        return self._expressions(frame, types, constants)

    def reads_roles(self, expression: Expression) -> bool:
        """Whether an expression of this file needs to know the roles."""
        reads = expression.program.reads
        direct = any(path.partition(".")[0] == "roles" for path in reads)
        return direct or not self.of_roles.isdisjoint(variables_in(reads))

    def _check_names(self) -> None:
        # Values are read as attributes, and Python keeps such names for itself.
        for keys in [
            *(("const", name) for name in self.settings.const),
            *(("vars", name) for name in self.settings.vars),
        ]:
            if keys[1].startswith("__"):
                message = f"`{keys[1]}` cannot be a name here"
                self.faults.append(self.document.fault_at_key("E221", keys, message))

    def _read_constants(self) -> tuple[dict[str, Any], dict[str, CelType]]:
        """Return the values of `[const]` and their types."""
        values: dict[str, Any] = {}
        types: dict[str, CelType] = {}
        for name, value in self.settings.const.items():
            try:
                types[name] = type_of_constant(value)
                values[name] = constant_of(value)
            except TypeError as error:
                types[name] = DYN
                fault = self.document.fault("E222", ("const", name), str(error))
                self.faults.append(fault)
        return values, types

    def _expressions(
        self,
        frame: Frame,
        types: Mapping[str, CelType],
        constants: Mapping[str, CelType],
    ) -> ExpressionCompiler:
        return ExpressionCompiler(
            document=self.document,
            programs=self.programs,
            frame=frame,
            variables=dict(types),
            constants=constants,
        )

    def _in_order(
        self, constants: Mapping[str, CelType], types: Mapping[str, CelType]
    ) -> list[str]:
        """Return the variables, each after those that it reads.

        Those that stand in a circle are reported, and then taken to read nothing.
        """
        environment = policy_environment(vars_=types, const=constants, roles=True)
        reads = {
            name: _variables_read(environment, source) & types.keys()
            for name, source in self.settings.vars.items()
        }
        order = None
        while order is None:
            try:
                order = list(TopologicalSorter(reads).static_order())
            except CycleError as error:
                # The library names the circle from what is read to what reads it.
                circle = list(reversed(error.args[1]))
                self._report_circle(circle)
                reads.update({name: set() for name in circle})
        self._check_depth(order, reads)
        return order

    def _report_circle(self, circle: Sequence[str]) -> None:
        way = " → ".join(f"`{name}`" for name in circle)
        self.faults.append(
            self.document.fault_at_key(
                "E223",
                ("vars", circle[0]),
                f"variables read each other in a circle: {way}",
            )
        )

    def _check_depth(
        self, order: Sequence[str], reads: Mapping[str, AbstractSet[str]]
    ) -> None:
        depths: dict[str, int] = {}
        for name in order:
            depths[name] = 1 + max((depths[each] for each in reads[name]), default=0)
            if depths[name] == MAX_DEPTH + 1:
                message = f"`{name}` reads variables more than {MAX_DEPTH} levels deep"
                self.faults.append(
                    self.document.fault_at_key("E420", ("vars", name), message)
                )


def variables_in(reads: Iterable[str]) -> set[str]:
    """Return the names of `vars` in a read set."""
    return {path.split(".")[1] for path in reads if path.startswith(_VARS)}


def _variables_read(environment: Environment, source: str) -> set[str]:
    if "vars" not in source:
        return set()
    try:
        return variables_in(environment.compile(source).reads)
    except CompileError:
        # Its faults are reported when its turn comes.
        return set()
