"""What the agent reads of a text: tidied for the embedding, and folded for counting letters."""

import re
import unicodedata

LONGEST = 250  # characters: 400 take 224 ms, 40,000 took 31 s (measured); the question stands in the first ones

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640\u200b-\u200f\u2060-\u2069\ufeff]")
# Letters that stand for one another in what people type.
_SAME = str.maketrans(
    {
        "ł": "l",
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ک": "ك",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
    }
)


def clean(text):
    """NFC, lower case, single spaces, no NUL or lone surrogate, 250 characters at most."""
    text = (text or "").replace("\x00", " ").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(unicodedata.normalize("NFC", text).lower().split())[:LONGEST]


def folded(text):
    """The same without accents, vowel points and joiners, so that "prosze" and "proszę" are one word."""
    return _MARKS.sub("", unicodedata.normalize("NFD", clean(text).translate(_SAME)))
