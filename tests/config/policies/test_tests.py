"""What a policy is expected to say, beside the policy."""

from datetime import UTC, datetime

import pytest

from gateway.config.policies.policy import PolicySettings
from gateway.config.policies.tests import ExpectedChallenge, PolicyTest
from tests.config.files import read, the_fault

HEAD = "[policy]\nid = 'orders'\n"
TEST = "[[test]]\nname = 'x'\nidentity = 'ana'\n"
REQUEST = "request = { path = '/a' }\n"
EXPECT = "expect = { allow = true }\n"


def the_test(text: str) -> PolicyTest:
    found = read(PolicySettings, HEAD + text)
    assert isinstance(found, PolicySettings)
    return found.test[0]


def test_an_identity_is_a_fixture_or_differs_from_one() -> None:
    """Only what the test itself says is an override."""
    plain = the_test(TEST + REQUEST + EXPECT)
    assert (plain.identity.fixture, plain.identity.overrides) == ("ana", {})

    use = "{ fixture = 'ana', email_verified = false, groups = [] }"
    changed = the_test(TEST.replace("'ana'", use) + REQUEST + EXPECT)

    assert changed.identity.fixture == "ana"
    assert changed.identity.overrides == {"email_verified": False, "groups": ()}


def test_a_request_has_a_path_and_may_have_more() -> None:
    """A header has one value or several."""
    request = the_test(
        f"{TEST}{EXPECT}[test.request]\nmethod = 'DELETE'\npath = '/a?b=c'\n"
        "host = 'api.example.com'\nscheme = 'http'\nip = '192.0.2.1'\n"
        "headers = { accept = 'text/html', via = ['a', 'b'] }\n"
    ).request

    assert request is not None
    assert request.headers == {"accept": ("text/html",), "via": ("a", "b")}
    assert (request.method, request.host) == ("DELETE", "api.example.com")


def test_a_moment_is_written_as_one_or_as_text() -> None:
    """Both are UTC inside."""
    for now in ("2026-05-04T11:00:00+02:00", "'2026-05-04T09:00:00Z'"):
        found = the_test(f"{TEST}now = {now}\n{REQUEST}{EXPECT}")

        assert found.now == datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_a_table_has_requests_for_one_identity() -> None:
    """With what each leads to."""
    found = the_test(
        f"{TEST}table = [\n{{ request = {{ path = '/a' }}, allow = true }},\n"
        "{ request = { path = '/b' }, allow = false, reason = 'no_allow' },\n]\n"
    )

    assert [(row.request.path, row.allow) for row in found.table] == [
        ("/a", True),
        ("/b", False),
    ]


def test_a_challenge_is_its_error_or_what_it_asks() -> None:
    """The short form for the usual case."""
    texts = ("'x'", "{ acr = 'mfa', max_age = 900 }")
    short, long = [
        the_test(f"{TEST}{REQUEST}expect = {{ allow = false, challenge = {text} }}")
        for text in texts
    ]

    assert short.expect is not None
    assert long.expect is not None
    assert short.expect.challenge == ExpectedChallenge(error="x")
    assert long.expect.challenge == ExpectedChallenge(acr="mfa", max_age=900)


def test_a_shadow_is_written_as_a_boolean_or_as_text() -> None:
    """For what TOML has no value for."""
    shadow = "{ a = true, b = false, c = 'error', d = 'none', e = 'true' }"
    found = the_test(f"{TEST}{REQUEST}expect = {{ allow = true, shadow = {shadow} }}")

    assert found.expect is not None
    assert found.expect.shadow == {
        "a": "true",
        "b": "false",
        "c": "error",
        "d": "none",
        "e": "true",
    }


@pytest.mark.parametrize(
    "text",
    [
        TEST,
        TEST + REQUEST,
        TEST + EXPECT,
        TEST + REQUEST + EXPECT + "table = [{ request.path = '/', allow = true }]",
        TEST + REQUEST + "table = [{ request.path = '/', allow = true }]",
    ],
)
def test_a_test_is_one_request_or_a_table(text: str) -> None:
    """Anything else would test less than it says."""
    fault = the_fault(PolicySettings, HEAD + text)

    assert fault.code == "E104"
    assert "`request` and `expect`, or a `table`" in fault.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TEST + REQUEST + "expect = {}", "E104"),
        (TEST + REQUEST + "expect = { allow = true, status = 99 }", "E106"),
        (TEST + REQUEST + "expect = { allow = true, shadow = { a = 1 } }", "E105"),
        (TEST + REQUEST + "expect = { allow = true, shadow = { a = 'no' } }", "E105"),
        (TEST + REQUEST + "expect = { allow = true, challenge = {b = 1} }", "E103"),
        (TEST + REQUEST + "expect = { allow = true, challenge = 5 }", "E105"),
        (TEST + REQUEST + "expect = { allow = true, faults = [''] }", "E106"),
        (TEST + EXPECT + "request = { path = 'a' }", "E105"),
        (TEST + EXPECT + "request = { path = '/a b' }", "E105"),
        (TEST + EXPECT + "request = { path = '/', method = 'get' }", "E105"),
        (TEST + EXPECT + "request = { path = '/', headers = { a = 5 } }", "E105"),
        (TEST.replace("'ana'", "{ email = 'a' }") + REQUEST + EXPECT, "E104"),
        (
            TEST.replace("'ana'", "{ fixture = 'a', emial = 'a' }") + REQUEST + EXPECT,
            "E103",
        ),
        (TEST.replace("'ana'", "5") + REQUEST + EXPECT, "E105"),
        (TEST.replace("'ana'", "''") + REQUEST + EXPECT, "E106"),
        ("[fixture.ana]\nkind = 'any'", "E105"),
        ("[fixture.ana]\nauth_time = 2026-05-04", "E105"),
    ],
)
def test_what_a_test_cannot_say_is_refused(text: str, code: str) -> None:
    """A slip in a test must not make it pass."""
    assert the_fault(PolicySettings, HEAD + text).code == code
