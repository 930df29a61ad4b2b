"""A patient's words made plain: one spelling for matching, whatever the phone or keyboard did to them."""

import re
import unicodedata

_LATIN_MARKS = "\u0300-\u036f"
_ARABIC_MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
_NUKTAS = "\u09bc\u0a3c"
_JOINERS = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DROP = re.compile(f"[{_LATIN_MARKS}{_ARABIC_MARKS}{_NUKTAS}{_JOINERS}'’‘`´ʼ]")
# Letters that people (and keyboards) write for one another; both sides of a comparison pass through here.
_SAME = str.maketrans(
    {
        "ł": "l", "đ": "d", "ı": "i", "ø": "o", "æ": "ae", "ß": "ss",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه",
        "ۃ": "ه", "ۀ": "ه", "ں": "ن", "ੰ": "ਂ",
    }
)  # fmt: skip
_RUN = re.compile(r"(\w)\1{2,}")


def fold(text: str) -> str:
    """The text in lower case without accents, vowel points, joiners, apostrophes and stretched letters.

    >>> fold("I CAN’T breeeathe, Łódź!")
    'i cant breathe lodz'
    >>> fold("٣ أيام")
    '3 ايام'
    """
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _DROP.sub("", unicodedata.normalize("NFD", text)).translate(_SAME)
    text = "".join(_plain_character(c) for c in text)
    return " ".join(_RUN.sub(r"\1", text).split())


def _plain_character(character: str) -> str:
    """ASCII digits for digits of any script, a space for anything that is no letter, mark or digit."""
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.digit(character))
    return character if kind[0] in "LM" else " "
