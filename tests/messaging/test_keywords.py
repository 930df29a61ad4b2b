"""One-word replies in nine languages."""

import pytest

from messaging.keywords import Keywords, number
from records.settings import HERE

KEYWORDS = Keywords(HERE / "flows" / "keywords")


@pytest.mark.parametrize(("text", "meaning"), [
    ("STOP", "stop"), ("stop.", "stop"), (" Stop! ", "stop"), ("توقف", "stop"), ("বন্ধ", "stop"), ("спри", "stop"),
    ("basta", "stop"), ("ਬੰਦ ਕਰੋ", "stop"), ("START", "start"), ("human", "human"), ("SAFE", "safe"),
    ("STOP PLEASE I have a question", None), ("cancel", None), ("hello", None), ("no", None), ("", None),
])  # fmt: skip
def test_only_a_whole_text_is_a_keyword(text, meaning):
    found = KEYWORDS.find(text)
    assert (found and found[0]) == meaning


def test_a_native_word_tells_its_language_and_a_carriers_word_does_not():
    assert KEYWORDS.find("STOP") == ("stop", None)
    assert KEYWORDS.find("спри") == ("stop", "bg")


@pytest.mark.parametrize("text", ["2", "2.", " ২ ", "٢", "۲", "੨"])
def test_a_number_is_read_in_any_script(text):
    assert number(text) == 2


@pytest.mark.parametrize("text", ["2 weeks", "two", "07700900101", "", "1 2", "½"])
def test_a_text_with_a_number_in_it_is_not_a_number(text):
    assert number(text) is None
