"""What the shape of a value does not show is told as a fault of the file."""

import pytest

from gateway.config.faults import Fault
from gateway.pool.declared.faults import find_pool_faults
from tests.config.files import Folder
from tests.pool.declared.files import HEAD, provider_file

OTHER = HEAD.replace("Ab3dE6gH9", "Other0000").replace("'people'", "'other'")


def faults(text: str, secret: str = "s" * 24) -> list[Fault]:
    return list(find_pool_faults([provider_file(text, secret=secret)]))


@pytest.mark.parametrize(
    ("text", "where", "named"),
    [
        ("[mfa]\nmode = 'on'", "5:2", "mfa.kinds"),
        (
            "[sign_in]\naddresses = ['email']\naliases = ['email']",
            "7:11",
            "sign_in.aliases",
        ),
        (
            "[tags]\nteam = 'a\\u0007'".replace("'a\\u0007'", '"a\\u0007"'),
            "6:8",
            "tags.team",
        ),
        (
            "[attributes.standard.email]\nleast = 9\nmost = 8",
            "6:9",
            "attributes.standard.email.least",
        ),
        (
            "[attributes.custom.on]\ntype = 'boolean'\nmost = 8",
            "5:1",
            "attributes.custom.on",
        ),
        (
            "[attributes.custom.plan]\ndeveloper = true\nleast = 9\nmost = 8",
            "7:9",
            "attributes.custom.plan.least",
        ),
        (
            "".join(f"[attributes.custom.a{n}]\n" for n in range(51)),
            "5:1",
            "attributes.custom",
        ),
        ("[[client]]\nid = 'a'\nscopes = ['email']", "7:10", "client.0.scopes"),
        (
            "[[client]]\nid = 'a'\nredirect_uris = ['https://a/', 'http://a/']",
            "7:32",
            "client.0.redirect_uris.1",
        ),
        (
            "[[resource_server]]\nidentifier = 'orders'\n[[client]]\nid = 'a'\nscopes = ['orders/x']",
            "9:10",
            "client.0.scopes",
        ),
        ("[[client]]\nid = 'a'\nauthentication = 'basic'", "5:3", "client.0.secret"),
        (
            "[[client]]\nid = 'a'\nsecret = { env = 'SECRET' }",
            "7:10",
            "client.0.secret",
        ),
        (
            "[[resource_server]]\nidentifier = 'a b'",
            "6:14",
            "resource_server.0.identifier",
        ),
        ("[[group]]\nname = 'a b'", "6:8", "group.0.name"),
        ('[[group]]\nname = "a"\nrole = "\\u0000"', "7:8", "group.0.role"),
    ],
)
def test_a_fault_stands_where_it_was_written(text: str, where: str, named: str) -> None:
    """Or where the missing key would belong."""
    (fault,) = faults(text)

    assert (fault.code, fault.where) == ("E106", f"people.toml:{where}")
    assert fault.message.startswith(f"{named}: ")


def test_a_condition_is_told_inside_its_expression() -> None:
    """By line and column, with a suggestion, as in every other file."""
    rules = "[triggers]\nrules.pre_sign_up = [{ expect = 'user.usrname != client' }]\n"

    (fault,) = faults(rules)

    assert (fault.code, fault.where) == ("E201", "people.toml:6:39")
    assert "username" in fault.help


def test_a_short_secret_is_not_shown() -> None:
    text = "[[client]]\nid = 'a'\nauthentication = 'basic'\nsecret = { env = 'SECRET' }"

    (fault,) = faults(text, secret="too short")

    assert "client.0.secret" in fault.message
    assert "too short" not in fault.as_text()


def test_a_sign_in_page_offers_providers_that_there_are(folder: Folder) -> None:
    """Others would have a button that leads nowhere."""
    file = provider_file(
        "[[client]]\nid = 'a'\nproviders = ['corp', 'corpp', 'pool']\n"
    )

    (fault,) = find_pool_faults([*folder.load().providers, file])

    assert (fault.code, fault.where) == ("E341", "people.toml:7:22")
    assert fault.help == "did you mean `corp`?"


def test_scopes_of_other_servers_are_the_databases_business() -> None:
    """The file need not declare all servers of its pool."""
    assert faults("[[client]]\nid = 'a'\nscopes = ['elsewhere/read']") == []


def test_two_files_are_two_pools() -> None:
    """With clients of their own."""
    client = "[[client]]\nid = 'app'\n"
    one = provider_file(client)
    same_pool = provider_file(name="b.toml")
    same_client = provider_file(client, name="c.toml", head=OTHER)

    found = list(find_pool_faults([one, same_pool, same_client]))

    assert [(fault.code, fault.where) for fault in found] == [
        ("E301", "b.toml:4:11"),
        ("E301", "c.toml:6:6"),
    ]
    assert "people.toml:4:11" in found[0].help


def test_what_is_no_pool_is_passed_over(folder: Folder) -> None:
    assert list(find_pool_faults(folder.load().providers)) == []
