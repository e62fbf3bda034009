"""What the files loosen."""

import pytest

from gateway.config.weakened import weakened
from tests.config.files import Folder


def test_the_defaults_are_the_strict_ones(folder: Folder) -> None:
    """There is nothing to tell."""
    assert weakened(folder.load()) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('admin_listen = "0.0.0.0:8081"', "server.admin_listen = 0.0.0.0:8081"),
        ('trusted_proxies = ["10.0.0.0/8"]', "10.0.0.0/8 is a very wide network"),
        ('trusted_proxies = ["10.0.0.0/9"]', None),
        ('trusted_proxies = ["2001:db8::/32"]', "2001:db8::/32 is a very wide"),
        ('trusted_proxies = ["2001:db8::/33"]', None),
        ('paths.encoded_slash = "keep"', "encoded_slash = keep"),
        ('paths.dot_segments = "normalise"', "dot_segments = normalise"),
        ('paths.matrix_params = "keep"', "matrix_params = keep"),
    ],
)
def test_what_the_server_puts_up_with_is_told(
    folder: Folder, line: str, told: str | None
) -> None:
    """One line each, with the file."""
    folder.change("config.toml", "[server]", f"[server]\n{line}")

    lines = weakened(folder.load())

    assert len(lines) == (1 if told else 0)
    for each in lines:
        assert each.startswith("config.toml: server.")
        assert told is not None
        assert told in each


@pytest.mark.parametrize("mode", ["disable", "require"])
def test_a_database_that_need_not_prove_itself_is_told(
    folder: Folder, mode: str
) -> None:
    """Encryption to nobody in particular is no protection."""
    folder.change(
        "config.toml",
        'url = "sqlite:state/gateway.db"',
        f'url = "postgresql://gateway@db/gateway"\ntls.mode = "{mode}"',
    )

    (line,) = weakened(folder.load())

    assert line.startswith(f"config.toml: storage.tls.mode = {mode}")


def test_bare_lines_are_told(folder: Folder) -> None:
    """To clients and to upstreams."""
    folder.change("config.toml", "https://gw.example.com", "http://gw.example.com")
    folder.change(
        "config.toml", "https://orders.internal:8443", "http://orders.internal"
    )

    lines = weakened(folder.load())

    assert [line.split(": ")[1] for line in lines] == [
        "server.public_url",
        "upstreams.orders",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('issuer_aliases = ["login.corp.example"]', 1),
        ('accept.tokens = ["id_token"]', 0),
        ('accept.tokens = ["id_token", "at+jwt"]', 1),
        ('network.allow_private_addresses = ["10.0.0.0/8"]', 1),
        ("network.allow_plain_http = true", 1),
    ],
)
def test_what_a_provider_is_allowed_is_told(
    folder: Folder, text: str, count: int
) -> None:
    """With the provider's file and id."""
    folder.add("providers/corp.toml", f"{text}\n")

    lines = weakened(folder.load())

    assert len(lines) == count
    assert all(
        each.startswith("providers/corp.toml: provider corp: ") for each in lines
    )


def test_a_door_for_every_tenant_is_told(folder: Folder) -> None:
    """Anybody can make one."""
    folder.change("providers/corp.toml", "corp.example", "corp.example/{tenantid}")
    folder.add("providers/corp.toml", "allow_any_tenant = true\n")

    (line,) = weakened(folder.load())

    assert "every tenant" in line


def test_the_google_preset_and_other_kinds_loosen_nothing(folder: Folder) -> None:
    """Google's second spelling is Google's own."""
    folder.write(
        "providers/google.toml",
        'kind = "google"\nid = "google"\nowner = "x"\nclient.id = "x"\n',
    )
    folder.write("providers/guest.toml", 'kind = "guest"\nid = "guest"\nowner = "x"\n')

    assert weakened(folder.load()) == []


def test_mail_that_may_go_in_the_clear_is_told(folder: Folder) -> None:
    """It holds codes."""
    folder.add(
        "config.toml",
        '[messages.email]\nfrom = "a@shop.example"\n'
        '[messages.email.smtp]\nhost = "mail.example"\ntls = "optional"\n',
    )

    (line,) = weakened(folder.load())

    assert "messages.email.smtp.tls = optional" in line


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("grants = ['implicit']", "implicit grant"),
        ("hides_users = false", "who is known"),
        ("revocable = false", "cannot be revoked"),
        ("rotation.enabled = false", "stolen refresh token"),
        ("rotation.enabled = false\nauthentication = 'private_key_jwt'", None),
        ("consent = true", None),
    ],
)
def test_what_a_client_of_a_pool_gives_away_is_told(
    folder: Folder, line: str, told: str | None
) -> None:
    """With the client's id."""
    folder.write(
        "providers/people.toml",
        "kind = 'pool'\nid = 'people'\nowner = 'x'\npool_id = 'us-east-1_Ab3dE6gH9'\n"
        f"[[client]]\nid = 'app'\n{line}\n",
    )

    lines = weakened(folder.load())

    assert len(lines) == (1 if told else 0)
    for each in lines:
        assert each.startswith("providers/people.toml: client app: ")
        assert told is not None
        assert told in each


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", None),
        ("network.allow_plain_http = true", "without TLS"),
        ('network.allow_private_addresses = ["10.0.0.0/8"]', "10.0.0.0/8"),
        ("pkce = false", "a stolen code"),
        ('tokeninfo_by = "query"', "in addresses"),
    ],
)
def test_what_a_provider_of_opaque_tokens_loosens_is_told(
    folder: Folder, more: str, told: str | None
) -> None:
    folder.environ["SECRET"] = "secret"
    folder.write(
        "providers/chat.toml",
        'kind = "oauth2"\nid = "chat"\nowner = "x"\nclient.id = "gateway"\n'
        'client.secret = { env = "SECRET" }\naudience_proof = "tokeninfo"\n'
        'authorize_url = "https://chat.example/a"\n'
        'token_url = "https://chat.example/t"\n'
        'userinfo_url = "https://chat.example/u"\n'
        'tokeninfo_url = "https://chat.example/i"\n'
        f"{more}\n",
    )

    lines = weakened(folder.load())

    assert len(lines) == (1 if told else 0)
    assert all(told in line for line in lines if told)
