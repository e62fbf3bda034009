"""What somebody who means ill does to a good request, from a seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.flows.hostile.wire import Ask, Pair, escaped

# Values as a form or a query has them: each is or was somebody's trouble.
VALUES: Sequence[bytes] = (
    *(b"", b"+", b"%00", b"ana%00", b"%ff", b"%c0%af", b"%ed%a0%80", b"%f4%90%80%80"),
    *(b"%", b"%zz", b"%u0041", b"\xff", b"\xc3\xa9", b"%F0%9F%92%A9", b"%E2%80%AE"),
    *(b"0", b"-1", b"1e400", b"9" * 400, b"true", b"null", b"[]", b"%7B%7D"),
    *(b"%0d%0aSet-Cookie:%20x=y", b"%0aLocation:%20https://evil.example/"),
    *(b"%22%3E%3Cscript%3Ealert(1)%3C/script%3E", b"%7B%7B7*7%7D%7D", b"%25%7Bx%7D"),
    *(b"https://evil.example/", b"//evil.example", b"/%5Cevil.example", b"%09//evil"),
    *(b"javascript:alert(1)", b"data:text/html,x", b"https://app.example.com@evil"),
    *(b"https://app.example.com/callback/..", b"https://app.example.com/callback%00"),
    *(b"'%20OR%201=1--", b"%25", b"*", b"..%2F..%2Fetc%2Fpasswd", b"%EF%BC%87"),
    *(b"a" * 3000, b"%F0%9F%98%80" * 700, b"a." * 1500, b"=" * 200, b"1" * 129),
    escaped('{"id":"\\ud800","type":"public-key"}'),
    escaped('{"id":"AA","rawId":"AA","response":{},"type":"public-key"}'),
    escaped('{"a":' * 40 + "1" + "}" * 40),
    b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
    b"eyJhbGciOiJSUzI1NiIsImtpZCI6IlxcdWQ4MDAifQ.eyJpc3MiOiJcdWQ4MDAifQ.AAAA",
    b"urn:ietf:params:oauth:request_uri:x",
    b"urn:ietf:params:oauth:request_uri:" + b"x" * 9000,
    b"Zm9v.YmFy.YmF6",
)

# Names that some endpoint knows. What a page's form has is taken from the page.
NAMES: Sequence[bytes] = (
    *(b"client_id", b"redirect_uri", b"response_type", b"response_mode", b"scope"),
    *(b"state", b"nonce", b"prompt", b"max_age", b"login_hint", b"ui_locales"),
    *(b"lang", b"notice", b"step", b"again", b"request", b"request_uri", b"dpop_jkt"),
    *(b"code_challenge", b"code_challenge_method", b"resource", b"registration"),
    *(b"identity_provider", b"grant_type", b"code", b"code_verifier", b"device_code"),
    *(b"refresh_token", b"client_secret", b"client_assertion", b"audience", b"token"),
    *(b"client_assertion_type", b"subject_token", b"subject_token_type", b"user_code"),
    *(b"actor_token", b"actor_token_type", b"requested_token_type", b"provider"),
    *(b"token_type_hint", b"id_token_hint", b"post_logout_redirect_uri", b"user_name"),
    *(b"logout_uri", b"confirmation_code", b"address", b"csrf", b"username", b"x"),
    *(b"password", b"first", b"choice", b"credential", b"answer", b"session"),
    *(b"device", b"everywhere", b"passkey", b"remove", b"passkey_name", b"factor"),
    *(b"wish", b"sure", b"client", b"attribute-email", b"attribute-custom:size"),
    *(b"to", b"cursor", b"guest_token", b"", b"%00", b"__proto__", b"a" * 300),
)

HEADERS: Sequence[Pair] = (
    (b"authorization", b"Basic"),
    (b"authorization", b"Basic !!!"),
    (b"authorization", b"Basic " + b"QUFB" * 3000),
    (b"authorization", b"Basic /////w=="),
    (b"authorization", b"Basic YXBwOiUwMA=="),
    (b"authorization", b"Basic c2VydmljZTolRUQlQTAlODA="),
    (b"authorization", b"Basic AAA6AAA="),
    (b"authorization", b"Bearer"),
    (b"authorization", b"Bearer \xff\xfe"),
    (b"authorization", b"Bearer eyJhbGciOiJub25lIn0.e30."),
    (b"authorization", b"Bearer " + b"a" * 9000),
    (b"authorization", b"DPoP a.b.c"),
    (b"authorization", b"Negotiate x"),
    (b"dpop", b""),
    (b"dpop", b"\xff"),
    (b"dpop", b"e30.e30.AAAA"),
    (b"cookie", b"__Host-gateway-session=\xff\xfe; =; ;;"),
    (b"cookie", b'__Host-gateway-session="\\377\\000\\012"; a=b'),
    (b"cookie", b"__Host-gateway-session=" + b"a" * 9000),
    (b"cookie", b"__Host-gateway-browser=x; __Host-gateway-client=<script>"),
    (b"cookie", b"a b c; $Version=1; __Host-gateway-client=app; [=]"),
    (b"cookie", b'x="' + b"\\" * 4000),
    (b"accept-language", b"*;q=\xff, " + b"a-" * 3000),
    (b"accept-language", b"de;q=1e9, en;q=nan, x;q=-1"),
    (b"user-agent", b"\xff\x7f" * 600),
    (b"sec-fetch-site", b"cross-site"),
    (b"origin", b"https://evil.example"),
    (b"x-forwarded-for", b"::ffff:1.2.3.4, evil"),
    (b"x-forwarded-host", b"evil.example"),
    (b"x-forwarded-proto", b"http"),
    (b"x-original-url", b"/account"),
    (b"x-http-method-override", b"DELETE"),
    (b"if-none-match", b"\xff, W/*"),
    (b"range", b"bytes=0-1"),
    (b"accept", b"text/html"),
    (b"access-control-request-method", b"POST"),
)

TYPES: Sequence[bytes] = (
    *(b"", b"application/json", b"multipart/form-data; boundary=x", b"text/plain"),
    *(b"application/x-www-form-urlencoded; charset=utf-16", b"\xff", b"*/*"),
    b"application/x-www-form-urlencoded, application/json",
)
BODIES: Sequence[bytes] = (
    *(b"", b"{", b'{"grant_type":"x"}', b"\x00" * 50, b"\xff\xfe\x00", b"&&&==&"),
    *(b"a=1&" * 200, b"x" * 70_000, b"--x\r\n\r\n", b"%", b"a" * 33_000),
)
METHODS: Sequence[str] = (
    *("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"),
    *("get", "GETT", "-"),
)
# Mostly one: what is wrong twice is refused for the first reason.
_CHANGES = (1, 1, 1, 2, 3)


@dataclass
class Foe:
    """Changes requests, always the same for one seed."""

    seed: int

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - to be repeated
        self._changes: Sequence[Callable[[Ask], Ask]] = (
            *(self._query, self._query, self._form, self._form, self._form),
            *(self._header, self._header, self._method, self._type, self._body),
        )

    def spoil(self, ask: Ask) -> Ask:
        """Return the request with one thing wrong, or a few."""
        for _ in range(self._random.choice(_CHANGES)):
            ask = self._random.choice(self._changes)(ask)
        network = self._random.randrange(256)
        return replace(ask, ip=f"203.0.{network}.{self._random.randrange(256)}")

    def choose(self, asks: Sequence[Ask]) -> Ask:
        return self._random.choice(asks)

    def _query(self, ask: Ask) -> Ask:
        return replace(ask, query=self._pairs(ask.query))

    def _form(self, ask: Ask) -> Ask:
        return replace(ask, form=self._pairs(ask.form)) if ask.form else ask

    def _pairs(self, pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        """Return the pairs with one missing, doubled, changed, or unheard of."""
        value = self._random.choice(VALUES)
        kind = self._random.randrange(6)
        if not pairs or kind == 0:
            return (*pairs, (self._random.choice(NAMES), value))
        at = self._random.randrange(len(pairs))
        before, (name, _), after = pairs[:at], pairs[at], pairs[at + 1 :]
        if kind == 1:
            return (*before, *after)
        if kind == 2:
            return (*pairs, (name, value))
        return (*before, (name, value), *after)

    def _header(self, ask: Ask) -> Ask:
        header = self._random.choice(HEADERS)
        if self._random.random() < 0.5:
            others = tuple(each for each in ask.headers if each[0] != header[0])
            ask = replace(ask, headers=others)
        return ask.having(header)

    def _method(self, ask: Ask) -> Ask:
        return replace(ask, method=self._random.choice(METHODS))

    def _type(self, ask: Ask) -> Ask:
        return ask.having((b"content-type", self._random.choice(TYPES)))

    def _body(self, ask: Ask) -> Ask:
        if self._random.random() < 0.7:
            return ask
        return replace(ask, method="POST", body=self._random.choice(BODIES))
