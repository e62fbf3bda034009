"""The paths that an operator may name."""

import pytest

from gateway.config.settings.log import LogSettings
from gateway.config.settings.section import Section
from gateway.policy.recording.choices import Choices
from gateway.policy.recording.settings import choices_of, find_path_faults
from tests.policy.files import marked, read


class Root(Section):
    log: LogSettings = LogSettings()


def faults(text: str) -> list[tuple[str, str, str, str]]:
    """Code, what is marked, message and help of each."""
    document, settings = read(Root, text, "config.toml")
    assert isinstance(settings, Root)
    return [
        (fault.code, marked(fault), fault.message, fault.help)
        for fault in find_path_faults(settings.log.decisions, document)
    ]


def test_paths_become_choices() -> None:
    """By name, not by text."""
    _, settings = read(
        LogSettings,
        "decisions = { hash = ['identity.email', \"claims['a.b'].c\"], drop = ['now'] }",
        "config.toml",
    )
    assert isinstance(settings, LogSettings)

    assert choices_of(settings.decisions) == Choices(
        hashed=(("identity", "email"), ("claims", "a.b", "c")), dropped=(("now",),)
    )


def test_what_expressions_can_read_can_be_named() -> None:
    """As a whole and in part."""
    paths = [
        *("now", "identity", "claims", "request", "route", "identity.groups"),
        *("identity.attributes.team.lead", "claims.a.b.c", "claims['a b']"),
        *("request.headers.x-tenant", "request.query.Channel", "route.params.id"),
    ]

    assert not faults(f"[log.decisions]\nhash = {paths}\ndrop = {paths}")
    assert not faults("")


@pytest.mark.parametrize(
    ("path", "code", "message", "help_"),
    [
        ("identity.emial", "E201", "unknown field `emial`", "did you mean `email`?"),
        ("request.header.a", "E201", "unknown field `header`", "`headers`"),
        ("identitty.email", "E202", "`identitty`", "did you mean `identity`?"),
        ("roles", "E202", "no request brings", "did you mean"),
        ("vars.staff", "E202", "no request brings", "there are claims, identity"),
        (
            "identity.email.domain",
            "E201",
            "`identity.email` is string",
            "identity.email",
        ),
        ("identity.groups.a", "E201", "is list(string)", '"identity.groups"'),
        ("request.query.a.b", "E201", "is list(string)", '"request.query.a"'),
        ("now.year", "E201", "`now` is timestamp", '"now"'),
        ("request.headers.Cookie", "E106", "lower case", '"request.headers.cookie"'),
        ("request..a", "E105", "is needed after", "identity.email"),
        ("*", "E105", "begins with the name", "identity.email"),
    ],
)
@pytest.mark.parametrize("key", ["hash", "drop"])
def test_a_path_that_nothing_reads_is_a_fault(
    key: str, path: str, code: str, message: str, help_: str
) -> None:
    """It would protect nothing, and nobody would notice."""
    ((found, where, said, hint),) = faults(
        f"[log.decisions]\n{key} = ['claims.a', '{path}']"
    )

    assert found == code
    assert where == f"'{path}'"
    assert message in said
    assert help_ in hint
