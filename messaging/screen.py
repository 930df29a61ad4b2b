"""The safety screen: finds a message about danger to life before anything else has read it.

Deterministic, and dependent on nothing but the word lists in flows/safety/screen/<language>.yml, so that it works
with the agent, the database or the carrier down. It never replaces the agent's own judgement: either one raises it.

A list has, for each danger, patterns over folded words (messaging/plain.py):
``chest .. (pain*|hurt*)`` is the word *chest*, up to three others, then a word that starts with pain or hurt;
``(cant|can not) breathe`` gives alternatives, ``my?`` or ``(so|very)?`` may be missing.
``never`` lists what must not count ("died laughing"): it is taken out of the text first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from messaging import plain

GAP_WORDS = 3
_ITEM = re.compile(r"\([^)]*\)\??|\S+")


@dataclass(frozen=True)
class Danger:
    """What the screen found: the kind of danger and the languages whose lists name it, most hits first."""

    kind: str
    languages: tuple[str, ...]


def to_expression(pattern: str) -> str:
    """A pattern as a regular expression over folded text whose every word is followed by one space.

    Raises ValueError for a pattern that could match nothing at all or has an unclosed bracket.
    """
    items = _ITEM.findall(pattern)
    if pattern.count("(") != pattern.count(")") or all(i == ".." or i.endswith("?") for i in items):
        raise ValueError(f"not a pattern: {pattern!r}")
    return "".join(_item_expression(item) for item in items)


def _item_expression(item: str) -> str:
    if item == "..":
        return rf"(?:\S+ ){{0,{GAP_WORDS}}}"
    optional, item = item.endswith("?"), item.removesuffix("?")
    phrases = item.strip("()").split("|")
    return "(?:" + "|".join(map(_phrase_expression, phrases)) + (")?" if optional else ")")


def _phrase_expression(phrase: str) -> str:
    words = []
    for word in phrase.split():
        folded = re.escape(plain.fold(word.removesuffix("*")))
        words.append(folded + (r"\S* " if word.endswith("*") else " "))
    return "".join(words)


class Screen:
    """All languages' lists, compiled once. `find` is safe to call from any thread."""

    def __init__(self, lists: dict[str, dict[str, list[str]]]):
        """Take ``{language: {danger: [pattern], "never": [pattern]}}``; ValueError names a bad pattern."""
        self._never = _joined(p for rows in lists.values() for p in rows.get("never", []))
        self._dangers = [
            (kind, language, pattern)
            for language, rows in lists.items()
            for kind, patterns in rows.items()
            if kind != "never" and (pattern := _joined(patterns))
        ]
        words = {
            w
            for rows in lists.values()
            for k, ps in rows.items()
            if k != "never"
            for p in ps
            for w in _words(p)
        }
        self._vocabulary = sorted(w for w in words if len(w) >= 5)
        self._known = words | {
            w for rows in lists.values() for p in rows.get("never", []) for w in _words(p)
        }
        self._snap = lru_cache(maxsize=20_000)(self._nearest)

    @classmethod
    def load(cls, folder: Path) -> "Screen":
        """Read every ``<language>.yml`` of the folder."""
        return cls(
            {f.stem: yaml.safe_load(f.read_text("utf-8")) for f in sorted(folder.glob("*.yml"))}
        )

    def find(self, text: str) -> Danger | None:
        """The danger this text names, or None. Looks at the words as written, then with misspellings mended."""
        written = plain.fold(text[:2000])
        return self._match(written) or self._match(" ".join(self._snap(w) for w in written.split()))

    def _match(self, folded: str) -> Danger | None:
        line = self._never.sub(" _ ", f" {folded} ") if self._never else f" {folded} "
        hits = [
            (kind, language) for kind, language, pattern in self._dangers if pattern.search(line)
        ]
        if not hits:
            return None
        languages = [language for _, language in hits]
        ranked = sorted(dict.fromkeys(languages), key=languages.count, reverse=True)
        return Danger(hits[0][0], tuple(ranked))

    def _nearest(self, word: str) -> str:
        """The list's own spelling of a misspelt word: one slip in five letters or more, two in nine."""
        if len(word) < 5 or word in self._known:
            return word
        found = process.extractOne(
            word, self._vocabulary, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2
        )
        return found[0] if found and found[0][0] == word[0] else word


def _joined(patterns: Iterable[str]) -> re.Pattern[str] | None:
    expressions = [to_expression(p) for p in patterns]
    return re.compile(r"(?<= )(?:" + "|".join(expressions) + ")") if expressions else None


def _words(pattern: str) -> list[str]:
    return [
        plain.fold(w.removesuffix("*"))
        for w in re.split(r"[\s|()?]+", pattern)
        if w not in ("", "..")
    ]
