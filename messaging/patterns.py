"""Patterns over words: ``chest .. (pain*|hurt*)``. The safety screen's lists are made of them (messaging/screen.py)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from messaging import plain

GAP_WORDS = 3
_ITEM = re.compile(r"\([^)]*\)\??|\S+")


class Word(NamedTuple):
    """One folded word; with `is_stem`, any word that begins so."""

    text: str
    is_stem: bool

    def fits(self, word: str) -> bool:
        """Is this word meant?"""
        return word.startswith(self.text) if self.is_stem else word == self.text


Phrase = tuple[Word, ...]


@dataclass(frozen=True, eq=False)
class Item:
    """A place in a pattern: any of these phrases, or none where it is optional; no phrases at all make a gap."""

    phrases: tuple[Phrase, ...]
    is_optional: bool = False

    @cached_property
    def words(self) -> frozenset[Word]:
        """Every word that may stand here."""
        return frozenset(word for phrase in self.phrases for word in phrase)

    @cached_property
    def _by_first(self) -> dict[Word, list[Phrase]]:
        found: dict[Word, list[Phrase]] = {}
        for phrase in self.phrases:
            found.setdefault(phrase[0], []).append(phrase)
        return found

    def starting(self, word: str) -> list[Phrase]:
        """The phrases whose first word this may be."""
        index = self._by_first
        stems = (Word(word[:end], True) for end in range(1, len(word) + 1))
        return [p for first in (Word(word, False), *stems) for p in index.get(first, ())]


@dataclass(frozen=True)
class Pattern:
    """Items that must follow one another."""

    items: tuple[Item, ...]

    @property
    def needed(self) -> tuple[Item, ...]:
        """The items that must be there."""
        return tuple(item for item in self.items if item.phrases and not item.is_optional)

    def may_stand(self, whole: set[str], beginnings: set[str]) -> bool:
        """Quickly: are all needed words somewhere among these words and their beginnings?"""
        return all(
            any(
                all(word.text in (beginnings if word.is_stem else whole) for word in phrase)
                for phrase in item.phrases
            )
            for item in self.needed
        )

    def find(self, text: "Text") -> tuple[int, int] | None:
        """Where it stands in this text (from word, to word), or None."""
        for start in range(len(text.words)):
            ends = {start}
            for item in self.items:
                ends = {end for at in ends for end in text.ends(item, at)}
                if not ends:
                    break
            if ends:
                return start, max(ends)
        return None


class Text:
    """A folded text's words, and what was already found out about them: patterns share their items."""

    def __init__(self, words: list[str]):
        self.words = words
        self._ends: dict[tuple[int, int], tuple[int, ...]] = {}

    def ends(self, item: Item, at: int) -> tuple[int, ...]:
        """Where an item that begins at this word may end."""
        key = (id(item), at)
        if key not in self._ends:
            self._ends[key] = tuple(self._look(item, at))
        return self._ends[key]

    def _look(self, item: Item, at: int) -> Iterator[int]:
        if not item.phrases:
            yield from range(at, min(at + GAP_WORDS, len(self.words)) + 1)
            return
        for phrase in item.starting(self.words[at]) if at < len(self.words) else ():
            if self._stands(phrase, at):
                yield at + len(phrase)
        if item.is_optional:
            yield at

    def _stands(self, phrase: Phrase, at: int) -> bool:
        return at + len(phrase) <= len(self.words) and all(
            word.fits(self.words[at + n]) for n, word in enumerate(phrase)
        )


def parse(text: str) -> Pattern:
    """A pattern from its line. ValueError where a bracket is unclosed or nothing in it must be there."""
    found = Pattern(tuple(_item(part) for part in _ITEM.findall(text)))
    if text.count("(") != text.count(")") or not found.needed:
        raise ValueError(f"not a pattern: {text!r}")
    return found


@cache  # the same groups of alternatives stand in many patterns: they are read, and kept, once
def _item(part: str) -> Item:
    if part == "..":
        return Item(())
    optional, part = part.endswith("?"), part.removesuffix("?")
    phrases = (_phrase(p) for p in part.strip("()").split("|"))
    return Item(tuple(phrase for phrase in phrases if phrase), optional)


@cache
def _folded(word: str) -> tuple[str, ...]:
    return tuple(plain.fold(word).split())


@cache
def _phrase(text: str) -> Phrase:
    words = []
    for word in text.split():
        parts = _folded(word.removesuffix("*"))
        words += [Word(part, False) for part in parts[:-1]]
        words += [Word(part, word.endswith("*")) for part in parts[-1:]]
    return tuple(words)
