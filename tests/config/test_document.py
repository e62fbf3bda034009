"""One TOML file: its values, and where each of them stands."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.document import Document, is_secretive
from gateway.config.errors import ConfigError
from gateway.config.faults import Fault, Severity
from tests.config.files import document

TEXT = '''\
schema = 1
[vars]
staff = "identity.\\u0065mail == 'x'"
long = """
a &&
  bad.field
"""
[[rule]]
id = "one"
'''


def refused(raw: str | bytes) -> Fault:
    """The only fault of a file that is no document."""
    raw = raw.encode() if isinstance(raw, str) else raw
    with pytest.raises(ConfigError) as caught:
        Document(path=Path("x.toml"), name="x.toml", raw=raw)
    (fault,) = caught.value.faults
    return fault


def test_a_fault_stands_at_the_value() -> None:
    """The caret covers all of it."""
    fault = document(TEXT).fault("E201", ("rule", 0, "id"), "wrong", help="do better")

    assert fault.as_text() == (
        "file.toml:9:6: error[E201] wrong\n"
        '    9 | id = "one"\n'
        "      |      ^^^^^ do better"
    )


def test_a_fault_inside_an_expression_stands_at_the_very_character() -> None:
    """Quotes and escapes before it are counted as the file has them."""
    fault = document(TEXT).fault(
        "E201", ("vars", "staff"), "unknown field", inner=(1, 10), length=5
    )

    assert (fault.line, fault.column, fault.length) == (3, 19, 10)
    assert fault.source[18:28] == "\\u0065mail"


def test_a_fault_inside_a_long_string_stands_on_its_line() -> None:
    """The line break behind the opening quotes is none of the value."""
    fault = document(TEXT).fault(
        "E201", ("vars", "long"), "unknown field", inner=(2, 7), length=5
    )

    assert fault.as_text().splitlines()[1:] == [
        "    6 |   bad.field",
        "      |       ^^^^^",
    ]


def test_inside_a_string_one_character_is_meant_if_nothing_else_is_said() -> None:
    """A syntax error has no length."""
    fault = document(TEXT).fault("E200", ("vars", "long"), "here", inner=(1, 3))

    assert (fault.line, fault.column, fault.length) == (5, 3, 1)


def test_what_is_no_text_has_no_inside() -> None:
    """The value as a whole is meant then."""
    fault = document(TEXT).fault("E1", ("schema",), "wrong", inner=(1, 3))

    assert (fault.line, fault.column) == (1, 10)


def test_a_length_counts_from_the_start_of_the_value() -> None:
    """Used where only a part of the value is meant."""
    fault = document(TEXT).fault("E105", ("rule", 0, "id"), "wrong", length=2)

    assert (fault.column, fault.length) == (6, 2)


def test_a_fault_of_something_missing_stands_at_the_table_that_misses_it() -> None:
    """Where one would write it."""
    file = document(TEXT)

    assert file.fault("E104", ("rule", 0, "when"), "missing").where == "file.toml:8:3"
    assert file.fault("E104", ("server", "url"), "missing").where == "file.toml:1:1"
    assert document("").fault("E104", ("a",), "missing").where == "file.toml:1:1"


def test_a_fault_of_a_key_stands_at_the_key() -> None:
    """Not at its value."""
    file = document(TEXT)

    assert file.fault_at_key("E103", ("rule", 0, "id"), "unknown").column == 1
    assert file.fault_at_key("E103", ("rule", 7), "unknown").where == "file.toml:8:3"


def test_what_begins_with_w_is_a_warning() -> None:
    """Its code says so, so nobody has to."""
    file = document(TEXT)

    assert file.fault("W120", ("schema",), "hm").severity is Severity.WARNING
    assert file.fault("E120", ("schema",), "no").severity is Severity.ERROR


def test_a_place_can_be_told_without_a_fault() -> None:
    """For logs of the running gateway."""
    file = document(TEXT)

    assert file.where(("vars", "long"), (2, 7)) == "file.toml:6:7"
    assert file.where(("rule", 0)) == "file.toml:8:1"
    assert file.has(("rule", 0))
    assert not file.has(("rule", 1))


@pytest.mark.parametrize(
    "line",
    [
        'encrypt_with = "hunter2"',
        'client_secret = "hunter2"',
        "db_password = 'hunter2'",
        "tls = { cert = { file = 'a' }, key = 'hunter2' }",
        "secret = ['a', 'hunter2']",
        "secret = { value = 'hunter2' }",
        'Authorization = "Bearer hunter2"',
        'secret = """\nhunter2\nhunter2"""',
    ],
)
def test_a_secret_is_never_shown(line: str) -> None:
    """Whatever the fault is about, on whatever line."""
    file = document(f"a = 1\n{line}\nb = 2\n")

    for keys in list(file._index.values):
        for fault in (file.fault("E1", keys, ""), file.fault_at_key("E1", keys, "")):
            assert "hunter2" not in repr(fault)
            assert "hunter2" not in fault.as_text()


def test_what_stands_behind_a_secret_is_not_shown() -> None:
    """The caret would tell the secret's length."""
    file = document("client = { secret = 'hunter2', id = 5 }")

    fault = file.fault("E105", ("client", "id"), "not text")

    assert fault.source == ""
    assert fault.as_text() == "file.toml:1:37: error[E105] not text"


def test_a_reference_to_a_secret_is_shown() -> None:
    """It is none."""
    file = document("secret = { env = 'NAME' }")

    assert file.fault("E502", ("secret",), "not set").source.endswith("'NAME' }")


def test_more_can_be_hidden() -> None:
    """What turns out to be a secret when it is read."""
    file = document("plain = 'hunter2'\nother = { x = 'hunter2' }\n")

    file.hide(("plain",))
    file.hide(("other",))

    assert file.fault("E501", ("plain",), "secret").source == "plain = ***"
    assert file.fault("E501", ("other", "x"), "secret").source == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("postgres://a:hunter2@db/x", False),
        ("postgres://a:hunt@er2@db/x", False),
        ("https://db/x?sslmode=disable&Password=hunter2", False),
        ("postgres://a@db:5432/x", True),
        ("https://db:8443/x", True),
        ("someone@example.com", True),
    ],
)
def test_a_url_with_a_password_is_not_shown(value: str, *, shown: bool) -> None:
    """Whatever the key is called."""
    file = document(f"url = '{value}'\n")

    assert (value in file.fault("E105", ("url",), "no URL").source) is shown


def test_a_key_tells_whether_a_secret_may_stand_there() -> None:
    """Names decide, and references are none."""
    assert is_secretive(("storage", "encrypt_with"))
    assert is_secretive(("client", "secret", 0))
    assert not is_secretive(("client", "secret", "env"))
    assert not is_secretive(("keys", "directory"))
    assert not is_secretive((0,))


def test_control_characters_do_not_reach_the_terminal() -> None:
    """One character for one, so that the caret stays where it belongs."""
    file = document("a = 'x\u202ey'\n")

    fault = file.fault("E1", ("a",), "a\x1b[2J\nb", help="c\x07")

    assert fault.source == "a = 'x\ufffdy'"
    assert fault.message == "a\ufffd[2J\ufffdb"
    assert fault.help == "c\ufffd"


def test_of_a_long_line_only_its_beginning_is_shown() -> None:
    """Or nothing, if the place is far behind it."""
    file = document(f"a = '{'x' * 500}'\nb = [{'1, ' * 300}2]\n")

    assert len(file.fault("E1", ("a",), "").source) == 240
    assert file.fault("E1", ("a",), "").length == 236
    assert file.fault("E1", ("b", 299), "").source == ""


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("a = 1\nb = = 2\n", "x.toml:2:5", "invalid value"),
        ("a = 1\na = 2\n", "x.toml:2:1", "the key stands there already"),
        ("a", "x.toml:1:2", "expected '=' after a key in a key/value pair"),
        ("a = [1,", "x.toml:1:5", "`[` is never closed"),
        ('a = "x', "x.toml:1:5", "the string is never closed"),
        ("a = 1\r\rb = 2", "x.toml:1:6", ""),
    ],
)
def test_what_is_no_toml_says_where(text: str, where: str, message: str) -> None:
    """The reader's own words name line and column."""
    fault = refused(text)

    assert (fault.code, fault.where) == ("E102", where)
    assert message in fault.message
    assert "(at" not in fault.message


def test_a_broken_file_shows_its_line_but_no_secret() -> None:
    """Nobody knows what is a value of what in there."""
    assert refused("a = 1\nb == 2").source == "b == 2"
    assert refused('secret = "hunter2').source == "secret = ***"
    assert refused('x = "aaaaaaaaaaaaaaaaaaaaaaaaaaaa').source == 'x = "***'
    assert refused('secret = "hunter2" "x"').source == ""
    assert refused('secret = = "hunter2"').source == "secret = ***"
    assert refused('= "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"').source == '= "***'


def test_a_number_beyond_all_measure_is_no_toml() -> None:
    """Python refuses to convert it, without a place."""
    assert refused(f"a = 1\nb = {'9' * 5000}").where == "x.toml:2:5"


def test_a_file_has_to_be_utf_8() -> None:
    """The place is that of the first byte that is not."""
    fault = refused("a = 'ü'\nb = '".encode() + b"\xff'")

    assert (fault.code, fault.where) == ("E102", "x.toml:2:6")


def test_a_byte_order_mark_is_named() -> None:
    """Nobody sees it in an editor."""
    assert "byte order mark" in refused("\ufeffa = 1").message


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a = ", "}")])
def test_values_nest_so_deep_and_no_deeper(opening: str, closing: str) -> None:
    """Positions are found by walking down, and later than the values."""
    good = f"a = {opening * 63}1{closing * 63}"
    deep = f"a = {opening * 64}1{closing * 64}"

    assert document(good).where(("a",)) == "file.toml:1:5"
    assert refused(deep).message == "the values are nested too deeply"


def test_deep_nesting_is_refused() -> None:
    """Instead of ending the program."""
    assert "nested" in refused("a = " + "[" * 5000 + "]" * 5000).message
    assert "nested" in refused("a = " + "{a=" * 5000 + "1" + "}" * 5000).message


@pytest.mark.parametrize("part", ["a.", '"a" . ', "'a'.", '"\\"".', "a\t.\t"])
def test_a_key_of_many_parts_is_refused_in_no_time(part: str) -> None:
    """The reader's time grows with the square of their number."""
    started = time.process_time()

    fault = refused(part * (1_000_000 // len(part)) + "a = 1")

    assert "too many parts" in fault.message
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("# ", "a", ""),
        ("# ", "a ", ""),
        ("# ", "a-", "'"),
        ("# ", "a" + ".a" * 62 + " ", ""),
        ("# a", " ", "x"),
        ("# ", '"', ""),
        ("# ", ' "\\"', ""),
        ("# ", " '\"", ""),
        ('a = "', "b", '"'),
        ('a = "', '\\" ', '"'),
        ("a = '", ' "', "'"),
        ('a = """', "\\\n", '"""'),
        ("", "a", " = 1"),
        ('"', "a", '" = 1'),
        ("a", " ", "= 1"),
        ("a = 1", " ", "# b"),
    ],
)
def test_a_line_as_long_as_a_file_is_read_in_time(
    before: str, piece: str, after: str
) -> None:
    """Comment, string, key or blanks: the time grows with the length, and no faster."""
    started = time.process_time()

    document(before + piece * (1_000_000 // len(piece)) + after)

    assert time.process_time() - started < 30


def test_a_large_file_is_read_in_time() -> None:
    """Thousands of rules are a lot, and no attack."""
    text = "".join(f'[[rule]]\nid = "r{n}"\nwhen = "a && b"\n' for n in range(9_000))
    started = time.process_time()

    file = document(text)

    assert file.fault("E1", ("rule", 8_999, "id"), "").line == 26_999
    assert time.process_time() - started < 30


def test_many_faults_among_many_secrets_are_told_in_time() -> None:
    """Each fault shows its line, and nothing that is hidden there."""
    file = document("".join(f'a{n}_key = "s3cret"\n' for n in range(20_000)))
    started = time.process_time()

    faults = [file.fault("E1", (f"a{n}_key",), "") for n in range(20_000)]

    assert {fault.source.partition("=")[2] for fault in faults} == {" ***"}
    assert time.process_time() - started < 30


def test_line_ends_of_either_kind_are_one() -> None:
    """Positions are the same."""
    file = document("a = 1\r\nb = '''x\r\ny'''\r\n")

    assert file.data == {"a": 1, "b": "x\ny"}
    assert file.fault("E1", ("b",), "", inner=(2, 1)).where == "file.toml:3:1"


def test_a_file_is_read_with_its_name(tmp_path: Path) -> None:
    """By default, its own."""
    path = tmp_path / "a.toml"
    path.write_text("x = 1")

    assert Document.read(path).name == "a.toml"
    assert Document.read(path, "providers/a.toml").data == {"x": 1}


def test_an_unreadable_file_is_a_fault_of_the_file(tmp_path: Path) -> None:
    """No line is meant."""
    with pytest.raises(ConfigError) as caught:
        Document.read(tmp_path / "none.toml", "none.toml")

    (fault,) = caught.value.faults
    assert fault.as_line() == "none.toml: error[E101] the file does not exist"


@given(st.one_of(st.binary(), st.text(alphabet="a=[]{}\"'.,#\n\\ \t1é", max_size=60)))
@settings(deadline=None)
def test_whatever_stands_in_a_file_only_its_faults_come_out(raw: bytes | str) -> None:
    """No exception of a library, no crash."""
    raw = raw.encode() if isinstance(raw, str) else raw

    with suppress(ConfigError):
        file = Document(path=Path("x"), name="x", raw=raw)
        for keys in list(file._index.values):
            file.fault("E1", keys, "", inner=(1, 1)).as_text()


def test_an_only_entry_may_stand_without_brackets() -> None:
    """Then it is the value itself; a table's place stays its header."""
    file = document('a = "x"\nb = ["y"]\n[[t]]\n')

    assert file.where(("a", 0)) == "file.toml:1:5"
    assert file.where(("b", 0)) == "file.toml:2:6"
    assert file.where(("b", 7)) == "file.toml:2:1"
    assert file.where(("t", 5)) == "file.toml:3:3"
