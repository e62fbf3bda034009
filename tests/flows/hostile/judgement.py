"""What every answer has to be, however bad the request was."""

import json
import re

from tests.flows.hostile.wire import Answer
from tests.flows.house import ISSUER

# Endpoints whose callers are programs, and tell failures by a code.
PROGRAMS = (
    *("/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/par"),
    *("/oauth2/device_authorization", "/oauth2/userInfo", "/oauth2/backchannel"),
)
DOCUMENTS = ("/.well-known/", "/saml2/metadata/")
ASSETS = "/_gateway/pages/"

# RFC 6749, 6750, 7009, 8628, 8693, 8707, 9449.
CODES = {
    *("invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"),
    *("unsupported_grant_type", "invalid_scope", "invalid_target", "access_denied"),
    *("unsupported_token_type", "authorization_pending", "slow_down", "expired_token"),
    *("invalid_dpop_proof", "use_dpop_nonce", "invalid_token", "insufficient_scope"),
    *("temporarily_unavailable", "unsupported_response_type", "request_not_supported"),
    *("request_uri_not_supported", "registration_not_supported", "login_required"),
    "consent_required",
}
COOKIES = re.compile(
    r"__Host-gateway-(?:session|browser|client|passkey-offer)=[A-Za-z0-9_+.~-]*"
    r'(?:"")?; [^\r\n]*\bPath=/; SameSite=lax; Secure'
)
_TITLE = re.compile(r"<h1[^>]*>[^<]+</h1>")
_PLAIN = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_TOKEN = re.compile(rb"[a-z0-9-]+")


def judge(answer: Answer, *, ways: frozenset[str]) -> None:
    """Fail unless an answer is one that may be given.

    Args:
        answer: What came back.
        ways: Where a browser may be sent, before what is added to them.
    """
    said = str(answer)
    assert 200 <= answer.status < 500, said
    for name, value in answer.headers:
        assert _TOKEN.fullmatch(name), said
        assert _PLAIN.fullmatch(value), said
    _judge_cookies(answer)
    if 300 <= answer.status < 400 and answer.status != 304:
        _judge_way(answer, ways)
    elif answer.asked.path in PROGRAMS:
        _judge_document(answer)
    elif (
        answer.status >= 400
        and not any(each in answer.asked.path for each in DOCUMENTS)
    ) or answer.one("content-type").startswith("text/html"):
        _judge_page(answer)


def _judge_cookies(answer: Answer) -> None:
    for each in answer.all("set-cookie"):
        assert COOKIES.fullmatch(each), str(answer)
        assert "HttpOnly" in each, str(answer)
        assert "Domain" not in each, str(answer)


def _judge_way(answer: Answer, ways: frozenset[str]) -> None:
    said = str(answer)
    assert answer.status == 303, said
    assert answer.one("cache-control") == "no-store", said
    bare = re.split(r"[?#]", answer.one("location"), maxsplit=1)[0]
    assert bare in ways, said


def _judge_document(answer: Answer) -> None:
    said = str(answer)
    if answer.status == 204 or (answer.status < 300 and not answer.body):
        return
    assert answer.one("content-type") == "application/json", said
    assert answer.one("cache-control") == "no-store", said
    content = json.loads(answer.text)
    if answer.status >= 400:
        assert content["error"] in CODES, said
        assert re.fullmatch(r"[A-Z][\x20-\x7e]+\.", content["error_description"]), said
    if answer.status == 401:
        assert answer.one("www-authenticate"), said
    if answer.status == 405:
        assert answer.one("allow"), said


def _judge_page(answer: Answer) -> None:
    said = str(answer)
    if answer.asked.path.startswith(ASSETS):
        return
    assert answer.one("content-type") == "text/html; charset=utf-8", said
    policy = answer.one("content-security-policy")
    assert "frame-ancestors 'none'" in policy, said
    assert "default-src 'none'" in policy, said
    assert "unsafe" not in policy, said
    assert "evil" not in policy, said
    assert answer.one("x-frame-options") == "DENY", said
    assert answer.one("x-content-type-options") == "nosniff", said
    assert answer.one("cache-control") == "no-store", said
    assert answer.one("strict-transport-security"), said
    text = answer.text
    assert _TITLE.search(text), said
    assert "<script>" not in text, said
    for address in re.findall(r'(?:href|action|src)="([^"]*)"', text):
        fine = address.startswith(("/", "#", "data:image/", "data:,", ISSUER))
        assert fine, f"{address}\n{said}"
        assert not address.startswith(("//", "/\\")), f"{address}\n{said}"
