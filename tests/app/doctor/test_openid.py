"""What a provider of OpenID Connect says of itself, held against its file."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app.doctor.findings import State
from tests.app.doctor.house import (
    ISSUER,
    LOGIN,
    OpenId,
    configured,
    examined,
    problems,
)
from tests.peers.stand_ins.wire import TROUBLE, reply

DISCOVERY = "/.well-known/openid-configuration"


def found(root: Path, peer: OpenId, more: str = "") -> dict[str, str]:
    return problems(examined(configured(root, LOGIN + more), peer))


def test_a_provider_that_is_well_set_up_has_no_problems(tmp_path: Path) -> None:
    findings = examined(configured(tmp_path, LOGIN), OpenId())

    assert problems(findings) == {}
    assert [finding.check for finding in findings] == [
        "secret",
        "redirect_uri",
        "discovery",
        "keys",
        "algorithms",
        "client_auth",
        "sign_in",
        "client",
        "clock",
    ]
    assert "k1 (ES256)" in findings[3].message


@pytest.mark.parametrize(
    "trouble",
    ["a page for people", "a redirect", "500", "nothing in time", "half of it"],
)
def test_discovery_that_cannot_be_had_is_told(tmp_path: Path, trouble: str) -> None:
    peer = OpenId()
    peer.faults[DISCOVERY] = TROUBLE[trouble]

    assert DISCOVERY in found(tmp_path, peer)["discovery"]


def test_discovery_of_another_issuer_names_it(tmp_path: Path) -> None:
    """A slash at the end is the most common mistake."""
    peer = OpenId()
    peer.document["issuer"] = f"{ISSUER}/"

    findings = examined(configured(tmp_path, LOGIN), peer)

    (finding,) = [each for each in findings if each.check == "discovery"]
    assert finding.state is State.WRONG
    assert f'issuer = "{ISSUER}/"' in finding.help
    peer.document["issuer"] = None
    assert "nobody" in found(tmp_path, peer)["discovery"]


def test_discovery_need_not_be_there_if_the_file_says_everything(
    tmp_path: Path,
) -> None:
    peer = OpenId()
    peer.faults[DISCOVERY] = reply({}, 404)
    more = "".join(
        f'{key} = "{ISSUER}/{path}"\n'
        for key, path in (
            ("jwks_url", "jwks"),
            ("authorize_url", "auth"),
            ("token_url", "token"),
        )
    )

    assert "discovery" not in found(tmp_path, peer, more)
    assert "discovery" in found(tmp_path, peer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"jwks_uri": None}, "names no keys"),
        ({"jwks_uri": f"{ISSUER}/nowhere"}, "answers 404"),
    ],
    ids=range(2),
)
def test_keys_that_are_nowhere_are_told(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    peer = OpenId()
    peer.document |= change

    assert words in found(tmp_path, peer)["keys"]


def test_keys_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    """With the reason for each."""
    peer = OpenId()
    peer.keys = [{**peer.key, "use": "enc"}]
    assert "no key can be used" in found(tmp_path, peer)["keys"]

    peer.keys = [peer.key, {"kty": "oct", "k": "AAAA"}]
    assert "not used: key 1" in found(tmp_path, peer)["keys"]

    peer.faults["/jwks"] = TROUBLE["nothing in time"]
    assert "cannot be had" in found(tmp_path, peer)["keys"]


def test_algorithms_have_to_meet(tmp_path: Path) -> None:
    peer = OpenId()
    peer.document["id_token_signing_alg_values_supported"] = ["RS256", "HS256"]
    assert "accepts ES256" in found(tmp_path, peer)["algorithms"]

    peer.document["id_token_signing_alg_values_supported"] = "ES256"
    assert "algorithms" not in found(tmp_path, peer)


@pytest.mark.parametrize(
    ("change", "more", "check", "words"),
    [
        ({"token_endpoint": None}, "", "endpoints", "where codes are redeemed"),
        ({"authorization_endpoint": 5}, "", "endpoints", "where people sign in"),
        (
            {"userinfo_endpoint": "https://graph.example/me"},
            "",
            "endpoints",
            "userinfo_endpoint is at graph.example",
        ),
        (
            {"token_endpoint_auth_methods_supported": ["client_secret_post"]},
            "",
            "client_auth",
            "takes client_secret_post, and the gateway shows client_secret_basic",
        ),
        ({"code_challenge_methods_supported": ["plain"]}, "", "pkce", "plain"),
        ({"scopes_supported": ["openid"]}, "", "scopes", "no email, profile"),
        ({}, 'par = "require"\n', "par", "no pushed requests"),
    ],
    ids=range(7),
)
def test_what_a_sign_in_needs_has_to_be_offered(
    tmp_path: Path, change: dict[str, Any], more: str, check: str, words: str
) -> None:
    peer = OpenId()
    peer.document |= change

    assert words in found(tmp_path, peer, more)[check]


def test_hosts_that_are_missing_can_be_copied(tmp_path: Path) -> None:
    peer = OpenId()
    peer.document["token_endpoint"] = "https://api.corp.example/token"

    findings = examined(configured(tmp_path, LOGIN), peer)

    (finding,) = [each for each in findings if each.check == "endpoints"]
    assert finding.help == (
        'network.allow_hosts = ["login.corp.example", "api.corp.example"]'
    )


def test_what_only_sign_in_needs_is_asked_of_nobody_else(tmp_path: Path) -> None:
    """A provider of bearer tokens has no client, and need not offer one anything."""
    peer = OpenId()
    peer.document |= {"token_endpoint": None, "scopes_supported": []}
    text = (
        LOGIN.replace('["login"]', '["bearer"]')
        .replace('client.id = "gateway"', 'audiences = ["gateway"]')
        .replace('client.secret = { env = "SECRET" }', "")
    )

    findings = examined(configured(tmp_path, text), peer)

    assert problems(findings) == {}
    assert "sign_in" not in [finding.check for finding in findings]


def test_a_client_without_a_secret_may_be_welcome(tmp_path: Path) -> None:
    """Few providers name that among what they take."""
    text = LOGIN.replace('client.secret = { env = "SECRET" }', "")

    findings = examined(configured(tmp_path, text), OpenId())

    (finding,) = [each for each in findings if each.check == "client_auth"]
    assert finding.state is State.DOUBTFUL


def test_sign_outs_need_addresses_at_the_provider(tmp_path: Path) -> None:
    peer = OpenId()
    peer.document |= {
        "backchannel_logout_supported": True,
        "end_session_endpoint": f"{ISSUER}/end",
    }

    findings = examined(
        configured(tmp_path, f'{LOGIN}sign_in.sign_out = "there"\n'), peer
    )

    told = [each.message for each in findings if each.check == "sign_out"]
    assert "https://gw.example.com/oauth2/backchannel" in told[0]
    assert "https://gw.example.com/oauth2/idplogout" in told[1]


def test_nobody_signs_out_where_there_is_no_way(tmp_path: Path) -> None:
    more = 'sign_in.sign_out = "there"\n'

    assert "takes no sign-outs" in found(tmp_path, OpenId(), more)["sign_out"]
