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

    def find(self, words: list[str]) -> tuple[int, int] | None:
        """Where it stands in these words (from, to), or None."""
        for start in range(len(words)):
            for end in _ends(self.items, words, start):
                return start, end
        return None


def _ends(items: tuple[Item, ...], words: list[str], at: int) -> Iterator[int]:
    if not items:
        yield at
        return
    item, rest = items[0], items[1:]
    if not item.phrases:
        for skipped in range(min(GAP_WORDS, len(words) - at) + 1):
            yield from _ends(rest, words, at + skipped)
        return
    for phrase in item.phrases:
        if _stands(phrase, words, at):
            yield from _ends(rest, words, at + len(phrase))
    if item.is_optional:
        yield from _ends(rest, words, at)


def _stands(phrase: Phrase, words: list[str], at: int) -> bool:
    return at + len(phrase) <= len(words) and all(
        word.fits(words[at + n]) for n, word in enumerate(phrase)
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
