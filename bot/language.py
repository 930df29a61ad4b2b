"""Which of the nine languages a text is in, also in Roman letters; short texts lean on what is remembered."""

import os
import re
import unicodedata
from pathlib import Path
from typing import List

import numpy as np
import yaml
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import heads
import phrases
from cleaning import clean

SCRIPTS = {"BENGALI": {"bn"}, "GURMUKHI": {"pa"}, "CYRILLIC": {"bg"}, "ARABIC": {"ar", "ur"}}
BITS, SIZES, STRENGTH = 15, (1, 4), 30.0
# How sure the letters must be, before a text in another language than the remembered one changes the language.
PRIOR = {1: 12.0, 2: 8.0, 3: 4.0}  # words -> log-odds for the remembered language
PRIOR_OF_LONGER = 1.5
WORD = r"[\w\u0900-\u0a7f]+"  # vowel signs of Bengali and Gurmukhi are no \w


class Languages:
    """The model: a script decides where it can, groups of letters where it cannot."""

    def __init__(self, letters, head, names):
        self._letters, self._head, self._names = letters, head, names

    @classmethod
    def fit(cls, examples, names):
        """Learn from (text, language) pairs; `names` maps what people call a language to its code."""
        letters = heads.LetterGroups(BITS, SIZES, clean)
        texts, labels = zip(*examples)
        return cls(letters, heads.Head.fit_chances(letters.learn(texts), labels, STRENGTH), names)

    def identify(self, text, remembered=None):
        """``{"code", "confidence", "requested"}``; `requested` is a language asked for by name, or None."""
        possible = _possible(text, set(self._head.classes))
        scores = self._head.scores(self._letters.rows([text]))[0]
        scores[[c not in possible for c in self._head.classes]] = -np.inf
        if remembered in possible:
            words = len(re.findall(r"[^\W\d_]+", text))
            scores[self._head.classes.index(remembered)] += PRIOR.get(words, PRIOR_OF_LONGER)
        chances = heads.softmax(scores)
        best = int(chances.argmax())
        if not any(c.isalpha() for c in text):
            return {"code": remembered or "en", "confidence": 0.0, "requested": None}
        return {
            "code": self._head.classes[best],
            "confidence": round(float(chances[best]), 4),
            "requested": self._requested(text),
        }

    def _requested(self, text):
        said = f" {' '.join(re.findall(WORD, text.lower()))} "
        found = {code for name, code in self._names.items() if f" {name} " in said}
        return found.pop() if len(found) == 1 else None

    def arrays(self):
        """What to save."""
        return {"rarity": self._letters.rarity, **self._head.arrays("language")}

    @classmethod
    def from_arrays(cls, arrays, names):
        """What `arrays` made."""
        letters = heads.LetterGroups(BITS, SIZES, clean, arrays["rarity"])
        return cls(letters, heads.Head.from_arrays(arrays, "language"), names)


def _possible(text, every):
    """The languages whose script most of the letters are in; the Roman alphabet may carry any of them."""
    counts = {}
    for character in text:
        if character.isalpha():
            script = unicodedata.name(character, "").split(" ")[0]
            counts[script] = counts.get(script, 0) + 1
    if not counts:
        return every
    return SCRIPTS.get(max(counts, key=counts.get), every)


def names_of_languages(flows):
    """What people call each language, from flows/keywords/<language>.yml: ``{"polsku": "pl"}``."""
    found = {}
    for file in sorted((Path(flows) / "keywords").glob("*.yml")):
        for name in yaml.safe_load(file.read_text("utf-8"))["language_names"]:
            found[name.lower()] = file.stem
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Sets `language` on each message. Metadata `language` is what the conversation remembers."""

    def __init__(self, languages, storage=None, resource=None):
        self._languages, self._storage, self._resource = languages, storage, resource

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(None, model_storage, resource)

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs):
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / "language.npz", allow_pickle=False) as kept,
        ):
            names = names_of_languages(os.environ["TEXTROOM_FLOWS"])
            return cls(Languages.from_arrays(dict(kept), names), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the languages from the flows' phrases, whose files say which language they are in."""
        flows = os.environ["TEXTROOM_FLOWS"]
        examples = [(p.text, p.language) for p in phrases.load(flows)]
        self._languages = Languages.fit(examples, names_of_languages(flows))
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "language.npz", **self._languages.arrays())
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Identify each message's language."""
        for message in messages:
            remembered = (message.get("metadata") or {}).get("language")
            language = self._languages.identify(message.get(TEXT) or "", remembered)
            message.set("language", language, add_to_output=True)
        return messages
