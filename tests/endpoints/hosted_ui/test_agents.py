"""Which browser it is, as far as it tells."""

import pytest

from gateway.endpoints.hosted_ui.agents import described

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
CHROMIUM = "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0) {CHROMIUM} Edg/140.0.0.0", "Edge, Windows"),
        (f"{MAC} (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari, macOS"),
        (f"{PHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (
            f"Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 {CHROMIUM}",
            "Samsung Internet, Android",
        ),
        ("Firefox/140.0", "Firefox"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(user_agent: str, told: str) -> None:
    assert described(user_agent) == told
