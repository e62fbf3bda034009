"""Certificates that sign others': what a server has to prove itself with."""

import ssl
from typing import Annotated

from pydantic import AfterValidator

from gateway.config.settings.references import File, FileRef
from gateway.config.settings.section import flaw


def certificates(file: FileRef) -> FileRef:
    """Return the file, if it holds certificates in PEM form."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=file.content.decode("ascii"))
    except (ValueError, ssl.SSLError):
        raise flaw("E513", f"{file.path} holds no certificate in PEM form") from None
    return file


Authorities = Annotated[File, AfterValidator(certificates)]
