"""Sign in with Apple, from the gateway's side."""

import json
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gateway.config.providers.apple import AppleClient
from gateway.config.settings.references import SecretRef
from gateway.federation.oidc.apple import AppleParty, AppleSecret
from gateway.federation.oidc.client_auth import ClientProof
from gateway.model.errors import BadAnswerError
from tests.authentication.issuer import NOON, private_key
from tests.federation.oidc.endpoints import json_answer
from tests.federation.oidc.house import (
    ATTEMPT,
    DISCOVERY,
    GOOD,
    house,
    id_token,
    provider,
    tokens,
)

APPLE = "https://appleid.apple.com"


def pem(algorithm: str) -> SecretRef:
    key = private_key(algorithm)
    raw = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SecretRef("file secrets/apple", raw)


CLIENT = AppleClient(
    id="com.example.web",
    team_id="ABCDE12345",
    key_id="FGHIJ67890",
    key=pem("ES256"),
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def read(proof: ClientProof) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        proof.form["client_secret"],
        private_key("ES256").public_key(),
        algorithms=["ES256"],
        audience=APPLE,
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


def test_the_secret_says_who_we_are() -> None:
    """Apple, "Creating a client secret": each of its claims, and the key's id."""
    secret = AppleSecret(CLIENT, issuer=APPLE, clock=Clock())

    proof = secret.proof_for("anywhere")

    assert jwt.get_unverified_header(proof.form["client_secret"]) == {
        "alg": "ES256",
        "kid": "FGHIJ67890",
        "typ": "JWT",
    }
    at = int(NOON.timestamp())
    assert read(proof) == {
        "iss": "ABCDE12345",
        "iat": at,
        "exp": at + 3600,
        "aud": APPLE,
        "sub": "com.example.web",
    }
    assert proof.form["client_id"] == "com.example.web"
    assert proof.headers == {}


def test_a_secret_serves_until_it_is_nearly_old() -> None:
    """Signing costs little, and Apple need not see a new one each time."""
    clock = Clock()
    secret = AppleSecret(CLIENT, issuer=APPLE, clock=clock)
    first = secret.proof_for("")

    clock.now = NOON + timedelta(minutes=55)
    assert secret.proof_for("") == first
    clock.now += timedelta(seconds=1)
    second = secret.proof_for("")
    assert read(second)["iat"] == int(clock.now.timestamp())

    # A clock that was put back must not leave a secret of the future.
    clock.now = NOON - timedelta(hours=1)
    assert read(secret.proof_for(""))["iat"] == int(clock.now.timestamp())


@pytest.mark.parametrize("key", [pem("RS256"), pem("EdDSA"), None], ids=range(3))
def test_a_key_of_another_kind_is_not_apples(key: SecretRef | None) -> None:
    """When the files are loaded."""
    client = CLIENT.model_copy(update={"key": key})

    with pytest.raises(ValueError, match="key"):
        AppleSecret(client, issuer=APPLE, clock=Clock())


def finish(user: str | None, **claims: Any) -> dict[str, Any]:
    """Return the claims of somebody who comes back with a form's `user`."""
    corp = house(
        provider(userinfo=False),
        kind=AppleParty,
        token=json_answer(tokens(id_token=id_token(**claims))),
    )
    answer = GOOD if user is None else GOOD | {"user": user}
    return dict(corp.party.finish(ATTEMPT, answer).claims.claims)


def user(first: Any = "Ada", last: Any = "Lovelace", **more: Any) -> str:
    return json.dumps({"name": {"firstName": first, "lastName": last}, **more})


def test_the_name_comes_once_beside_the_token() -> None:
    """As the claims that other providers have; the address beside it is not looked at."""
    claims = finish(
        user(email="admin@corp.example", email_verified=True), email="a@b.example"
    )

    assert (claims["given_name"], claims["family_name"]) == ("Ada", "Lovelace")
    assert claims["name"] == "Ada Lovelace"
    assert claims["email"] == "a@b.example"
    assert "email_verified" not in claims


def test_what_is_signed_counts_more_than_what_a_browser_brings() -> None:
    """Anybody can write into the form."""
    assert finish(user("Eve"), given_name="Ada")["given_name"] == "Ada"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (None, None),
        ("", None),
        ("{}", None),
        (json.dumps({"name": "Ada"}), None),
        (json.dumps({"name": None, "email": "a@b.example"}), None),
        (user("", ""), None),
        (user(1, None), None),
        (user("A" * 257, "B\n"), None),
        (user("Ada", ""), "Ada"),
        (user(None, "Lovelace"), "Lovelace"),
        (user(" Ada ", " \u00c4"), "Ada \u00c4"),
    ],
    ids=range(11),
)
def test_a_name_that_is_none_is_left_out(said: str | None, name: str | None) -> None:
    """After the first sign-in there is none at all."""
    assert finish(said).get("name") == name


@pytest.mark.parametrize(
    "said",
    ["name", "[]", "{", user("x" * 4096), user("\ud800"), '{"name": {}, "name": {}}'],
    ids=range(6),
)
def test_a_form_that_cannot_be_read_ends_it(said: str) -> None:
    """Apple writes none."""
    with pytest.raises(BadAnswerError):
        finish(said)


def test_a_name_alone_is_nobody() -> None:
    """It is looked at once the ID token is good, and not before."""
    corp = house(provider(userinfo=False), kind=AppleParty)

    with pytest.raises(BadAnswerError):
        corp.party.finish(ATTEMPT, {"state": "state-1", "user": user()})

    assert len(corp.asked(DISCOVERY)) == 1
