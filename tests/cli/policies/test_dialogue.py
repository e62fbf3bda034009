"""Answers to lines: values and types, commands, and what is wrong with a caret."""

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.cli.policies.dialogue import Dialogue, identity_of
from gateway.endpoints.admin.question import MalformedQuestionError
from gateway.model.access import AccessRequest
from gateway.model.errors import RouteError
from gateway.policy.workbench.bench import Bench
from tests.policy.files import PERSON, access, engine, identity, policy, role, rule

TEXT = (
    '[const]\nteams = ["a"]\n[vars]\nmine = "route.params.order_id"\n'
    "odd = \"claims.x == 'y'\"\n" + role("staff", "identity.id == 'u1'") + rule("x")
)


class Asked:
    """Stands for the routes and the fixtures: knows two people and one path."""

    def __init__(self) -> None:
        self.documents: list[Mapping[str, Any]] = []

    def __call__(self, document: Mapping[str, Any]) -> AccessRequest:
        self.documents.append(document)
        match document:
            case {"identity": "bea"}:
                return access(identity(id="u2"))
            case {"identity": "nobody"}:
                raise MalformedQuestionError("identity: no fixture", "and no record")
            case {"request": {"path": "/nowhere"}}:
                raise RouteError("no route")
            case _:
                return access(PERSON)


@pytest.fixture
def asked() -> Asked:
    """Who is asked for the question of a command."""
    return Asked()


@pytest.fixture
def dialogue(asked: Asked) -> Dialogue:
    """A session with a question loaded."""
    bench = Bench(policy(TEXT), engine=engine(TEXT), access=access(PERSON))
    question = {"identity": "ana", "request": {"path": "/v1/orders/u1-7", "ip": ""}}
    return Dialogue(bench, question=question, access_of=asked)


Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("identity.id", "'u1' : string\n"),
        ("  1u + 2u ", "3u : uint\n"),
        ("vars.mine + 'x'", "'u1-7x' : string\n"),
        ("const", "const{teams: ['a']} : const\n"),
        ("claims", "{} : map(string, dyn)\n"),
        ("roles", "['staff'] : list(string)\n"),
        ("true &&\n false", "false : bool\n"),
        ("", ""),
        (":type identity.groups", "list(string)\n"),
        (":reads identity.id == vars.mine || now == now", ("identity.id\nnow\n"
         "vars.mine\n")),
        (":reads 1 + 1", "nothing\n"),
        (":explain !identity.disabled", ("!identity.disabled = true\n"
         "  identity.disabled = false\n")),
        (":t 1", "int\n"),
    ],
)  # fmt: skip
def test_a_line_has_an_answer(
    dialogue: Dialogue, capsys: Output, line: str, answer: str
) -> None:
    """On the standard output."""
    dialogue.answer(line)

    assert capsys.readouterr() == (answer, "")
    assert not dialogue.failed


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "identity.emial",
            (
                "<input>:1:10: error[E201] unknown field `emial` of identity\n"
                "    1 | identity.emial\n"
                "      |          ^^^^^ did you mean `email`?\n"
            ),
        ),
        (
            "true &&\n 1 / (identity.groups.size()) > 1",
            (
                "<input>:2:2: error: division by zero\n"
                "    2 |  1 / (identity.groups.size()) > 1\n"
                "      |  ^\n"
            ),
        ),
        (
            "!vars.odd",
            "policies/orders.toml:7:15: error: the map has no key `x`\n",
        ),
        (":type 1 +", None),
        (":reads a.b", None),
        (":explain )", None),
        (
            ":tipe 1",
            "error: there is no command `:tipe`; did you mean `type`?\n",
        ),
        (":", "error: there is no command `:`; `:help` lists the commands\n"),
        (
            ":re x",
            "error: there is no command `:re`; `:help` lists the commands\n",
        ),
        (":identity nobody", "error: identity: no fixture; and no record\n"),
        (":identity {", "error: the identity is no JSON object\n"),
        (":request /nowhere", "error: no_route: no route\n"),
    ],
)
def test_what_is_wrong_is_told(
    dialogue: Dialogue, capsys: Output, line: str, complaint: str | None
) -> None:
    """On the standard error, where it is, with what may have been meant."""
    dialogue.answer(line)

    output, errors = capsys.readouterr()
    assert output == ""
    assert errors == complaint if complaint else "error[E" in errors
    assert dialogue.failed


def test_who_asks_is_shown_and_changed(
    dialogue: Dialogue, asked: Asked, capsys: Output
) -> None:
    """Without what is empty; the roles follow."""
    dialogue.answer(":identity")
    shown = capsys.readouterr().out
    dialogue.answer(":identity bea")
    dialogue.answer("[identity.id] + roles")

    assert "id = 'u1'\n" in shown
    assert "disabled = false\n" in shown
    assert "email" not in shown.replace("email_verified", "")
    assert "roles = ['staff']\n" in shown
    assert capsys.readouterr().out == "['u2'] : list(string)\n"
    assert asked.documents[0]["request"] == {"path": "/v1/orders/u1-7", "ip": ""}


def test_what_is_asked_is_shown_and_changed(
    dialogue: Dialogue, asked: Asked, capsys: Output
) -> None:
    """The method may be left out; who asks stays."""
    dialogue.answer(":request")
    shown = capsys.readouterr().out
    dialogue.answer(":request DELETE /a")
    dialogue.answer(":request /b")

    assert "path = '/v1/orders/u1-7'\n" in shown
    assert "route.id = 'orders-read'\n" in shown
    requests = [document["request"] for document in asked.documents]
    assert [each["method"] for each in requests] == ["DELETE", "GET"]
    assert [each["path"] for each in requests] == ["/a", "/b"]
    assert [document["identity"] for document in asked.documents] == ["ana", "ana"]


def test_roles_that_cannot_be_mapped_are_told(capsys: Output) -> None:
    """At once, and when the identity is shown."""
    text = role("odd", "claims.x == 'y'") + rule("x")
    bench = Bench(policy(text), engine=engine(text), access=access(PERSON))
    dialogue = Dialogue(bench, question={}, access_of=Asked())

    dialogue.warn()
    dialogue.answer(":identity")

    output, errors = capsys.readouterr()
    assert "`roles` has no value: policies/orders.toml:7:16" in errors
    assert "roles = <error>" in output


def test_it_ends_when_asked(dialogue: Dialogue, capsys: Output) -> None:
    """And helps."""
    dialogue.answer(":help")
    assert ":explain EXPR" in capsys.readouterr().out
    assert not dialogue.over

    dialogue.answer(":q")
    assert dialogue.over


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (":", [*("identity", "request", "type", "reads", "explain", "help", "quit")]),
        (":re", ["request", "reads"]),
        (":type identity.em", ["identity.email", "identity.email_verified"]),
        ("vars.m", ["vars.mine"]),
    ],
)
def test_commands_and_names_are_completed(
    dialogue: Dialogue, text: str, words: list[str]
) -> None:
    """Behind a command, an expression."""
    assert list(dialogue.complete(text)) == words


def test_an_identity_is_a_name_or_a_record() -> None:
    """As `gateway explain` has it."""
    assert identity_of("ana") == "ana"
    assert identity_of(' {"id": "ana"}') == {"id": "ana"}
