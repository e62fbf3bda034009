"""Names and types: from the tree as written to the plan of what it means.

Finds every problem in one go: a part that is wrong counts as `dyn` above, so that one
mistake is reported once. What remains `dyn` is checked again at run time.

Reference: CEL language definition, "Gradual Type Checking".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.cel.errors import Problem
from gateway.cel.library.declaration import Overload, Overloads
from gateway.cel.meaning.inference import (
    TYPE_NAMES,
    common,
    dotted,
    fit,
    is_open,
    literal_type,
    macro_type,
    may_be_bool,
    suggest,
)
from gateway.cel.meaning.plan import (
    Choice,
    Comprehension,
    Constant,
    Field,
    Has,
    Invoke,
    Key,
    Local,
    Macro,
    MakeList,
    MakeMap,
    Plan,
    Terms,
    Variable,
)
from gateway.cel.parsing import syntax
from gateway.cel.parsing.syntax import shown
from gateway.cel.types import (
    BOOL,
    DYN,
    INT,
    NOTHING,
    STRING,
    TYPE,
    UINT,
    CelType,
    ListType,
    MapType,
    RecordType,
    join,
    substitute,
)
from gateway.cel.values import TypeName

_MACROS: Final = frozenset(Macro)
# `list.map(x, predicate, transform)` of the language.
_WITH_FILTER: Final = 3
_MAP_KEYS: Final = (BOOL, INT, UINT, STRING, DYN, NOTHING)


@dataclass(frozen=True, slots=True)
class Declarations:
    """What an expression may name.

    Attributes:
        variables: Their types.
        functions: Called as `name(...)`.
        methods: Called as `target.name(...)`; the target is the first parameter.
        operators: By their names in the language definition.
    """

    variables: Mapping[str, CelType]
    functions: Overloads
    methods: Overloads
    operators: Overloads


@dataclass(slots=True)
class Checker:
    """Resolves one expression; `problems` then holds what is wrong with it."""

    source: syntax.Source
    declarations: Declarations
    problems: list[Problem] = field(default_factory=list)
    _locals: list[tuple[str, CelType]] = field(default_factory=list)

    def check(self, node: syntax.Node) -> Plan:  # noqa: PLR0911 - one for each kind
        """Return the plan of a part."""
        match node:
            case syntax.Literal():
                return self._constant(node, node.value)
            case syntax.Name():
                return self._name(node)
            case syntax.Select():
                return self._select(node)
            case syntax.Call():
                return self._call(node)
            case syntax.Operation():
                overloads = self.declarations.operators[node.operator]
                return self._invoke(node, node.operator, overloads, node.operands)
            case syntax.Logic():
                return self._logic(node)
            case syntax.Conditional():
                return self._conditional(node)
            case syntax.ListOf():
                return self._list(node)
            case syntax.MapOf():
                return self._map(node)
            case _:  # pragma: no cover
                raise AssertionError(f"no rule for {type(node).__name__}")

    def report(
        self, span: tuple[int, int], code: str, message: str, hint: str = ""
    ) -> None:
        """Note a problem with the text between two offsets."""
        self.problems.append(self.source.problem(span, code, message, hint))

    def _wrong(self, node: syntax.Node) -> Plan:
        return Constant(node.start, node.end, node.start, DYN, None)

    def _constant(self, node: syntax.Node, value: Any) -> Plan:
        return Constant(node.start, node.end, node.start, literal_type(value), value)

    def _name(self, node: syntax.Name) -> Plan:
        place = (node.start, node.end, node.start)
        for slot in range(len(self._locals) - 1, -1, -1):
            name, kind = self._locals[slot]
            if name == node.name and not node.is_root:
                return Local(*place, kind, name, slot)
        declared = self.declarations.variables.get(node.name)
        if declared is not None:
            return Variable(*place, declared, node.name)
        if node.name in TYPE_NAMES:
            return Constant(*place, TYPE, TypeName(node.name))
        self._unknown_name(node)
        return self._wrong(node)

    def _unknown_name(self, node: syntax.Name) -> None:
        known = [name for name, _ in self._locals] + list(self.declarations.variables)
        message = f"unknown variable {shown(node.name)}"
        hint = suggest(node.name, known)
        if node.name in self.declarations.functions:
            hint = f"`{node.name}` is a function: `{node.name}(...)`"
        self.report((node.start, node.end), "E202", message, hint)

    def _select(self, node: syntax.Select) -> Plan:
        path = dotted(node)
        if path in TYPE_NAMES and "google" not in self.declarations.variables:
            place = (node.start, node.end, node.start)
            return Constant(*place, TYPE, TypeName(path))
        operand = self.check(node.operand)
        kind = self._member(node, operand.type)
        if kind is None:
            return self._wrong(node)
        make = Field if isinstance(operand.type, RecordType) else Key
        return make(node.start, node.end, node.field_start, kind, operand, node.field)

    def _member(self, node: syntax.Select, kind: CelType) -> CelType | None:
        """Return the type of `operand.field`, or report that there is none."""
        span = (node.field_start, node.field_start + len(node.field))
        match kind:
            case RecordType():
                found = kind.fields.get(node.field)
                if found is None:
                    message = f"unknown field {shown(node.field)} of {kind}"
                    self.report(span, "E201", message, suggest(node.field, kind.fields))
                return found
            case MapType() if kind.key in {STRING, DYN, NOTHING}:
                return kind.value
            case _ if kind in {DYN, NOTHING}:
                return DYN
            case _:
                message = f"{kind} has no fields"
                self.report(span, "E210", message)
                return None

    def _call(self, node: syntax.Call) -> Plan:
        if node.target is None and node.name == "has":
            return self._has(node)
        if node.target is not None and node.name in _MACROS:
            return self._macro(node, node.target)
        if node.target is not None and dotted(node.target) == "cel":
            return self._unavailable(node, f"cel.{node.name}")
        arguments = [] if node.target is None else [node.target]
        arguments += node.arguments
        declared = (
            self.declarations.functions
            if node.target is None
            else self.declarations.methods
        )
        overloads = declared.get(node.name)
        if overloads is None:
            self._unknown_function(node)
            if suggest(node.name, _MACROS):
                # The variable that a macro would bind is not there to be found.
                arguments = arguments[:1]
            for argument in arguments:
                self.check(argument)
            return self._wrong(node)
        return self._invoke(node, node.name, overloads, arguments)

    def _unavailable(self, node: syntax.Call, name: str) -> Plan:
        span = (node.start, node.name_start + len(node.name))
        self.report(span, "E205", f"`{name}` is not available", "use `[vars]`")
        return self._wrong(node)

    def _unknown_function(self, node: syntax.Call) -> None:
        span = (node.name_start, node.name_start + len(node.name))
        functions, methods = self.declarations.functions, self.declarations.methods
        if node.target is None and node.name in methods:
            hint = f"write `value.{node.name}(...)`"
        elif node.target is not None and node.name in functions:
            hint = f"write `{node.name}(value, ...)`"
        else:
            known = functions if node.target is None else {*methods, *_MACROS}
            hint = suggest(node.name, known)
        self.report(span, "E202", f"unknown function {shown(node.name)}", hint)

    def _has(self, node: syntax.Call) -> Plan:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], syntax.Select):
            message = "`has` takes one argument of the form `value.field`"
            self.report((node.start, node.end), "E206", message)
            return self._wrong(node)
        selected = node.arguments[0]
        operand = self.check(selected.operand)
        if self._member(selected, operand.type) is None:
            return self._wrong(node)
        if isinstance(operand.type, RecordType):
            message = f"every field of {operand.type} is always present"
            hint = "compare it with its empty value: `!= ''`, `!= []`"
            self.report((node.start, node.end), "E207", message, hint)
            return self._wrong(node)
        place = (node.start, node.end, selected.field_start)
        return Has(*place, BOOL, operand, selected.field)

    def _macro(self, node: syntax.Call, target: syntax.Node) -> Plan:
        span = (node.name_start, node.name_start + len(node.name))
        if len(node.arguments) == _WITH_FILTER:
            message = f"`{node.name}` with three arguments is not available"
            hint = "filter first: `list.filter(x, ...).map(x, ...)`"
            self.report(span, "E205", message, hint if node.name == "map" else "")
            return self._wrong(node)
        match node.arguments:
            case [syntax.Name() as variable, body]:
                return self._loop(node, target, variable, body)
            case _:
                message = f"`{node.name}` takes a variable and an expression"
                self.report(span, "E206", message, f"`list.{node.name}(x, ...)`")
                return self._wrong(node)

    def _loop(
        self,
        node: syntax.Call,
        target: syntax.Node,
        variable: syntax.Name,
        body_node: syntax.Node,
    ) -> Plan:
        over = self.check(target)
        element = self._element(node, over.type)
        slot = len(self._locals)
        self._locals.append((variable.name, element))
        body = self.check(body_node)
        self._locals.pop()
        macro = Macro(node.name)
        if macro is not Macro.MAP:
            self._expect_bool(body)
        kind = macro_type(macro, element, body.type)
        place = (node.start, node.end, node.name_start)
        return Comprehension(*place, kind, macro, over, slot, body)

    def _element(self, node: syntax.Call, kind: CelType) -> CelType:
        match kind:
            case ListType():
                return kind.element
            case MapType():
                return kind.key
            case _:
                if kind is not DYN:
                    span = (node.name_start, node.name_start + len(node.name))
                    message = f"`{node.name}` goes through a list or map, not {kind}"
                    self.report(span, "E210", message)
                return DYN

    def _invoke(
        self,
        node: syntax.Node,
        name: str,
        overloads: Sequence[Overload],
        operands: Sequence[syntax.Node],
    ) -> Plan:
        arguments = tuple(self.check(operand) for operand in operands)
        types = [argument.type for argument in arguments]
        found = [
            (overload, bindings)
            for overload in overloads
            if (bindings := fit(overload, types)) is not None
        ]
        if not found:
            self._no_overload(node, name, types)
            return self._wrong(node)
        results = {substitute(one.result, bindings) for one, bindings in found}
        kind = results.pop() if len(results) == 1 else DYN
        chosen = tuple(one for one, _ in found)
        implicit = self._implicit(node, name, chosen[0])
        at = node.name_start if isinstance(node, syntax.Call) else node.start
        checked = len(chosen) > 1 or any(
            is_open(parameter, argument)
            for parameter, argument in zip(chosen[0].parameters, types, strict=True)
        )
        return Invoke(
            node.start, node.end, at, kind, name, chosen, arguments, implicit, checked
        )

    def _implicit(
        self, node: syntax.Node, name: str, overload: Overload
    ) -> Sequence[Plan]:
        parts: list[Plan] = []
        place = (node.start, node.end, node.start)
        for path in overload.reads:
            variable, _, member = path.partition(".")
            kind = self.declarations.variables.get(variable)
            if member:
                record = kind if isinstance(kind, RecordType) else None
                kind = record.fields.get(member) if record else None
                if record and kind:
                    part: Plan = Variable(*place, record, variable)
                    parts.append(Field(*place, kind, part, member))
            elif kind:
                parts.append(Variable(*place, kind, variable))
            if kind is None:
                message = f"`{name}` needs `{path}`, which does not exist here"
                self.report((node.start, node.end), "E203", message)
        return tuple(parts)

    def _no_overload(
        self, node: syntax.Node, name: str, types: Sequence[CelType]
    ) -> None:
        written = ", ".join(str(kind) for kind in types)
        span = (node.start, node.end)
        if isinstance(node, syntax.Call):
            span = (node.name_start, node.name_start + len(node.name))
            message = f"`{name}` cannot be called with ({written})"
        else:
            sign = "[]" if name == "_[_]" else name.strip("_")
            message = f"`{sign}` is not defined for {' and '.join(map(str, types))}"
        self.report(span, "E210", message)

    def _expect_bool(self, plan: Plan) -> None:
        if not may_be_bool(plan.type):
            message = f"a bool is needed here, and this is {plan.type}"
            self.report((plan.start, plan.end), "E210", message)

    def _logic(self, node: syntax.Logic) -> Plan:
        terms = tuple(self.check(term) for term in node.terms)
        for term in terms:
            self._expect_bool(term)
        return Terms(node.start, node.end, node.start, BOOL, node.connective, terms)

    def _conditional(self, node: syntax.Conditional) -> Plan:
        test, then, otherwise = map(self.check, (node.test, node.then, node.otherwise))
        self._expect_bool(test)
        kind = join(then.type, otherwise.type)
        if kind is None:
            message = f"the branches differ in type: {then.type} and {otherwise.type}"
            self.report((node.start, node.end), "E210", message)
            return self._wrong(node)
        return Choice(node.start, node.end, node.start, kind, test, then, otherwise)

    def _list(self, node: syntax.ListOf) -> Plan:
        items = tuple(self.check(item) for item in node.items)
        kind = ListType(common(item.type for item in items))
        return MakeList(node.start, node.end, node.start, kind, items)

    def _map(self, node: syntax.MapOf) -> Plan:
        entries = tuple(
            (self.check(key), self.check(value)) for key, value in node.entries
        )
        for key, _ in entries:
            if key.type not in _MAP_KEYS:
                message = f"a key is a bool, int, uint or string, not {key.type}"
                self.report((key.start, key.end), "E210", message)
        kind = MapType(
            common(key.type for key, _ in entries),
            common(value.type for _, value in entries),
        )
        return MakeMap(node.start, node.end, node.start, kind, entries)
