"""What `gateway repl` answers to a line: the value of an expression, or a command.

Answers go to the standard output, what is wrong to the standard error.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gateway.cel.errors import CompileError, EvaluationError, Problem
from gateway.cel.notation import notation
from gateway.cel.types import RecordType
from gateway.cel.version1 import IDENTITY, REQUEST, ROUTE
from gateway.cli.output import print_text
from gateway.config.faults import Fault
from gateway.config.suggestion import suggest
from gateway.endpoints.admin.question import MalformedQuestionError
from gateway.model.access import AccessRequest
from gateway.model.errors import GatewayError
from gateway.policy.evaluation import failure_of
from gateway.policy.explanation import value_lines
from gateway.policy.expressions import Expression
from gateway.policy.workbench.bench import Bench
from gateway.policy.workbench.completion import complete

_FILE: Final = "<input>"

HELP: Final = """\
An expression shows its value and type. It may name all that a rule of the policy may name.
A line that ends in a backslash goes on in the next one.

  :identity [FIXTURE|JSON]   show who asks, or let somebody else ask
  :request [METHOD] [PATH]   show what is asked, or ask something else
  :type EXPR                 the type, without evaluating
  :reads EXPR                what the expression may read
  :explain EXPR              the value of each part
  :help                      this
  :quit                      end; so does Ctrl-D"""


class Dialogue:
    """One session.

    Attributes:
        failed: Whether any line so far could not be answered.
        over: Whether the end has been asked for.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        question: Mapping[str, Any],
        access_of: Callable[[Mapping[str, Any]], AccessRequest],
    ) -> None:
        """Begin.

        Args:
            bench: Evaluates.
            question: Who asks for what, as `gateway explain` has it.
            access_of: Makes what the policies see of a question; raises `GatewayError`.
        """
        self.failed = False
        self.over = False
        self._bench = bench
        self._question = dict(question)
        self._access_of = access_of
        self._commands: Mapping[str, Callable[[str], None]] = {
            "identity": self._identity,
            "request": self._request,
            "type": self._type,
            "reads": self._reads,
            "explain": self._explain,
            "help": lambda _: print_text(HELP),
            "quit": lambda _: self._end(),
        }

    def answer(self, text: str) -> None:
        """Print the answer to what was typed.

        Args:
            text: An expression or a command; nothing gets no answer.
        """
        text = text.strip()
        try:
            if text.startswith(":"):
                self._command(text)
            elif text:
                self._evaluate(text)
        except MalformedQuestionError as error:
            self._complain(f"error: {'; '.join(error.reasons)}")
        except GatewayError as error:
            self._complain(f"error: {error.code}: {error.detail or error.public}")

    def complete(self, text: str) -> Sequence[str]:
        """Return what may take the place of the last word before the cursor."""
        if text.startswith(":") and " " not in text:
            return [name for name in self._commands if name.startswith(text[1:])]
        return complete(self._bench, text)

    def warn(self) -> None:
        """Say what is not there, though an expression might ask for it."""
        if self._bench.trouble:
            self._note(f"`roles` has no value: {self._bench.trouble}")
        if not self._bench.access.route.id:
            self._note("no route: `route` is empty, and no role of a policy is mapped")

    def _complain(self, text: str) -> None:
        self.failed = True
        print_text(text, style="bold red", stream=sys.stderr)

    @staticmethod
    def _note(text: str) -> None:
        print_text(text, style="yellow", stream=sys.stderr)

    def _end(self) -> None:
        self.over = True

    def _command(self, text: str) -> None:
        name, _, argument = text[1:].partition(" ")
        found = [each for each in self._commands if each.startswith(name)]
        if name not in self._commands and (not name or len(found) != 1):
            hint = suggest(name, self._commands) or "`:help` lists the commands"
            self._complain(f"error: there is no command `:{name}`; {hint}")
            return
        self._commands[name if name in self._commands else found[0]](argument.strip())

    def _compile(self, text: str) -> Expression | None:
        try:
            return self._bench.compile(text)
        except CompileError as error:
            for problem in error.problems:
                self._complain(_pointed(text, problem))
            return None

    def _evaluate(self, text: str) -> None:
        expression = self._compile(text)
        if expression is None:
            return
        try:
            answer = self._bench.evaluate(expression)
        except EvaluationError as error:
            fault = failure_of(expression, error).fault
            if fault.where == expression.place.at(error.line, error.column):
                problem = Problem("", error.message, "", error.line, error.column)
                self._complain(_pointed(text, problem))
            else:
                # One of `vars` has no value: that stands in the file.
                self._complain(f"{fault.where}: error: {fault.message}")
            return
        print_text(f"{notation(answer.value, answer.type)} : {answer.type}")

    def _type(self, text: str) -> None:
        expression = self._compile(text)
        if expression is not None:
            print_text(str(expression.program.type))

    def _reads(self, text: str) -> None:
        expression = self._compile(text)
        if expression is not None:
            print_text("\n".join(sorted(expression.program.reads)) or "nothing")

    def _explain(self, text: str) -> None:
        expression = self._compile(text)
        if expression is not None:
            print_text("\n".join(value_lines(self._bench.show(expression))))

    def _identity(self, text: str) -> None:
        if text:
            self._ask({"identity": identity_of(text), "token": None})
            return
        _print_record(self._bench.access.subject.identity, IDENTITY)
        roles = self._bench.roles
        print_text(f"roles = {'<error>' if roles is None else notation(roles)}")

    def _request(self, text: str) -> None:
        if text:
            method, _, path = text.rpartition(" ")
            request = {"path": path, "method": method.strip() or "GET"}
            self._ask({"request": {**self._question["request"], **request}})
            return
        _print_record(self._bench.access.request, REQUEST)
        _print_record(self._bench.access.route, ROUTE, prefix="route.")

    def _ask(self, changed: Mapping[str, Any]) -> None:
        question = {**self._question, **changed}
        self._bench.ask(self._access_of(question))
        self._question = question
        self.warn()


def identity_of(text: str) -> Any:
    """Return the name of a fixture, or the record that a JSON object is.

    Raises:
        MalformedQuestionError: It begins like JSON, and is none.
    """
    if not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedQuestionError("the identity is no JSON object") from None


def _pointed(text: str, problem: Problem) -> str:
    """Return what is wrong, with the line that it is on and a caret."""
    lines = text.split("\n")
    fault = Fault(
        code=problem.code,
        message=problem.message,
        file=_FILE,
        line=problem.line,
        column=problem.column,
        length=problem.length,
        help=problem.help,
        source=lines[problem.line - 1],
    )
    # What fails at run time has no code.
    return fault.as_text().replace("error[] ", "error: ", 1)


def _print_record(record: Any, kind: RecordType, *, prefix: str = "") -> None:
    """Print the fields that are not empty."""
    for name, of in kind.fields.items():
        value = getattr(record, name)
        if value or value is False:
            print_text(f"{prefix}{name} = {notation(value, of)}")
