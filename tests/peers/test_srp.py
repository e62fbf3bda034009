"""Our side of SRP against a client that nobody here wrote (npm `cognito-srp-helper`)."""

import base64
import hmac
import secrets
from collections.abc import Iterator

import pytest

from gateway.pool import srp
from tests.peers.srp_client import SrpClient, srp_client

pytestmark = pytest.mark.peer

POOL = "us-east-1_Ab3dEfGh9"
GROUP = "Ab3dEfGh9"
USER = "5f2b9c1e-0000-4000-8000-1234567890ab"


@pytest.fixture(scope="module")
def client() -> Iterator[SrpClient]:
    """Return one client for all tests: it keeps nothing between sessions."""
    with srp_client() as client:
        yield client


def _proves(
    client: SrpClient,
    verifier: srp.Verifier,
    group: str,
    name: str,
    password: str,
    *,
    device: bool = False,
) -> bool:
    """Whether the client convinces the server, in the two steps of a sign-in."""
    who = {"key": name, "group": group} if device else {}
    started = client.ask(op="start", pool=POOL, username=name, password=password, **who)
    public = srp.parse_public(started["SRP_A"])
    challenge = srp.make_challenge(verifier)
    block = secrets.token_bytes(64)
    signed = client.ask(
        op="sign",
        parameters={
            "SALT": f"{verifier.salt:x}",
            "SRP_B": f"{challenge.public:x}",
            "SECRET_BLOCK": base64.b64encode(block).decode(),
            "USER_ID_FOR_SRP": name,
            "DEVICE_KEY": name,
        },
    )
    expected = srp.proof(
        srp.session_key(challenge, verifier, public),
        group,
        name,
        secret_block=block,
        timestamp=signed["TIMESTAMP"],
    )
    given = base64.b64decode(signed["PASSWORD_CLAIM_SIGNATURE"])
    return hmac.compare_digest(expected, given)


def test_the_right_password_is_proven_again_and_again(client: SrpClient) -> None:
    """Numbers of every first bit and length come up; each padding has to be right."""
    for number in range(8):
        password = f"pass word {number} \N{SNOWMAN}"
        verifier = srp.make_verifier(GROUP, USER, password)

        assert _proves(client, verifier, GROUP, USER, password)


def test_a_wrong_password_proves_nothing(client: SrpClient) -> None:
    """Nor does the right one of somebody else."""
    verifier = srp.make_verifier(GROUP, USER, "right")

    assert not _proves(client, verifier, GROUP, USER, "wrong")
    assert not _proves(client, verifier, GROUP, "somebody-else", "right")


def test_a_device_proves_the_password_that_it_made_itself(client: SrpClient) -> None:
    """The client makes the verifier; we only keep it."""
    key, group = "us-east-1_0d0f1c1e-1111-4222-8333-444455556666", "-Abc1DefG"
    for _ in range(5):
        made = client.ask(op="device", key=key, group=group)
        verifier = srp.Verifier(
            salt=int.from_bytes(base64.b64decode(made["Salt"])),
            value=int.from_bytes(base64.b64decode(made["PasswordVerifier"])),
        )

        assert _proves(client, verifier, group, key, made["password"], device=True)
        assert not _proves(client, verifier, group, key, "another", device=True)
        assert srp.is_password_of(verifier, group, key, made["password"])
