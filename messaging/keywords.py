"""One-word replies that mean the same whatever else is going on: STOP, START, HUMAN, SAFE, and bare numbers."""

from pathlib import Path

import yaml

from messaging import plain

MEANINGS = ("stop", "start", "human", "safe")


class Keywords:
    """The words of flows/keywords/<language>.yml, of all languages at once."""

    def __init__(self, folder: Path):
        self._meanings: dict[str, tuple[str, str]] = {}
        for file in sorted(folder.glob("*.yml")):
            lists = yaml.safe_load(file.read_text("utf-8"))
            for meaning in MEANINGS:
                for word in lists.get(meaning, []):
                    self._meanings.setdefault(plain.fold(str(word)), (meaning, file.stem))

    def find(self, text: str) -> tuple[str, str | None] | None:
        """(meaning, language of the word) where the whole text is one of the words; a carrier's English word, in
        capitals, says nothing about the language."""
        found = self._meanings.get(plain.fold(text))
        if found is None:
            return None
        meaning, language = found
        return meaning, None if plain.fold(text) in MEANINGS else language


def number(text: str) -> int | None:
    """The number a text consists of, in any script's digits ("2", "2.", "২", "٢"), or None.

    >>> number(" 2. "), number("২"), number("2 weeks"), number("07700900101")
    (2, 2, None, None)
    """
    folded = plain.fold(text)
    return int(folded) if folded.isascii() and folded.isdecimal() and len(folded) <= 2 else None
