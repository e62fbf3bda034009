"""XML from outside: looked at as bytes, parsed in one way, and looked at as a tree.

What a SAML document never needs is refused before a parser sees it: declarations of types
and entities, processing instructions, comments, CDATA, other encodings than UTF-8. What is
left means the same to every parser. Sizes and counts are bounded before anything whose time
grows faster than they do.

References: SAML Core 2.0 sections 1.3 and 5.4; OWASP, "SAML Security Cheat Sheet".
"""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from lxml import etree

from gateway.authentication.saml.errors import ForbiddenMarkupError
from gateway.authentication.saml.names import XML
from gateway.model.errors import MalformedCredentialError, OversizedCredentialError

# An element of a tree; lxml declares no types.
Element: TypeAlias = Any

# An assertion has some forty elements, and two more for each group that is listed.
_MAX_ELEMENTS: Final = 20_000
_MAX_DEPTH: Final = 48
_MAX_ATTRIBUTES: Final = 32

# Declared on one element. Canonical XML sorts them.
_MAX_NAMESPACES: Final = 32

# Of all names, with the namespaces in full: canonical XML writes a namespace as often as it is
# used, so a long one that is used often would make a bomb of a small document.
_MAX_NAMES: Final = 1024 * 1024

_DECLARATION: Final = re.compile(
    rb"<\?xml\s+version\s*=\s*(?:'1\.0'|\"1\.0\")"
    rb"(?:\s+encoding\s*=\s*(?:'[Uu][Tt][Ff]-8'|\"[Uu][Tt][Ff]-8\"))?"
    rb"(?:\s+standalone\s*=\s*(?:'(?:yes|no)'|\"(?:yes|no)\"))?\s*\?>"
)
_ANY_OPENING: Final = re.compile(rb"<!")
_OPENING: Final = re.compile(rb"<!(?!--)")
_SPACE: Final = b" \t\r\n"

# What an `ID` is made of (NCName), in ASCII and not longer than anybody makes them.
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}", re.ASCII)


def parse_document(
    raw: bytes, *, max_bytes: int, allow_comments: bool = False
) -> Element:
    """Return the root of a document.

    Args:
        raw: As it came.
        max_bytes: The longest that is looked at.
        allow_comments: Whether comments are left out instead of being refused.

    Raises:
        OversizedCredentialError: It is longer than `max_bytes`.
        ForbiddenMarkupError: It has markup or a shape that no honest document has.
        MalformedCredentialError: It is not well-formed XML in UTF-8.
    """
    if len(raw) > max_bytes:
        raise OversizedCredentialError(f"{len(raw)} bytes of XML")
    body = _without_declaration(raw)
    _check_markup(body, _OPENING if allow_comments else _ANY_OPENING)
    # Made anew each time: a parser is not shared between threads.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedCredentialError("the XML is not well-formed") from error
    _check_tree(root)
    return root


def _without_declaration(raw: bytes) -> bytes:
    body = raw.strip(_SPACE)
    declaration = _DECLARATION.match(body)
    if declaration is not None:
        body = body[declaration.end() :].lstrip(_SPACE)
    return body


def _check_markup(body: bytes, forbidden: re.Pattern[bytes]) -> None:
    # In well-formed XML, `<` stands for nothing but markup, in whatever place.
    if forbidden.search(body):
        raise ForbiddenMarkupError("a DOCTYPE, an entity, a comment or CDATA")
    if b"<?" in body:
        raise ForbiddenMarkupError("a processing instruction, or another encoding")
    if not body.startswith(b"<") or b"\0" in body:
        raise ForbiddenMarkupError("it does not begin as XML in UTF-8")
    pieces = body.split(b"<")
    if len(pieces) > 2 * _MAX_ELEMENTS:
        raise ForbiddenMarkupError(f"{len(pieces)} tags")
    if any(piece.count(b"xmlns") > _MAX_NAMESPACES for piece in pieces):
        raise ForbiddenMarkupError("an element with too many namespaces")


def _check_tree(root: Element) -> None:
    ids: set[str] = set()
    names = 0
    for element, depth in _walk(root):
        names += len(element.tag) + sum(map(len, element.attrib))
        if names > _MAX_NAMES:
            raise ForbiddenMarkupError("names that are too long, too often")
        if depth > _MAX_DEPTH:
            raise ForbiddenMarkupError("elements too deep in each other")
        if len(element.attrib) > _MAX_ATTRIBUTES:
            raise ForbiddenMarkupError("an element with too many attributes")
        # libxml2 takes `xml:id` for an ID without being told to.
        if f"{{{XML}}}id" in element.attrib or f"{{{XML}}}base" in element.attrib:
            raise ForbiddenMarkupError("xml:id or xml:base")
        identifier = element.get("ID")
        if identifier is None:
            continue
        if _ID.fullmatch(identifier) is None:
            raise ForbiddenMarkupError("an ID that is none")
        if identifier in ids:
            raise ForbiddenMarkupError("two elements have the same ID")
        ids.add(identifier)


def _walk(root: Element) -> Iterator[tuple[Element, int]]:
    """Yield each element with how deep it is."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            depth += 1
            yield element, depth
        else:
            depth -= 1


def name_of(namespace: str, local: str) -> str:
    """Return an element's name as a tree has it."""
    return f"{{{namespace}}}{local}"


def children(parent: Element, namespace: str, local: str) -> list[Element]:
    """Return the children of that name."""
    return list(parent.iterchildren(name_of(namespace, local)))


def find_child(parent: Element, namespace: str, local: str) -> Element | None:
    """Return the one child of that name, or `None`.

    Raises:
        MalformedCredentialError: There is more than one.
    """
    found = children(parent, namespace, local)
    if len(found) > 1:
        raise MalformedCredentialError(f"more than one {local}")
    return found[0] if found else None


def get_child(parent: Element, namespace: str, local: str) -> Element:
    """Return the one child of that name.

    Raises:
        MalformedCredentialError: There is none, or more than one.
    """
    found = find_child(parent, namespace, local)
    if found is None:
        raise MalformedCredentialError(f"there is no {local}")
    return found


def text_of(element: Element) -> str:
    """Return the text of an element that holds nothing else.

    Raises:
        MalformedCredentialError: It holds elements.
    """
    if len(element):
        raise MalformedCredentialError("elements where text is expected")
    return (element.text or "").strip(" \t\r\n")
