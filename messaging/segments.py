"""What a text costs: how many SMS segments it is, and what a phone network can carry."""

from gsm0338 import Codec

_GSM = Codec()
_LIKE = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)
LONGEST = 1600  # characters Twilio takes in one message


def normalise(text: str) -> str:
    """The text with curly quotes, long dashes and the like made plain: one of them turns a text into UCS-2.

    >>> normalise("It’s free – call")
    "It's free - call"
    """
    return text.translate(_LIKE)


def gsm_units(text: str) -> int | None:
    """Septets in the GSM 7-bit alphabet (extension characters count 2), or None where it cannot carry the text.

    >>> gsm_units("€5"), gsm_units("dzień")
    (3, None)
    """
    try:
        return len(_GSM.encode(text)[0])
    except UnicodeEncodeError:
        return None


def count(text: str) -> int:
    """Segments a carrier charges for: 160 septets or 70 UTF-16 units in one; 153 or 67 each in more (nhs.md 5.5).

    >>> count("a" * 160), count("a" * 161), count("ł" * 70), count("ł" * 71)
    (1, 2, 1, 2)
    """
    septets = gsm_units(text)
    if septets is None:
        return _split(_utf16_units(text), 70, 67)
    return _split([len(_GSM.encode(c)[0]) for c in text], 160, 153)


def _utf16_units(text: str) -> list[int]:
    return [len(character.encode("utf-16-le")) // 2 for character in text]


def _split(sizes: list[int], alone: int, each: int) -> int:
    """Segments needed when no character may be cut in two at a segment's edge."""
    if sum(sizes) <= alone:
        return 1
    segments, room = 1, each
    for size in sizes:
        if size > room:
            segments, room = segments + 1, each
        room -= size
    return segments
