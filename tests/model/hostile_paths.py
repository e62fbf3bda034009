"""Request targets that servers, proxies and frameworks read in different ways.

One list for the tests of the canonical target and of the listener. Most are attempts to
reach `/admin` past a rule for `/public`; the others are octets that some parser cuts at,
decodes twice or drops.
"""

from itertools import product

# What some parser takes for a dot segment.
DOTS = (
    b"..", b"%2e%2e", b"%2E%2E", b".%2e", b"%2e.", b".", b"%2e", b"..;", b"..;x=y",
    b".;", b".;x", b";/..", b"%2e%2e;", b"..%3b", b"..%00", b"..%20", b"..%09", b"...",
    b"....", b"..%23", b"..%3f", b"..%5c", b"..\\", b"%252e%252e", b"%%32%65%%32%65",
    b"%u002e%u002e", b"%c0%ae%c0%ae", b"%e0%80%ae%e0%80%ae", b"%ef%bc%8e%ef%bc%8e",
    b"..%c0%af", b"%e2%80%a4%e2%80%a4", b"%ff%ae",
)  # fmt: skip

# What some parser takes for a slash.
SLASHES = (
    b"/", b"//", b"%2f", b"%2F", b"%5c", b"%5C", b"\\", b"/./", b"%252f", b"%255c",
    b"%c0%af", b"%c1%9c", b"%e0%80%af", b"%f0%80%80%af", b"%c0%2f", b"%u002f", b"%u2215",
    b"%ef%bc%8f", b"%e2%88%95", b"%e2%81%84", b"%bg%qf", b";/", b"/;/", b"/;x/", b"%3b/",
    b"/%20/", b"/%09/", b"/%00/", b"%0a", b"%0d%0a", b"%00", b"\t",
)  # fmt: skip

_AROUND = tuple(
    b"/public" + slash + dots + b"/admin" for slash, dots in product((b"/",), DOTS)
)
_BETWEEN = tuple(b"/public" + slash + b"admin" for slash in SLASHES)
_UP = tuple(
    b"/public" + slash + b".." + slash + b"admin" for slash in SLASHES if slash != b"/"
)
_ENDS = tuple(b"/admin" + end for end in (
    b"/", b"//", b"/.", b"/..", b"/%2e", b"/%2e%2e", b"/;", b";", b";x", b";x=y", b";x/",
    b"%3b", b"%3bx", b"/%3b", b"%20", b"%20/", b"+", b"%2b", b".", b"..", b"%2e", b"~",
    b"%", b"%2", b"%g0", b"%0", b"%%", b"%25", b"%2525", b"%00", b"%00.html", b"%0a",
    b"%0d%0aHost:%20evil.example", b"%09", b"%7f", b"%1b[2J", b"?", b"??", b"?/", b"?/../",
    b"%3f", b"%3f/..", b"#", b"#/../public", b"%23", b"%23/..", b"&", b"&x=y", b"=", b"@",
    b":", b":80", b",", b"!", b"$", b"'", b'"', b"(", b")", b"*", b"<", b">", b"[", b"]",
    b"^", b"`", b"{", b"|", b"}", b"\\", b"%5c", b"%5c..", b".json", b"%2ejson", b".html;x",
    b"%ff", b"%c3%28", b"%ed%a0%80", b"%f4%90%80%80", b"%f8%88%80%80%80", b"%c3%a9", b"%C3%A9",
    b"e%cc%81", b"%e2%80%8b", b"%e2%80%ae", b"%ef%bb%bf", b"%c2%a0", b"%c2%85", b"%c2%9b",
    b"%e2%80%a8", b"%f0%9f%98%80", b"%c4%b1", b"%ef%bc%a1",
))  # fmt: skip
_LETTERS = tuple(b"/" + word for word in (
    b"ADMIN", b"Admin", b"%61dmin", b"%41DMIN", b"adm%69n", b"%61%64%6d%69%6e", b"admi%6E",
    b"admin%2f", b"%2fadmin", b"%2Fadmin", b"%5cadmin", b"/admin", b"./admin", b"../admin",
    b"%2e/admin", b"%2e%2e/admin", b"%2e%2e%2fadmin", b"..%2fadmin", b"..;/admin", b";/admin",
    b";x=y/admin", b";admin", b"%3b/admin", b"%20/admin", b"%20admin", b"+admin", b"%0aadmin",
    b"%00/admin", b"%00admin", b"~/admin", b"~admin", b"%7eadmin", b"%7Eadmin", b"-", b"_",
    b"%2d", b"%5f", b"%30", b"%", b"%2", b"%2g", b"%u0061dmin", b"%x61dmin", b"\\admin",
    b"\\..\\admin", b"admin\\..\\public", b"public/..%2f..%2fadmin", b"public/../../admin",
    b"public/../..", b"a/../b/../c", b"a/./b/./c", b"a//b//c", b"a/b/c/../../..",
    b"a/b/c/../../../..", b"a;x=1/b;y=2", b"a/;x=1/b", b"a/b;/../c", b"a/..;/..;/b",
    b"a/%2e%2e;/b", b"a%2f..%2fb", b"a%2fb", b"a%2f%2fb", b"a%2f.%2fb", b"a/%2e%2fb",
    b"a%2f%2e%2e", b"a/..%2fb", b"a/%2f../b", b"a/.%2fb", b"%2e%2f", b"%2f", b"%2f%2f",
    b"%2f..", b"..%2f", b".%2f", b"%2f.", b"%25", b"%2561dmin", b"%252e%252e/admin",
))  # fmt: skip
_WHOLE = (
    b"/", b"//", b"///", b"/.", b"/..", b"/./", b"/../", b"/...", b"/%2e", b"/%2e%2e",
    b"/;", b"/;/", b"/?", b"/??", b"/?a=b", b"/?a=b&a=c", b"/?a#b", b"/?%2e%2e", b"/?a=%",
    b"/?a=%zz", b"/?a=\\", b"/?a=<b>", b"/?a=/../b", b"/?a= b", b"/?a=\x00", b"/?a=\xe9",
    b"/?a=\x7f", b"/?;", b"/#", b"/#a", b"#", b"", b"?", b"?a", b"*", b"a", b"a/b", b".",
    b"..", b"../a", b"\\", b"\\\\a\\b", b"%2f", b"%2fadmin", b"//evil.example/a",
    b"///evil.example", b"/\\evil.example", b"http://gw.example/admin", b"http:/admin",
    b"//@evil.example", b"https://evil.example", b"/http://evil.example/", b"/a:b", b"/a@b:80",
    b"gw.example:443", b"/\x00", b"/\x01", b"/\x1f", b"/\x7f", b"/\x80", b"/\xff", b"/\xc0\xaf",
    b"/\xc3\xa9", b"/a b", b"/a\tb", b"/a\x0bb", b"/a\x0cb", b"/\xef\xbc\x8fadmin",
    b"/" + b"a/" * 500, b"/" + b"../" * 50, b"/" + b"%2e%2e/" * 50, b"/" + b"a" * 4095,
    b"/" + b"a" * 4096, b"/" + b"%61" * 1000, b"/" + b";x" * 500,
)  # fmt: skip

PATHS = tuple(dict.fromkeys((*_AROUND, *_BETWEEN, *_UP, *_ENDS, *_LETTERS, *_WHOLE)))
