"""Names of SAML 2.0, of XML signatures and of XML encryption.

References: SAML Core 2.0; XML Signature 1.1; RFC 6931; XML Encryption 1.1.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
XML: Final = "http://www.w3.org/XML/1998/namespace"

ENVELOPED: Final = f"{DS}enveloped-signature"

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

DEFLATE: Final = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS: Final = f"{STATUS}Success"
VERSION: Final = "2.0"

NAME_ID_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "email": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "transient": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    }
)

# By the names that the files of providers use. SHA-1 and MD5 have none.
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"{_MORE}rsa-sha256": "rsa-sha256",
        f"{_MORE}rsa-sha384": "rsa-sha384",
        f"{_MORE}rsa-sha512": "rsa-sha512",
        f"{_MORE}ecdsa-sha256": "ecdsa-sha256",
        f"{_MORE}ecdsa-sha384": "ecdsa-sha384",
        f"{_MORE}ecdsa-sha512": "ecdsa-sha512",
    }
)

# By the names of `hashlib`.
DIGESTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"{XENC}sha256": "sha256",
        f"{_MORE}sha384": "sha384",
        f"{XENC}sha512": "sha512",
    }
)
