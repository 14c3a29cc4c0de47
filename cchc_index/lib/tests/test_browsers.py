"""What browsers say of themselves, in words."""

import pytest

from cchc_index.lib.browsers import in_words

MADE_OF = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {MADE_OF} Chrome/129.0.0.0 Safari/537.36", "Chrome trên Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {MADE_OF} Chrome/129.0.0.0 Safari/537.36 Edg/129.0", "Edge trên Windows"),
        (
            f"Mozilla/5.0 (Windows NT 6.1) {MADE_OF} coc_coc_browser/119.0 Chrome/113.0 Safari/537.36",
            "Cốc Cốc trên Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox trên Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1",
            "Safari trên iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-A556E) {MADE_OF} Chrome/129.0 Mobile Safari/537.36",
            "Chrome trên Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", "Safari trên macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_and_its_system_are_named(agent: str, words: str) -> None:
    assert in_words(agent) == words
