"""XML from outside: what never gets to a parser, and what never gets past the tree."""

import pytest

from gateway.authentication.saml.document import (
    find_child,
    get_child,
    name_of,
    parse_document,
    text_of,
)
from gateway.authentication.saml.errors import ForbiddenMarkupError
from gateway.model.errors import (
    CredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
)

MAX = 256 * 1024

BILLION_LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    + b"]><r>&j;</r>"
)

FORBIDDEN = {
    "DOCTYPE": b"<!DOCTYPE r><r/>",
    "external DTD": b'<!DOCTYPE r SYSTEM "http://evil.example/x.dtd"><r/>',
    "external entity": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
    "parameter entity": b'<!DOCTYPE r [<!ENTITY % x SYSTEM "http://e.example/">%x;]><r/>',
    "billion laughs": BILLION_LAUGHS,
    "quadratic blow-up": b'<!DOCTYPE r [<!ENTITY a "%b">]><r>%b</r>'
    % (b"a" * 50_000, b"&a;" * 50_000),
    "comment": b"<r>admin<!-- -->@example</r>",
    "CDATA": b"<r><![CDATA[x]]></r>",
    "processing instruction": b'<r/><?xml-stylesheet href="x"?>',
    "processing instruction inside": b"<r>admin<?x?>@example</r>",
    "two declarations": b'<?xml version="1.0"?><?xml version="1.0"?><r/>',
    "XML 1.1": b'<?xml version="1.1"?><r/>',
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?><r/>',
    "UTF-16": '<?xml version="1.0" encoding="UTF-16"?><r/>'.encode("utf-16"),
    "UTF-16 without a mark": "<r/>".encode("utf-16-le"),
    "UTF-32": "<r/>".encode("utf-32"),
    "EBCDIC": "<r/>".encode("cp037"),
    "byte order mark": b"\xef\xbb\xbf<r/>",
    "NUL": b"<r>\0</r>",
    "text alone": b"SAML",
    "nothing": b"",
    "xml:id": b'<r xml:id="a"/>',
    "xml:base": b'<r xml:base="http://evil.example/"/>',
    "the same ID twice": b'<r ID="a"><s ID="a"/></r>',
    "the same ID in another namespace": b'<r ID="a"><s xmlns="urn:x" ID="a"/></r>',
    "an ID with a quote": b'<r ID="a&apos;)"/>',
    "an empty ID": b'<r ID=""/>',
    "a very long ID": b'<r ID="%b"/>' % (b"a" * 300),
    "depth": b"<r>" * 100 + b"</r>" * 100,
    "attributes": b"<r %b/>" % b" ".join(b'a%d="x"' % n for n in range(15_000)),
    "namespaces": b"<r %b/>" % b" ".join(b'xmlns:a%d="x"' % n for n in range(10_000)),
    "elements": b"<r>" + b"<s/>" * 60_000 + b"</r>",
    "a canonical bomb": b'<r xmlns:a="urn:%b">' % (b"a" * 8000)
    + b"<a:s/>" * 15_000
    + b"</r>",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_markup_that_no_honest_document_has_is_refused(name: str) -> None:
    with pytest.raises(ForbiddenMarkupError):
        parse_document(FORBIDDEN[name], max_bytes=MAX)


MALFORMED = {
    "not closed": b"<r>",
    "two roots": b"<r/><r/>",
    "unknown prefix": b"<a:r/>",
    "unknown entity": b"<r>&x;</r>",
    "not UTF-8": b"<r>\xff</r>",
    "overlong UTF-8": b"<r>\xc0\xbc</r>",
    "half of a pair": b"<r>\xed\xa0\x80</r>",
    "control character": b"<r>\x01</r>",
    "control character by number": b"<r>&#1;</r>",
    "attribute twice": b'<r a="1" a="2"/>',
    "attribute twice by two prefixes": b'<r xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"/>',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_xml_is_malformed(name: str) -> None:
    with pytest.raises(MalformedCredentialError):
        parse_document(MALFORMED[name], max_bytes=MAX)


def test_five_megabytes_are_not_looked_at() -> None:
    with pytest.raises(OversizedCredentialError):
        parse_document(b"<" * 5 * 1024 * 1024, max_bytes=MAX)


@pytest.mark.parametrize(
    "declaration",
    [
        b"",
        b'<?xml version="1.0"?>',
        b"<?xml version='1.0' encoding='utf-8'?>\r\n",
        b'  <?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n',
    ],
    ids=["none", "plain", "quotes", "all"],
)
def test_a_declaration_may_say_what_goes_without_saying(declaration: bytes) -> None:
    root = parse_document(declaration + "<r>ä</r>\n".encode(), max_bytes=MAX)
    assert text_of(root) == "ä"


def test_comments_are_left_out_where_they_are_allowed() -> None:
    raw = b"<!-- a --><r>b<!-- <c> -->d</r>"
    assert text_of(parse_document(raw, max_bytes=MAX, allow_comments=True)) == "bd"
    with pytest.raises(ForbiddenMarkupError):
        parse_document(b"<!DOCTYPE r><r/>", max_bytes=MAX, allow_comments=True)


def test_children_are_found_by_name_and_only_once() -> None:
    root = parse_document(
        b'<r xmlns:a="urn:a"><a:s> x </a:s><s/><s/></r>', max_bytes=MAX
    )
    assert text_of(get_child(root, "urn:a", "s")) == "x"
    assert find_child(root, "urn:b", "s") is None
    assert name_of("urn:a", "s") == "{urn:a}s"
    with pytest.raises(MalformedCredentialError):
        get_child(root, "urn:b", "s")
    with pytest.raises(CredentialError):
        find_child(
            parse_document(b"<r xmlns='u'><s/><s/></r>", max_bytes=MAX), "u", "s"
        )


def test_text_holds_no_elements() -> None:
    with pytest.raises(MalformedCredentialError):
        text_of(parse_document(b"<r>a<s/>b</r>", max_bytes=MAX))
