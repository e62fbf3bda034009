"""Requests that servers are known to read in different ways, and what is right.

One table for the tests of the listener and for `benchmarks/listener_probe.py`, which
shows what other servers make of the same octets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# The host that the cases name, and the rest of an ordinary head.
HOST = b"Host: gw.example\r\n"
END = b"\r\n"

# Behind many oddities: what a client could smuggle past us, if we saw two requests.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + END

# The limits that the cases are made for; the listener under test is given the same.
TARGET_BYTES = 8192
HEADER_BYTES = 16384
HEADER_COUNT = 100
PIPELINED = 16


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a while: for ever, or until a little later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HalfClose:
    """Close the sending side."""


Step = bytes | Pause | HalfClose

# Long enough for the server to read what came before as a packet of its own.
BEAT = Pause(0.03)
# Longer than the server's patience.
FOR_EVER = Pause(60)
FIN = HalfClose()


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the application is told of it."""

    method: str
    target: bytes
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Case:
    """What a client sends, and what has to come of it.

    Attributes:
        name: What is odd about it.
        steps: What the client does.
        seen: The requests that reach the application, whole. For a refused one, nothing.
        status: Of the last answer; 0 if there is none, -1 if it does not matter.
        open: Whether the connection may be used for another request.
    """

    name: str
    steps: tuple[Step, ...]
    seen: tuple[Seen, ...] = ()
    status: int = 400
    open: bool = False


def refused(name: str, *steps: Step, status: int = 400) -> Case:
    """Return a case that no application may see."""
    return Case(name, steps, status=status)


def served(name: str, *steps: Step, seen: Sequence[Seen], open_: bool = True) -> Case:
    """Return a case that is as ordinary as it can be read."""
    return Case(name, steps, tuple(seen), 200, open_)


GET = Seen("GET", b"/")
HELLO = Seen("POST", b"/", b"hello")


def get(*headers: bytes, target: bytes = b"/", version: bytes = b"HTTP/1.1") -> bytes:
    """Return a GET with the usual Host and these headers."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET " + target + b" " + version + b"\r\n" + HOST + lines + END


def post(*headers: bytes, body: bytes = b"hello") -> bytes:
    """Return a POST with the usual Host, these headers and this body, unmarked."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"POST / HTTP/1.1\r\n" + HOST + lines + END + body


def chunks(body: bytes, *headers: bytes) -> bytes:
    """Return a chunked POST whose body's framing is given as it is sent."""
    return post(b"Transfer-Encoding: chunked", *headers, body=body)


def flood(octets: bytes, times: int) -> list[Step]:
    """Return steps that send the same octets again and again."""
    return [octets, BEAT] * times


ORDINARY = (
    served("plain GET", get(), seen=[GET]),
    served("Content-Length", post(b"Content-Length: 5"), seen=[HELLO]),
    served("chunked", chunks(b"5\r\nhello\r\n0\r\n\r\n"), seen=[HELLO]),
    served("head in two packets", get()[:20], BEAT, get()[20:], seen=[GET]),
    served("octet by octet", *[get()[i : i + 1] for i in range(37)], seen=[GET]),
    served("body in two packets", post(b"Content-Length: 5", body=b"he"), BEAT, b"llo", seen=[HELLO]),
)  # fmt: skip

LENGTHS = (
    refused("CL and TE", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n") + SMUGGLED),
    refused("TE and CL", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n") + SMUGGLED),
    refused("CL 0 and TE", post(b"Content-Length: 0", b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n")),
    refused("two CL that differ", post(b"Content-Length: 5", b"Content-Length: 0") + SMUGGLED),
    refused("two CL that agree", post(b"Content-Length: 5", b"Content-Length: 5")),
    refused("CL as a list", post(b"Content-Length: 5, 5")),
    refused("CL with a plus", post(b"Content-Length: +5")),
    refused("CL below zero", post(b"Content-Length: -1")),
    refused("CL in hexadecimal", post(b"Content-Length: 0x5")),
    refused("CL with an exponent", post(b"Content-Length: 5e0")),
    refused("CL with an underscore", post(b"Content-Length: 0_5")),
    refused("CL with a space inside", post(b"Content-Length: 1 5")),
    refused("CL empty", post(b"Content-Length:")),
    refused("CL of 2^64 + 5", post(b"Content-Length: 18446744073709551621")),
    refused("CL of 2^63", post(b"Content-Length: 9223372036854775808")),
    refused("CL of 60 digits", post(b"Content-Length: " + b"9" * 60)),
    refused("CL with a NUL", post(b"Content-Length: 5\x00")),
    refused("CL in other digits", post(b"Content-Length: \xd9\xa5")),
    refused("CL with space before the colon", post(b"Content-Length : 5")),
    refused("CL folded", post(b"Content-Length:\r\n 5")),
    refused("CL with an underscore in its name", post(b"Content-Length: 5", b"Content_Length: 0")),
    served("CL with blanks around", post(b"Content-Length: \t5  "), seen=[HELLO]),
    refused("TE other than chunked", post(b"Transfer-Encoding: gzip")),
    refused("TE identity", post(b"Transfer-Encoding: identity")),
    refused("TE identity with CL", post(b"Transfer-Encoding: identity", b"Content-Length: 5")),
    refused("TE chunked twice", chunks(b"5\r\nhello\r\n0\r\n\r\n", b"Transfer-Encoding: chunked")),
    refused("TE chunked, chunked", post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n")),
    refused("TE chunked, then identity", chunks(b"5\r\nhello\r\n0\r\n\r\n", b"Transfer-Encoding: identity")),
    refused("TE gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n")),
    refused("TE chunked, gzip", post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n")),
    refused("TE xchunked", post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n")),
    refused("TE with a parameter", post(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n")),
    refused("TE in quotes", post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n")),
    refused("TE with a vertical tab", post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n")),
    refused("TE with a NUL", post(b"Transfer-Encoding: chunked\x00", body=b"0\r\n\r\n")),
    refused("TE empty", post(b"Transfer-Encoding:", body=b"0\r\n\r\n")),
    refused("TE with space before the colon", post(b"Transfer-Encoding : chunked", b"Content-Length: 5", body=b"0\r\n\r\n")),
    refused("TE folded", post(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n")),
    refused("TE with an underscore in its name", post(b"Transfer_Encoding: chunked", b"Content-Length: 5")),
    refused("TE in HTTP/1.0", b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    served("TE in capitals", post(b"TRANSFER-ENCODING: CHUNKED", body=b"5\r\nhello\r\n0\r\n\r\n"), seen=[HELLO]),
)  # fmt: skip

CHUNKS = (
    served("size in capitals", chunks(b"A\r\n0123456789\r\n0\r\n\r\n"), seen=[Seen("POST", b"/", b"0123456789")]),
    served("size with zeros before", chunks(b"005\r\nhello\r\n000\r\n\r\n"), seen=[HELLO]),
    served("extension", chunks(b"5;name=value\r\nhello\r\n0\r\n\r\n"), seen=[HELLO]),
    served("extension in quotes", chunks(b'5;n="a;b"\r\nhello\r\n0;x\r\n\r\n'), seen=[HELLO]),
    served("chunks in packets", chunks(b"2\r\nhe"), BEAT, b"\r\n3\r", BEAT, b"\nllo\r\n0\r\n", BEAT, b"\r\n", seen=[HELLO]),
    served("trailer", chunks(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"), seen=[HELLO]),
    served("trailer that names a host", chunks(b"5\r\nhello\r\n0\r\nHost: evil.example\r\nAuthorization: Bearer x\r\n\r\n"), seen=[HELLO]),
    refused("trailer with space before the colon", chunks(b"5\r\nhello\r\n0\r\nX : y\r\n\r\n")),
    refused("trailer folded", chunks(b"5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n")),
    refused("trailer that says a length", chunks(b"0\r\nContent-Length: 5\r\n\r\nhello")),
    refused("size with 0x", chunks(b"0x5\r\nhello\r\n0\r\n\r\n")),
    refused("size below zero", chunks(b"-5\r\nhello\r\n0\r\n\r\n")),
    refused("size with a plus", chunks(b"+5\r\nhello\r\n0\r\n\r\n")),
    refused("size empty", chunks(b"\r\nhello\r\n0\r\n\r\n")),
    refused("size with a space after", chunks(b"5 \r\nhello\r\n0\r\n\r\n")),
    refused("size with a space before", chunks(b" 5\r\nhello\r\n0\r\n\r\n")),
    refused("size with a letter", chunks(b"5g\r\nhello\r\n0\r\n\r\n")),
    refused("size with an underscore", chunks(b"0_5\r\nhello\r\n0\r\n\r\n")),
    refused("size above 2^64", chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n")),
    refused("size of 70,000 zeros", chunks(b"0" * 70_000), BEAT, b"0" * 70_000, BEAT, b"5\r\nhello\r\n0\r\n\r\n"),
    refused("size with a NUL", chunks(b"5\x00\r\nhello\r\n0\r\n\r\n")),
    refused("size ended by a bare LF", chunks(b"5\nhello\r\n0\r\n\r\n")),
    refused("size ended by a bare CR", chunks(b"5\rhello\r\n0\r\n\r\n")),
    refused("extension ended by a bare LF", chunks(b"5;x\nhello\r\n0\r\n\r\n")),
    refused("extension with a bare CR", chunks(b"5;x\ry\r\nhello\r\n0\r\n\r\n")),
    refused("extension without end", chunks(b"5;x="), *flood(b"x" * 30_000, 5)),
    refused("quoted extension with a line end", chunks(b'5;x="\r\n0\r\n\r\n"\r\n')),
    refused("data longer than its size", chunks(b"5\r\nhello!\r\n0\r\n\r\n")),
    refused("data ended by a bare LF", chunks(b"5\r\nhello\n0\r\n\r\n")),
    refused("data ended by nothing", chunks(b"5\r\nhello0\r\n\r\n")),
    refused("last chunk ended by a bare LF", chunks(b"5\r\nhello\r\n0\n\n")),
    refused("trailers without end", chunks(b"5\r\nhello\r\n0\r\n"), *flood(b"X: " + b"x" * 30_000 + b"\r\n", 5)),
    refused("octets instead of the last chunk", chunks(b"5\r\nhello\r\n") + SMUGGLED),
)  # fmt: skip

LINES = (
    served("an empty line before the request", b"\r\n" + get(), seen=[GET]),
    refused("request line ended by a bare LF", b"GET / HTTP/1.1\n" + HOST + END),
    refused("request line ended by a bare CR", b"GET / HTTP/1.1\r" + HOST + END),
    refused("header ended by a bare LF", b"GET / HTTP/1.1\r\nHost: gw.example\nX: y\r\n\r\n"),
    refused("head ended by a bare LF", b"GET / HTTP/1.1\r\n" + HOST + b"\n"),
    refused("everything ended by bare LFs", b"GET / HTTP/1.1\nHost: gw.example\n\n"),
    refused("two CRs", b"GET / HTTP/1.1\r\nHost: gw.example\r\r\n\r\n"),
    refused("bare CR in a value", get(b"X: a\rTransfer-Encoding: chunked")),
    refused("bare CR before the head's end", b"GET / HTTP/1.1\r\n" + HOST + b"\r\r\n"),
    refused("value folded", get(b"X: a\r\n b")),
    refused("value folded with a tab", get(b"X: a\r\n\tb")),
    refused("first header folded", b"GET / HTTP/1.1\r\n Host: gw.example\r\n\r\n"),
    refused("spaces before the request", b"  " + get()),
    refused("space before the colon", get(b"X : y")),
    refused("tab before the colon", get(b"X\t: y")),
    refused("header without a colon", get(b"Foo")),
    refused("header without a name", get(b": y")),
    refused("name with a parenthesis", get(b"X(a): y")),
    refused("name with a slash", get(b"X/a: y")),
    refused("name with a NUL", get(b"X\x00: y")),
    refused("name with an octet above 127", get(b"X\xff: y")),
    refused("name in UTF-8", get(b"\xe2\x85\xa9: y")),
    refused("value with a NUL", get(b"X: a\x00b")),
    refused("value with a control", get(b"X: a\x01b")),
    refused("value with DEL", get(b"X: a\x7fb")),
    refused("value with ESC", get(b"X: \x1b[2J")),
    served("value with octets above 127", get("X: café".encode(), b"Y: \xff\x80"), seen=[GET]),
    served("value empty", get(b"X:"), seen=[GET]),
    served("value with tabs", get(b"X:\t a\tb \t"), seen=[GET]),
)  # fmt: skip


def host(*lines: bytes) -> bytes:
    """Return a GET with these lines in place of the usual Host."""
    return b"GET / HTTP/1.1\r\n" + b"".join(line + b"\r\n" for line in lines) + END


HOSTS = (
    refused("no Host", host()),
    refused("Host empty", host(b"Host:")),
    refused("two Hosts", host(b"Host: a.example", b"Host: b.example")),
    refused("two Hosts that agree", host(b"Host: a.example", b"host: a.example")),
    refused("Host as a list", host(b"Host: a.example, b.example")),
    refused("Host with a path", host(b"Host: a.example/admin")),
    refused("Host with a question mark", host(b"Host: a.example?")),
    refused("Host with a fragment", host(b"Host: a.example#b")),
    refused("Host with user information", host(b"Host: a.example@b.example")),
    refused("Host with a scheme", host(b"Host: http://a.example")),
    refused("Host with a space", host(b"Host: a.example b.example")),
    refused("Host with a backslash", host(b"Host: a.example\\b")),
    refused("Host with an escape", host(b"Host: a%2eexample")),
    refused("Host with an octet above 127", host(b"Host: a\xe9.example")),
    refused("Host with two dots", host(b"Host: a..example")),
    refused("Host with a dot before", host(b"Host: .example")),
    refused("Host of 300 octets", host(b"Host: " + b".".join([b"a" * 59] * 5))),
    refused("Host with a label of 64 octets", host(b"Host: " + b"a" * 64)),
    refused("Host with a port of letters", host(b"Host: a.example:http")),
    refused("Host with port 65536", host(b"Host: a.example:65536")),
    refused("Host with two ports", host(b"Host: a.example:80:81")),
    refused("Host with a negative port", host(b"Host: a.example:-1")),
    refused("Host with an open bracket", host(b"Host: [::1")),
    refused("Host with a bad address", host(b"Host: [:::1]")),
    refused("Host with a zone", host(b"Host: [fe80::1%25eth0]")),
    refused("Host folded", host(b"Host:\r\n gw.example")),
    refused("Host with space before the colon", host(b"Host : gw.example")),
    served("Host with a port", host(b"Host: gw.example:8080"), seen=[GET]),
    served("Host that is an address", host(b"Host: 127.0.0.1:80"), seen=[GET]),
    served("Host that is an IPv6 address", host(b"Host: [2001:db8::1]:80"), seen=[GET]),
    served("Host with blanks around", host(b"Host: \t gw.example \t"), seen=[GET]),
    served("Host with a dot at its end", host(b"Host: gw.example."), seen=[GET]),
)  # fmt: skip

TARGETS = (
    refused("absolute form", get(target=b"http://gw.example/")),
    refused("absolute form of another host", get(target=b"http://evil.example/")),
    refused("absolute form without a path", get(target=b"http://gw.example")),
    refused("absolute form of another scheme", get(target=b"file:///etc/passwd")),
    refused("authority form", get(target=b"gw.example:80")),
    refused("CONNECT", b"CONNECT gw.example:443 HTTP/1.1\r\n" + HOST + END),
    refused("CONNECT with a path", b"CONNECT / HTTP/1.1\r\n" + HOST + END),
    refused("asterisk form", b"OPTIONS * HTTP/1.1\r\n" + HOST + END),
    refused("asterisk with GET", get(target=b"*")),
    refused("no slash", get(target=b"index.html")),
    refused("no target", b"GET HTTP/1.1\r\n" + HOST + END),
    refused("target empty", b"GET  HTTP/1.1\r\n" + HOST + END),
    refused("only a query", get(target=b"?a=b")),
    refused("fragment", get(target=b"/a#b")),
    refused("fragment in the query", get(target=b"/a?b#c")),
    refused("fragment that is empty", get(target=b"/a#")),
    refused("NUL in the target", get(target=b"/a\x00b")),
    refused("control in the target", get(target=b"/a\x01b")),
    refused("DEL in the target", get(target=b"/a\x7fb")),
    refused("tab in the target", get(target=b"/a\tb")),
    refused("space in the target", get(target=b"/a b")),
    refused("octet above 127 in the target", get(target=b"/\xe9")),
    refused("UTF-8 in the target", get(target="/é".encode())),
    refused("UTF-8 in the query", get(target="/?é".encode())),
    refused("target beyond its limit", get(target=b"/" + b"a" * TARGET_BYTES), status=414),
    refused("target of 100 KB", get(target=b"/" + b"a" * 100_000), status=414),
    refused("target without end", b"GET /", *flood(b"a" * 20_000, 6), status=414),
    served("target at its limit", get(target=b"/" + b"a" * (TARGET_BYTES - 1)), seen=[Seen("GET", b"/" + b"a" * (TARGET_BYTES - 1))]),
)  # fmt: skip

VERSIONS = (
    refused("HTTP/0.9", b"GET /\r\n", status=-1),
    refused("HTTP/0.9, longer", b"GET /\r\n\r\n", status=-1),
    refused("HTTP/0.9, said", get(version=b"HTTP/0.9"), status=-1),
    refused("HTTP/1.2", get(version=b"HTTP/1.2"), status=-1),
    refused("HTTP/2.0", get(version=b"HTTP/2.0"), status=-1),
    refused("HTTP/3", get(version=b"HTTP/3"), status=-1),
    refused("HTTP/11.1", get(version=b"HTTP/11.1"), status=-1),
    refused("version in small letters", get(version=b"http/1.1")),
    refused("version of another protocol", get(version=b"ICY/1.1")),
    refused("version with a space after", get(version=b"HTTP/1.1 ")),
    refused("version with a space inside", get(version=b"HTTP /1.1")),
    refused("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", status=-1),
    refused("TLS", b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(90)),
    refused("method in small letters", b"get / HTTP/1.1\r\n" + HOST + END),
    refused("method that nobody knows", b"FROBNICATE / HTTP/1.1\r\n" + HOST + END),
    refused("method with a NUL", b"GE\x00T / HTTP/1.1\r\n" + HOST + END),
    refused("method and a tab", b"GET\t/ HTTP/1.1\r\n" + HOST + END),
    served("method and two spaces", b"GET  / HTTP/1.1\r\n" + HOST + END, seen=[GET]),
    refused("HTTP/1.0 without Host", b"GET / HTTP/1.0\r\n\r\n"),
    served("HTTP/1.0", get(version=b"HTTP/1.0"), seen=[GET], open_=False),
    served("HTTP/1.0 that would stay", get(b"Connection: keep-alive", version=b"HTTP/1.0"), seen=[GET], open_=False),
)  # fmt: skip

SEVERAL = (
    served("two at once", get() + get(target=b"/2"), seen=[GET, Seen("GET", b"/2")]),
    served("a body, then another", post(b"Content-Length: 5") + get(), seen=[HELLO, GET]),
    served("chunks, then another", chunks(b"5\r\nhello\r\n0\r\n\r\n") + get(), seen=[HELLO, GET]),
    served("an empty line between", post(b"Content-Length: 5") + b"\r\n" + get(), seen=[HELLO, GET]),
    Case("one, then rubbish", (get() + b"\x00rubbish\r\n\r\n",), (GET,)),
    Case("one, then one without Host", (get() + host(),), (GET,)),
    Case("one, then one with a broken body", (get() + chunks(b"x\r\n"),), (GET,)),
    served("one that closes, then another", get(b"Connection: close") + SMUGGLED, seen=[GET], open_=False),
    served("HTTP/1.0, then another", get(version=b"HTTP/1.0") + SMUGGLED, seen=[GET], open_=False),
    served("more than may wait", get() * 40, seen=[GET] * (PIPELINED + 1), open_=False),
)  # fmt: skip

UPGRADES = (
    served("WebSocket", get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), seen=[GET], open_=False),
    served("WebSocket, early octets", get(b"Connection: Upgrade", b"Upgrade: websocket") + b"\x81\x05hello", seen=[GET], open_=False),
    served("WebSocket, another request behind", get(b"Connection: Upgrade", b"Upgrade: websocket"), BEAT, SMUGGLED, seen=[GET], open_=False),
    served("h2c", get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), seen=[GET], open_=False),
    served("h2c with a body", post(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: 5"), seen=[HELLO], open_=False),
    served("h2c with a body in another packet", post(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: 5", body=b""), BEAT, b"hello", seen=[HELLO], open_=False),
    served("h2c with a request as its body", post(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: %d" % len(SMUGGLED), body=b""), BEAT, SMUGGLED, seen=[Seen("POST", b"/", SMUGGLED)], open_=False),
    served("h2c with chunks", chunks(b"5\r\nhello\r\n0\r\n\r\n", b"Connection: Upgrade", b"Upgrade: h2c"), seen=[HELLO], open_=False),
    refused("h2c with CL and TE", chunks(b"0\r\n\r\n", b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: 5")),
    refused("h2c without Host", host(b"Connection: Upgrade", b"Upgrade: h2c")),
    served("Upgrade that Connection does not name", get(b"Upgrade: websocket"), seen=[GET]),
    served("Connection that names no Upgrade", get(b"Connection: upgrade"), seen=[GET]),
    served("100-continue", post(b"Expect: 100-continue", b"Content-Length: 5", body=b""), BEAT, b"hello", seen=[HELLO]),
    served("100-continue in HTTP/1.0", b"POST / HTTP/1.0\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello", seen=[HELLO], open_=False),
    refused("another expectation", post(b"Expect: miracles", b"Content-Length: 5"), status=417),
)  # fmt: skip


def many(count: int) -> bytes:
    """Return a GET with so many headers, Host included."""
    return get(*[b"X: y"] * (count - 1))


def large(size: int) -> bytes:
    """Return a GET whose headers are so large, as the limit counts."""
    return get(b"X: " + b"y" * (size - len(b"Hostgw.example") - 4 - 5))


LIMITS = (
    served("headers at their count", many(HEADER_COUNT), seen=[GET]),
    refused("one header more", many(HEADER_COUNT + 1), status=431),
    refused("10,000 headers", many(10_000), status=431),
    refused("headers without end", b"GET / HTTP/1.1\r\n" + HOST, *flood(b"X: y\r\n" * 4000, 3), status=431),
    served("headers at their size", large(HEADER_BYTES), seen=[GET]),
    refused("one octet more", large(HEADER_BYTES + 1), status=431),
    refused("header of 100 KB", large(100_000), status=431),
    refused("name of 100 KB", get(b"X" * 100_000 + b": y"), status=431),
    refused("value without end", b"GET / HTTP/1.1\r\nX: ", *flood(b"x" * 30_000, 3), status=431),
    refused("empty lines without end", *flood(b"\r\n", 9), FOR_EVER, status=0),
    refused("nothing at all", FOR_EVER, status=0),
    refused("head that stops", b"GET / HTT", FOR_EVER, status=408),
    refused("head that drips", *(step for i in range(40) for step in (b"GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyy"[i : i + 1], BEAT)), status=408),
    refused("body that stops", post(b"Content-Length: 6"), FOR_EVER, status=408),
    refused("chunk that stops", chunks(b"6\r\nhello"), FOR_EVER, status=408),
    refused("chunks that never end", chunks(b"5\r\nhello\r\n"), FOR_EVER, status=408),
    refused("closed inside the head", b"GET / HTTP/1.1\r\nHos", FIN, status=0),
    refused("closed inside the body", post(b"Content-Length: 6"), FIN, status=0),
    refused("closed inside a chunk", chunks(b"6\r\nhello"), FIN, status=0),
    refused("closed before the last chunk", chunks(b"5\r\nhello\r\n"), FIN, status=0),
)  # fmt: skip

CASES = (
    *ORDINARY,
    *LENGTHS,
    *CHUNKS,
    *LINES,
    *HOSTS,
    *TARGETS,
    *VERSIONS,
    *SEVERAL,
    *UPGRADES,
    *LIMITS,
)
