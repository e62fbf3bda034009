"""Pictures that stand in a page: the QR code of an authenticator app.

As a `data:` address, which the policy allows for images alone: markup inside the page could
hold more than a picture.
"""

from base64 import b64encode
from typing import Final

import pyotp

from gateway.pool.factors.totp import STEP_SECONDS, Enrolment
from gateway.pool.pool import Pool

# As much of a name as fits into a QR code, whatever its alphabet.
_MAX_SHOWN: Final = 64


def qr_code(secret: str, pool: Pool, name: str) -> str:
    """Return the picture that an app reads a seed from.

    Args:
        secret: The seed, in base32.
        pool: What the app shows above the code.
        name: As whom the person knows the account.
    """
    uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=name[:_MAX_SHOWN], issuer_name=pool.settings.name[:_MAX_SHOWN]
    )
    return picture_of(Enrolment(secret, uri))


def picture_of(enrolment: Enrolment) -> str:
    """Return the address of an enrolment's picture."""
    body = b64encode(enrolment.qr_code().encode()).decode("ascii")
    return f"data:image/svg+xml;base64,{body}"
