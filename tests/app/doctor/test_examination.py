"""Everything that can be found out about one provider."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.app.doctor.findings import State
from tests.app.doctor.house import LOGIN, OpenId, configured, examined, problems
from tests.authentication.opaque.test_amazon import FILE as AMAZON
from tests.authentication.opaque.test_facebook import FILE as FACEBOOK
from tests.authentication.opaque.test_github import FILE as GITHUB
from tests.authentication.opaque.test_oauth2 import CODE, INTROSPECTION
from tests.authentication.opaque.test_twitter import FILE as TWITTER
from tests.authentication.opaque.test_twitter import OLD_FILE
from tests.config.files import CONFIG, Folder
from tests.peers.stand_ins.amazon import Amazon
from tests.peers.stand_ins.declared import Declared
from tests.peers.stand_ins.facebook import GRAPH, KEYS, Facebook, graph_error
from tests.peers.stand_ins.github import Github
from tests.peers.stand_ins.twitter import Twitter, old_error
from tests.peers.stand_ins.wire import TROUBLE, StandIn, reply

BOTH = 'accept.flows = ["login", "exchange"]\n'
KINDS: dict[str, tuple[str, type[StandIn]]] = {
    "amazon": (AMAZON + BOTH, Amazon),
    "facebook": (FACEBOOK + BOTH, Facebook),
    "github": (GITHUB + BOTH, Github),
    "chat": (INTROSPECTION + BOTH, Declared),
    "twitter": (OLD_FILE, Twitter),
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_provider_that_is_well_set_up_has_no_problems(
    tmp_path: Path, name: str
) -> None:
    """The stand-ins say what time it is nowhere."""
    text, stand_in = KINDS[name]
    findings = examined(configured(tmp_path, text, name), stand_in(), name)

    assert list(problems(findings)) == ["clock"]
    by_check = {finding.check: finding for finding in findings}
    assert by_check["client"].state is State.FINE
    assert by_check["audience_proof"].state is State.FINE
    assert "env SECRET" in by_check["secret"].message
    assert by_check["redirect_uri"].message == (
        "register https://gw.example.com/oauth2/idpresponse at the provider, exactly so"
    )


@pytest.mark.parametrize(
    ("name", "more", "path"),
    [
        ("amazon", AMAZON, "/auth/o2/token"),
        ("facebook", FACEBOOK, f"{GRAPH}/oauth/access_token"),
        ("github", GITHUB, "/login/oauth/access_token"),
        ("chat", CODE, "/token"),
        ("twitter", TWITTER, "/2/oauth2/token"),
        ("twitter", OLD_FILE, "/oauth/request_token"),
    ],
    ids=range(6),
)
def test_a_wrong_secret_is_found(
    tmp_path: Path, name: str, more: str, path: str
) -> None:
    """Each says so in its own way."""
    stand_in = KINDS[name][1]()
    stand_in.faults[path] = {
        "facebook": graph_error(1),
        "twitter": old_error(32, "Could not authenticate you.")
        if more is OLD_FILE
        else reply({"error": "unauthorized_client"}, 401),
        "github": reply({"error": "incorrect_client_credentials"}),
    }.get(name, reply({"error": "invalid_client"}, 401))

    found = problems(examined(configured(tmp_path, more, name), stand_in, name))

    words = found.get("client", "") + found.get("sign_in", "")
    assert "does not take the gateway for its app" in words


def test_hosts_that_do_not_answer_are_told(tmp_path: Path) -> None:
    """Also those that the trials did not come to."""
    github = Github()
    for path in ("", "/login/oauth/access_token"):
        github.faults[path] = TROUBLE["nothing in time"]

    findings = examined(configured(tmp_path, GITHUB, "github"), github, "github")

    assert problems(findings).keys() == {"client", "reachable", "clock"}
    reached = [each.state for each in findings if each.check == "reachable"]
    assert reached == [State.WRONG, State.WRONG]


def test_a_redirect_is_an_answer(tmp_path: Path) -> None:
    """`https://api.github.com/` need not be anything."""
    github = Github()
    github.faults[""] = TROUBLE["a redirect"]

    findings = examined(configured(tmp_path, GITHUB, "github"), github, "github")

    reached = [each.message for each in findings if each.check == "reachable"]
    assert reached == ["github.com answers", "api.github.com answers"]


def test_limited_login_has_keys(tmp_path: Path) -> None:
    facebook = Facebook()
    findings = examined(
        configured(tmp_path, FACEBOOK, "facebook"), facebook, "facebook"
    )
    assert [each.state for each in findings if each.check == "keys"] == [State.FINE]

    facebook.faults[KEYS] = TROUBLE["500"]
    found = examined(configured(tmp_path, FACEBOOK, "facebook"), facebook, "facebook")
    assert "answers 500" in problems(found)["keys"]

    text = f"{FACEBOOK}accept.tokens = ['access_token']\n"
    found = examined(configured(tmp_path, text, "facebook"), facebook, "facebook")
    assert "keys" not in [each.check for each in found]


def test_only_id_tokens_are_proven_by_nobody_else(tmp_path: Path) -> None:
    text = f"{FACEBOOK}{BOTH}accept.tokens = ['id_token']\n"

    found = examined(configured(tmp_path, text, "facebook"), Facebook(), "facebook")

    assert "audience_proof" not in [each.check for each in found]


def test_a_provider_that_is_switched_off_is_doubtful(tmp_path: Path) -> None:
    text = f"{GITHUB}enabled = false\n"

    findings = examined(configured(tmp_path, text, "github"), Github(), "github")

    assert "enabled" in problems(findings)
    assert "client" not in [each.check for each in findings]


@pytest.mark.parametrize(
    ("public", "problem"),
    [
        ("https://gw.example.com", ""),
        ("http://gw.example.com", "without encryption"),
        ("http://127.0.0.1:8080", ""),
    ],
)
def test_codes_travel_encrypted(tmp_path: Path, public: str, problem: str) -> None:
    """Unless they do not leave this machine."""
    folder = Folder(tmp_path)
    folder.environ["SECRET"] = "secret"
    folder.change("config.toml", "https://gw.example.com", public)
    folder.write("providers/corp.toml", LOGIN)

    found = problems(examined(folder.load(), OpenId()))

    assert problem in found.get("redirect_uri", "")
    assert bool(problem) is ("redirect_uri" in found)


APPLE = """
kind = "apple"
id = "apple"
owner = "identity-team@example.com"
accept.flows = ["login"]
client.id = "com.example.gateway"
client.team_id = "ABCDE12345"
client.key_id = "FGHIJ67890"
client.key = { env = "KEY" }
"""


@pytest.mark.parametrize(
    ("public", "good"),
    [
        ("https://gw.example.com", True),
        ("https://192.0.2.1", False),
        ("https://localhost", False),
        ("http://localhost:8080", False),
    ],
)
def test_apple_sends_people_to_names_over_tls(
    tmp_path: Path, public: str, *, good: bool
) -> None:
    """And to nothing else, not even for a test."""
    key = ec.generate_private_key(ec.SECP256R1())
    folder = Folder(tmp_path)
    folder.environ["KEY"] = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    folder.change("config.toml", "https://gw.example.com", public)
    folder.write("providers/apple.toml", APPLE)
    peer = OpenId("https://appleid.apple.com")

    found = problems(examined(folder.load(), peer, "apple"))

    assert ("redirect_uri" not in found) is good
    assert "shows client_secret_post" in found["client_auth"]


def test_a_backend_of_ones_own_has_keys_in_a_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("backend.jwks", json.dumps({"keys": [OpenId().key]}))
    folder.write("none.jwks", "{}")
    folder.write(
        "providers/backend.toml",
        'kind = "developer"\nid = "backend"\nowner = "x"\naudiences = ["gateway"]\n'
        'keys = [{ file = "backend.jwks" }, { file = "none.jwks" }]\n',
    )

    findings = examined(folder.load(), StandIn(), "backend")

    assert [(each.check, each.state) for each in findings] == [
        ("keys", State.FINE),
        ("keys", State.WRONG),
        ("network", State.FINE),
    ]


def test_guests_are_nobodys_business(tmp_path: Path) -> None:
    text = 'kind = "guest"\nid = "guest"\nowner = "x"\n'
    folder = Folder(tmp_path)
    folder.write("config.toml", f"{CONFIG}[guest]\nenabled = true\n")
    folder.write("providers/guest.toml", text)

    (finding,) = examined(folder.load(), StandIn(), "guest")

    assert finding.message == "nobody else has to be asked"
