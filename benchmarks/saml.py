"""One SAML response verified, and hostile ones refused.

    python -m benchmarks.saml [COUNT]

A response with its assertion, both signed with RSA 2048 and SHA-256, from base64 to verified
claims; and the same changed, so that it has to be refused. The floor is two checks of a signature.
"""

import base64
import statistics
import sys
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.authentication.saml.descriptions import FixedDescription
from gateway.authentication.saml.metadata import Description
from gateway.authentication.saml.verifier import SamlVerifier
from gateway.model.errors import CredentialError
from tests.authentication.saml.idp import (
    NOON,
    REQUEST,
    SKEW,
    Seen,
    encoded,
    pair,
    provider,
    signed_response,
)


class Forgetful(Seen):
    """Remembers nothing, so that one document can be measured again and again."""

    def is_first(self, digest: bytes, *, until: object) -> bool:  # type: ignore[override]
        """Return that it was never seen."""
        del digest, until
        return True


def main(count: int) -> None:
    """Measure, and print a table."""
    idp = pair("idp")
    verifier = SamlVerifier(
        provider(),
        descriptions=FixedDescription(
            Description((idp.certificate,), {}), lambda: NOON
        ),
        decryptor=None,
        presented=Forgetful(),
        skew=SKEW,
    )
    good = encoded(signed_response())
    changed = base64.b64encode(
        base64.b64decode(good).replace(b"ana@partner", b"eve@partner")
    ).decode()
    doctype = encoded(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + base64.b64decode(good))
    half = encoded(signed_response(assertion=False))
    huge = "A" * 5 * 1024 * 1024
    signature = idp.private.sign(b"x", PKCS1v15(), SHA256())

    def check() -> None:
        for _ in range(2):
            idp.private.public_key().verify(signature, b"x", PKCS1v15(), SHA256())

    def judge(text: str) -> Callable[[], None]:
        def act() -> None:
            verifier.sign_in(text, request_id=REQUEST, now=NOON)

        return act

    print("| row | p50 ms | p99 ms |\n|---|---|---|")
    tell("two signatures checked, the floor", check, count)
    tell("a good response", judge(good), count)
    for name, text in (
        ("changed after signing", changed),
        ("with a DOCTYPE", doctype),
        ("the assertion unsigned", half),
        ("5 MB", huge),
    ):
        tell(f"refused: {name}", refused(judge(text)), count)


def refused(act: Callable[[], None]) -> Callable[[], None]:
    """Return something that has to fail."""

    def attempt() -> None:
        try:
            act()
        except CredentialError:
            return
        raise AssertionError("it was not refused")

    return attempt


def tell(name: str, act: Callable[[], None], count: int) -> None:
    """Print a row of the table."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    worst = times[min(count - 1, int(count * 0.99))]
    print(f"| {name} | {statistics.median(times):.2f} | {worst:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
