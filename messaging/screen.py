"""The safety screen: finds a message about danger to life before anything else has read it.

Deterministic, and dependent on nothing but the word lists in flows/safety/screen/<language>.yml, so that it works
with the agent, the database or the carrier down. It never replaces the agent's own judgement: either one raises it.

A list has, for each danger, patterns over folded words (messaging/plain.py):
``chest .. (pain*|hurt*)`` is the word *chest*, up to three others, then a word that starts with pain or hurt;
``(cant|can not) breathe`` gives alternatives, ``my?`` or ``(so|very)?`` may be missing.
``never`` lists what must not count ("died laughing"): it is taken out of the text before its language's patterns look.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from messaging import patterns, plain
from messaging.patterns import Pattern, Text, Word

LONGEST = 2000  # characters read
MENDED_FROM = 5  # letters: shorter words are too like one another to be mended
NEVER = "never"


@dataclass(frozen=True)
class Danger:
    """What the screen found: the kind of danger and the languages whose lists name it, most hits first."""

    kind: str
    languages: tuple[str, ...]


class Screen:
    """All languages' lists, indexed once by the words that must be there. `find` is safe to call from any thread."""

    def __init__(self, lists: dict[str, dict[str, list[str]]]):
        """Take ``{language: {danger: [pattern], "never": [pattern]}}``; ValueError names a bad pattern."""
        self._whole: dict[str, list[_Listed]] = defaultdict(list)
        self._stems: dict[str, list[_Listed]] = defaultdict(list)
        self._known: set[str] = set()
        self._mended_to: dict[tuple[str, int], set[str]] = defaultdict(set)
        listed = [
            _Listed(patterns.parse(line), kind, language)
            for language, rows in lists.items()
            for kind, lines in rows.items()
            for line in lines
        ]
        uses = Counter(word for one in listed for word in one.words)
        for one in listed:
            self._add(one, uses)
        self._spelt = lru_cache(maxsize=20_000)(self._mend)

    @classmethod
    def load(cls, folder: Path) -> "Screen":
        """Read every ``<language>.yml`` of the folder."""
        # The C loader is as safe and ten times as fast, on megabytes of lists.
        files = sorted(folder.glob("*.yml"))
        return cls({f.stem: yaml.load(f.read_text("utf-8"), yaml.CSafeLoader) for f in files})

    def find(self, text: str) -> Danger | None:
        """The danger this text names, or None. Looks at the words as written, then with misspellings mended."""
        written = plain.fold(text[:LONGEST]).split()
        found = self._match(written)
        if found is None:
            mended = [self._spelt(word) for word in written]
            found = self._match(mended) if mended != written else None
        return found

    def _add(self, listed: "_Listed", uses: Counter[Word]) -> None:
        # A text is looked up by the one needed item whose words are rarest in the lists: not by "i" or "my".
        rarest = min(
            listed.pattern.needed, key=lambda item: sum(uses[phrase[0]] for phrase in item.phrases)
        )
        for phrase in rarest.phrases:
            index = self._stems if phrase[0].is_stem else self._whole
            index[phrase[0].text].append(listed)
        for word in listed.words:
            self._known.add(word.text)
            if listed.kind != NEVER and len(word.text) >= MENDED_FROM:
                self._mended_to[word.text[0], len(word.text)].add(word.text)

    def _match(self, words: list[str]) -> Danger | None:
        candidates = self._candidates(words)
        never = [c for c in candidates if c.kind == NEVER]
        left = {
            code: Text(_without(never, code, words)) for code in {c.language for c in candidates}
        }
        hits = [c for c in candidates if c.kind != NEVER and c.pattern.find(left[c.language])]
        if not hits:
            return None
        languages = [hit.language for hit in hits]
        ranked = sorted(dict.fromkeys(languages), key=languages.count, reverse=True)
        return Danger(hits[0].kind, tuple(ranked))

    def _candidates(self, words: list[str]) -> list["_Listed"]:
        whole = set(words)
        beginnings = {word[:end] for word in whole for end in range(1, len(word) + 1)}
        found = {id(one): one for word in whole for one in self._whole.get(word, ())}
        found |= {id(one): one for start in beginnings for one in self._stems.get(start, ())}
        return [one for one in found.values() if one.pattern.may_stand(whole, beginnings)]

    def _mend(self, word: str) -> str:
        """The lists' own spelling of a misspelt word: one slip in five letters or more, two in nine."""
        if len(word) < MENDED_FROM or word in self._known:
            return word
        slips = 1 if len(word) < 9 else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        likely = [known for n in lengths for known in self._mended_to.get((word[0], n), ())]
        found = process.extractOne(word, sorted(likely), scorer=OSA.distance, score_cutoff=slips)
        return found[0] if found else word


def _without(never: list["_Listed"], language: str, words: list[str]) -> list[str]:
    """The words without a language's own idioms, and the English ones, which stand in every language's texts."""
    for listed in never:
        while listed.language in (language, "en") and (place := listed.pattern.find(Text(words))):
            words = [*words[: place[0]], "_", *words[place[1] :]]
    return words


@dataclass(frozen=True)
class _Listed:
    pattern: Pattern
    kind: str
    language: str

    @property
    def words(self) -> set[Word]:
        """Every word that stands in the pattern."""
        return set().union(*(item.words for item in self.pattern.items))
