"""What pools are called in their tokens."""

import pytest

from gateway.oauth.issuer import Issuers

ISSUERS = Issuers("https://gw.example.com")


def test_a_pool_is_found_again_by_its_issuer() -> None:
    issuer = ISSUERS.of("us-east-1_Ab3dEfGh9")

    assert issuer == "https://gw.example.com/us-east-1_Ab3dEfGh9"
    assert ISSUERS.find_pool(issuer) == "us-east-1_Ab3dEfGh9"


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "us-east-1_Ab3dEfGh9",
        "https://gw.example.com",
        "https://gw.example.com/",
        "https://gw.example.com.evil.example/us-east-1_Ab3dEfGh9",
        "https://gw.example.com/x/us-east-1_Ab3dEfGh9",
        "http://gw.example.com/us-east-1_Ab3dEfGh9",
    ],
)
def test_others_are_none_of_ours(issuer: str) -> None:
    assert ISSUERS.find_pool(issuer) is None
