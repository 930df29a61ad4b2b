"""Segments, against Twilio's own counter's rules worked out by hand."""

import pytest

from messaging import segments

CASES = [
    ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
    ("a" * 152 + "€" + "a" * 152, 3), ("ł" * 70, 1), ("ł" * 71, 2), ("ł" * 134, 2), ("ł" * 135, 3),
    ("😀" * 35, 1), ("😀" * 36, 2), ("😀" * 66, 2), ("😀" * 67, 3), ("ا" * 268, 4), ("[" * 80, 1),
    ("\n" * 160, 1), ("à" * 160, 1), ("á" * 71, 2), ("@£$¥èéùìòÇ", 1), ("`" * 71, 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_segments_are_counted_as_the_carrier_does(text, expected):
    assert segments.count(text) == expected
