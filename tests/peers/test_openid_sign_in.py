"""Sign-in at the known OpenID Connect providers, over real sockets.

Against stand-ins: see `tests/peers/stand_ins/wire.py` for what that proves and what not.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from gateway.authentication.errors import (
    EncryptedTokenError,
    UnknownKeyError,
    WrongHashError,
    WrongKeyError,
    WrongNonceError,
    WrongSubjectError,
)
from gateway.authentication.opaque.api import MAX_AT_ONCE
from gateway.federation.errors import ProviderSaysNoError
from gateway.federation.values import ProvenLogin, RelyingParty
from gateway.model.errors import (
    BadAnswerError,
    ExpiredCredentialError,
    GatewayError,
    ImmatureCredentialError,
    MalformedCredentialError,
    ProviderUnavailableError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from tests.peers.federation_folder import NETWORK, attempt, parties
from tests.peers.oidc_peer import CALLBACK
from tests.peers.running_gateway import wait_for
from tests.peers.stand_ins.apple import KEY, KEY_ID, TEAM_ID, Apple
from tests.peers.stand_ins.gitlab import Gitlab
from tests.peers.stand_ins.google import Google
from tests.peers.stand_ins.microsoft import OTHER, TENANT, Microsoft
from tests.peers.stand_ins.openid import CLIENT_ID, SECRET, OpenIdStandIn
from tests.peers.stand_ins.wire import TROUBLE, Reply, reply, served

pytestmark = pytest.mark.peer

_FIELD = re.compile(r'name="([^"]*)" value="([^"]*)"')
BY_SECRET = f'[client]\nid = "{CLIENT_ID}"\nsecret = {{ file = "secret" }}\n'

KINDS: dict[str, tuple[type[OpenIdStandIn], str]] = {
    "google": (
        Google,
        f"""issuer = "{{address}}"
issuer_aliases = ["accounts.google.com"]
{BY_SECRET}authorize = {{ access_type = "offline", prompt = "consent" }}
""",
    ),
    "apple": (
        Apple,
        f"""issuer = "{{address}}"
[client]
id = "{CLIENT_ID}"
team_id = "{TEAM_ID}"
key_id = "{KEY_ID}"
key = {{ file = "key" }}
""",
    ),
    "microsoft": (
        Microsoft,
        f"""issuer = "{{address}}/{{tenantid}}/v2.0"
tenants = ["{TENANT}"]
{BY_SECRET}""",
    ),
    "gitlab": (Gitlab, f'issuer = "{{address}}"\n{BY_SECRET}'),
}


@dataclass
class Side:
    """A provider that is played, and what the gateway is to it."""

    stand_in: OpenIdStandIn
    party: RelyingParty

    def sign_in(self) -> ProvenLogin:
        """Go there and back, as a browser does."""
        departure = self.party.begin(attempt())
        with httpx.Client(trust_env=False, timeout=20) as browser:
            answer = browser.get(departure.url)
        return self.party.finish(attempt(), brought(answer))

    def refuses(self, error: type[GatewayError]) -> None:
        with pytest.raises(error):
            self.sign_in()


def brought(answer: httpx.Response) -> dict[str, str]:
    """Return what a browser would bring back: in the address, or in a form."""
    if "location" in answer.headers:
        place = httpx.URL(answer.headers["location"])
        assert str(place).startswith(CALLBACK)
        return dict(place.params)
    assert f'action="{CALLBACK}"' in answer.text, answer.text
    return {name: html.unescape(value) for name, value in _FIELD.findall(answer.text)}


@contextmanager
def side_of(
    root: Path, kind: str, change: Callable[[str], str] = str, *, timeout: str = "1s"
) -> Iterator[Side]:
    model, text = KINDS[kind]
    stand_in = model()
    (root / "secret").write_text(SECRET)
    (root / "key").write_bytes(KEY)
    with served(stand_in) as address:
        stand_in.address = address
        head = (
            f'kind = "{kind}"\nid = "{kind}"\nowner = "x"\naccept.flows = ["login"]\n'
        )
        file = change(head + text.replace("{address}", address))
        network = NETWORK.replace('"1s"', f'"{timeout}"')
        more = 'allow_hosts = ["127.0.0.1"]\njwks.unknown_kid = "100/s"\n'
        yield Side(stand_in, parties(root, **{kind: file + network + more})[kind])


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Side]:
    with side_of(tmp_path, "google") as side:
        yield side


@pytest.fixture
def microsoft(tmp_path: Path) -> Iterator[Side]:
    with side_of(tmp_path, "microsoft") as side:
        yield side


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_signs_in(tmp_path: Path, kind: str) -> None:
    """With a dozen lines, and with what is odd about the provider."""
    with side_of(tmp_path, kind) as side:
        proven = side.sign_in()
        again = side.sign_in()

    said = proven.claims.claims
    assert proven.claims.provider == kind
    assert proven.claims.subject == again.claims.subject == side.stand_in.person["sub"]
    assert said["name"] == "Ada Lovelace"
    assert said["email"]


@pytest.mark.parametrize("kind", KINDS)
def test_somebody_who_does_not_want_to_is_not_signed_in(
    tmp_path: Path, kind: str
) -> None:
    """The provider's own word for it is passed on."""
    with side_of(tmp_path, kind) as side:
        side.stand_in.consents = False
        with pytest.raises(ProviderSaysNoError) as caught:
            side.sign_in()

    assert caught.value.reason == side.stand_in.REFUSAL


def test_googles_older_name_is_google(google: Side) -> None:
    """And a name that nobody has is not; tokens for later come if they are asked for."""
    google.stand_in.token_claims = {"iss": "accounts.google.com"}
    proven = google.sign_in()
    google.stand_in.token_claims = {"iss": "accounts.google.com.evil.example"}
    google.refuses(UntrustedIssuerError)

    assert proven.claims.issuer == google.stand_in.address
    assert proven.tokens is not None
    assert proven.tokens.refresh_token == "1//r"


def test_apple_says_a_name_once(tmp_path: Path) -> None:
    """It is in the form that Apple's page posts, and in no token."""
    with side_of(tmp_path, "apple") as side:
        first, second = side.sign_in(), side.sign_in()

    assert first.claims.claims["given_name"] == "Ada"
    assert "name" not in second.claims.claims
    assert second.claims.claims["email"] == "x7k2@privaterelay.appleid.com"


@pytest.mark.parametrize(
    ("old", "new"),
    [(TEAM_ID, "ZZZZZ99999"), (KEY_ID, "ZZZZZ99999")],
    ids=["team", "key"],
)
def test_apple_knows_its_teams_and_their_keys(
    tmp_path: Path, old: str, new: str
) -> None:
    """A secret of somebody else is none, and Apple says so."""
    with (
        side_of(tmp_path, "apple", lambda text: text.replace(old, new)) as side,
        pytest.raises(ProviderSaysNoError) as caught,
    ):
        side.sign_in()

    assert caught.value.reason == "invalid_client"


def test_a_tenant_that_is_not_let_in_is_refused(microsoft: Side) -> None:
    """Also if its token says that it is the other one."""
    stand_in = microsoft.stand_in
    assert isinstance(stand_in, Microsoft)
    assert microsoft.sign_in().claims.issuer == stand_in.of(TENANT)
    stand_in.tenant = OTHER
    microsoft.refuses(UntrustedIssuerError)
    for claims in ({"iss": stand_in.of(TENANT)}, {"tid": TENANT}):
        stand_in.token_claims = claims
        microsoft.refuses(UntrustedIssuerError)


def test_a_tenants_own_key_signs_for_no_other(tmp_path: Path) -> None:
    """Whatever its token says."""
    with side_of(tmp_path, "microsoft") as side:
        assert isinstance(side.stand_in, Microsoft)
        side.stand_in.key_issuer = OTHER
        side.refuses(WrongKeyError)


@pytest.mark.parametrize(
    "line",
    ["allow_any_tenant = true", f'tenants = ["{TENANT}", "{OTHER}"]'],
    ids=["any", "two"],
)
def test_people_of_several_tenants_sign_in_at_one_place(
    tmp_path: Path, line: str
) -> None:
    """Where the document has the placeholder in it, which is nobody's issuer."""
    change = f'tenants = ["{TENANT}"]'
    with side_of(
        tmp_path, "microsoft", lambda text: text.replace(change, line)
    ) as side:
        stand_in = side.stand_in
        assert isinstance(stand_in, Microsoft)
        for tenant in (TENANT, OTHER):
            stand_in.tenant = tenant
            assert side.sign_in().claims.issuer == stand_in.of(tenant)
        stand_in.token_claims = {"iss": stand_in.of("{tenantid}")}
        side.refuses(UntrustedIssuerError)


def test_gitlab_says_all_groups_at_another_place(tmp_path: Path) -> None:
    """And what it says there is about the same person, or nothing."""
    with side_of(tmp_path, "gitlab") as side:
        assert side.sign_in().claims.claims["groups"] == ["corp", "corp/engines"]
        side.stand_in.faults["/oauth/userinfo"] = reply({"sub": "1", "groups": []})
        side.refuses(WrongSubjectError)


WRONG: dict[str, tuple[dict[str, Any], type[GatewayError]]] = {
    "another app": ({"aud": "other", "azp": "other"}, WrongAudienceError),
    "no audience": ({"aud": ""}, MalformedCredentialError),
    "an empty list": ({"aud": []}, MalformedCredentialError),
    "handed to another": ({"azp": "other"}, WrongAudienceError),
    "expired": ({"exp": 1_700_000_000}, ExpiredCredentialError),
    "stale": ({"iat": 1_700_000_000, "exp": 1_702_000_000}, ExpiredCredentialError),
    "to come": ({"nbf": 4_000_000_000}, ImmatureCredentialError),
    "no nonce": ({"nonce": None}, MalformedCredentialError),
    "another nonce": ({"nonce": "other"}, WrongNonceError),
    "another access token": ({"at_hash": "AAAA"}, WrongHashError),
    "nobody": ({"sub": None}, MalformedCredentialError),
}


@pytest.mark.parametrize(("claims", "error"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_of_this_sign_in_is_refused(
    google: Side, claims: dict[str, Any], error: type[GatewayError]
) -> None:
    """Signed by the provider, and right in everything else."""
    google.stand_in.token_claims = claims

    google.refuses(error)


def test_keys_change_while_people_sign_in(google: Side) -> None:
    """A new one is asked for; one that is not published is nobody's."""
    first = google.sign_in()
    google.stand_in.rotate(keep_old=True)
    second = google.sign_in()
    google.stand_in.key_id = "unknown"

    assert first.claims.subject == second.claims.subject
    google.refuses(UnknownKeyError)


def test_a_code_of_another_sign_in_is_worth_nothing(google: Side) -> None:
    """It was made for another verifier, so the provider itself refuses it."""
    departure = google.party.begin(attempt(2))
    with httpx.Client(trust_env=False, timeout=20) as browser:
        answer = brought(browser.get(departure.url))

    with pytest.raises(BadAnswerError):
        google.party.finish(attempt(1), answer)
    with pytest.raises(ProviderSaysNoError) as caught:
        google.party.finish(attempt(1), answer | {"state": attempt(1).state})

    assert caught.value.reason == "invalid_grant"


def test_an_encrypted_token_is_refused_as_such(google: Side) -> None:
    """A provider that is set up to encrypt would let nobody in without a word."""
    google.stand_in.faults["/token"] = reply(
        {"access_token": "at-1", "token_type": "Bearer", "id_token": "a.b.c.d.e"}
    )

    google.refuses(EncryptedTokenError)


PLACES = {
    "discovery": "/.well-known/openid-configuration",
    "token": "/oauth/token",
    "keys": "/oauth/discovery/keys",
    "userinfo": "/oauth/userinfo",
}
# Keys that cannot be had, for whatever reason, are no word about the token.
DOWN = {"500", "503 as a page", "429", "nothing in time"}


@pytest.mark.parametrize("trouble", sorted(TROUBLE))
@pytest.mark.parametrize("place", PLACES)
def test_trouble_at_a_provider_lets_nobody_in(
    tmp_path: Path, place: str, trouble: str
) -> None:
    """Each place, each trouble: an error that says whose fault it is, and no way around."""
    is_down = trouble in DOWN or place == "keys"
    with side_of(tmp_path, "gitlab") as side:
        side.stand_in.faults[PLACES[place]] = TROUBLE[trouble]
        expected: tuple[type[GatewayError], ...] = (
            (ProviderUnavailableError,)
            if is_down
            else (BadAnswerError, WrongSubjectError)
        )
        with pytest.raises(expected):
            side.sign_in()


def test_a_provider_that_goes_away_comes_back(tmp_path: Path) -> None:
    """What was known of it stays known; nothing that failed is kept."""
    with side_of(tmp_path, "gitlab") as side:
        side.sign_in()
        side.stand_in.faults["/oauth/token"] = Reply(hangs=True)
        side.refuses(ProviderUnavailableError)
        side.stand_in.faults.clear()

        assert side.sign_in().claims.provider == "gitlab"
        assert side.stand_in.count("/.well-known/openid-configuration") == 2
        assert side.stand_in.count("/oauth/discovery/keys") == 1


def test_a_provider_that_hangs_costs_the_others_nothing(tmp_path: Path) -> None:
    """So many wait for it and no more; who comes to another one is let in meanwhile."""
    hanging, well = tmp_path / "hanging", tmp_path / "well"
    hanging.mkdir()
    well.mkdir()
    errors: list[BaseException] = []

    def wait_in_vain(side: Side) -> None:
        try:
            side.sign_in()
        except ProviderUnavailableError as error:
            errors.append(error)

    with ExitStack() as stack:
        good = stack.enter_context(side_of(well, "gitlab"))
        bad = stack.enter_context(side_of(hanging, "gitlab", timeout="30s"))
        bad.stand_in.faults["/oauth/token"] = Reply(hangs=True)
        threads = [Thread(target=wait_in_vain, args=(bad,)) for _ in range(MAX_AT_ONCE)]
        for thread in threads:
            thread.start()
        wait_for(
            lambda: bad.stand_in.count("/oauth/token") == MAX_AT_ONCE,
            "everybody to wait for the provider that hangs",
        )

        with pytest.raises(ProviderUnavailableError, match="too many"):
            bad.sign_in()
        assert good.sign_in().claims.subject == "583231"
        assert all(thread.is_alive() for thread in threads)

    for thread in threads:
        thread.join()
    assert len(errors) == MAX_AT_ONCE
