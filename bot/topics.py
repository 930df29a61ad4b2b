"""Which topic a message is about, how sure that is, and whether to answer, ask back, or admit not to know."""

import os
import zlib
from typing import List

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

import embedding
import heads
import phrases
import trust_phrases
from cleaning import folded

# The three bands, chosen on held-out phrases (tests/bench/understanding.py prints what each choice costs):
ANSWER = 0.50  # at least this sure: answer
ASK = 0.15  # at least this sure: "did you mean"; below: say that we do not know
OFFERED = 3  # topics in a "did you mean"
EMERGENCY = 0.25  # an emergency is raised when it is this likely, whatever else is likelier
# How the head is made, chosen by the same comparison:
BITS, SIZES, LETTERS, STRENGTH = 17, (2, 5), 1.5, 0.35
UNKNOWN = "out_of_scope"
EMERGENCY_TOPIC = "emergency"


class Topics:
    """The model: a linear head over the embedding and groups of letters, and beside it the trusts' own phrases."""

    def __init__(self, mean, letters, head, intents):
        self._mean, self._letters, self._head, self._intents = mean, letters, head, intents

    @classmethod
    def fit(cls, examples, vectors):
        """Learn from phrases and their vectors."""
        mean, letters = vectors.mean(axis=0), heads.LetterGroups(BITS, SIZES, folded)
        texts = [p.text for p in examples]
        rows = sparse.hstack([heads.centred(vectors, mean), letters.learn(texts) * LETTERS]).tocsr()
        left_out = np.array([zlib.crc32(t.encode()) % 10 == 0 for t in texts])
        head = heads.Head.fit_margins(rows, [p.topic for p in examples], STRENGTH, left_out)
        return cls(mean, letters, head, {p.topic: p.intent.partition("/")[0] for p in examples})

    def chances(self, text, vector, own=None):
        """``{topic: probability}`` for a text and its unit vector; `own` indexes the trust's own phrases, if any."""
        middle = heads.centred(vector, self._mean)
        scores = self._scores(middle, self._letters.rows([text]))
        found = dict(zip(self._head.classes, map(float, heads.softmax(scores))))
        return own.join(found, middle) if own else found

    def _scores(self, vector, letters):
        upper, lower = self._head.weights[: len(vector)], self._head.weights[len(vector) :]
        margins = (
            vector @ upper + (letters.data * LETTERS) @ lower[letters.indices] + self._head.bias
        )
        return margins * self._head.warmth

    def centred(self, vectors):
        """These vectors as the index of a trust's phrases keeps them."""
        return heads.centred(vectors, self._mean)

    def intent(self, topic):
        """The intent whose rules answer a topic; a topic of a trust's own is a `faq`."""
        return self._intents.get(topic, "faq")

    def arrays(self):
        """What to save."""
        topics = sorted(self._intents)
        return {
            "mean": self._mean,
            "rarity": self._letters.rarity,
            "topics": np.array(topics),
            "intents": np.array([self._intents[t] for t in topics]),
            **self._head.arrays("topic"),
        }

    @classmethod
    def from_arrays(cls, arrays):
        """What `arrays` made."""
        intents = dict(zip(arrays["topics"].tolist(), arrays["intents"].tolist()))
        letters = heads.LetterGroups(BITS, SIZES, folded, arrays["rarity"])
        return cls(arrays["mean"], letters, heads.Head.from_arrays(arrays, "topic"), intents)


def decide(chances, intent_of):
    """From probabilities to ``{"id", "confidence", "band", "alternatives"}``; the three bands are above."""
    ranked = sorted(chances.items(), key=lambda item: -item[1])
    best, confidence = ranked[0]
    if chances.get(EMERGENCY_TOPIC, 0) >= EMERGENCY:
        best, confidence, band = EMERGENCY_TOPIC, chances[EMERGENCY_TOPIC], "answer"
    elif best == UNKNOWN or confidence < ASK:
        band = "none"
    else:
        band = "answer" if confidence >= ANSWER else "ask"
    others = [(t, c) for t, c in ranked if t != UNKNOWN][:OFFERED]
    alternatives = [{"id": t, "confidence": round(c, 4), "intent": intent_of(t)} for t, c in others]
    return {
        "id": best,
        "confidence": round(confidence, 4),
        "band": band,
        "alternatives": alternatives,
    }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Sets the intent and `topic` on each message. Metadata `trust` and `phrases` name the trust's phrases to match."""

    def __init__(self, topics, storage=None, resource=None):
        self._topics, self._storage, self._resource = topics, storage, resource
        self._own = trust_phrases.OwnPhrases(topics) if topics else None

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(None, model_storage, resource)

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs):
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / "topics.npz", allow_pickle=False) as kept,
        ):
            return cls(Topics.from_arrays(dict(kept)), model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Embed the flows' phrases, saying how far it is, and fit the head."""
        examples = phrases.load(os.environ["TEXTROOM_FLOWS"])
        kept = embedding.Kept(os.environ["TEXTROOM_KEPT"])
        vectors = kept.vectors([p.text for p in examples], _say_progress)
        print(
            f"@ learning {len(examples)} phrases of {len({p.topic for p in examples})} topics",
            flush=True,
        )
        self._topics = Topics.fit(examples, vectors)
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "topics.npz", **self._topics.arrays())
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Classify each message that has a vector."""
        for message in messages:
            vector = message.get("vector")
            if vector is not None and message.get(TEXT):
                own = self._own.of(message.get("metadata") or {})
                self._set(
                    message,
                    decide(
                        self._topics.chances(message.get(TEXT), vector, own), self._topics.intent
                    ),
                )
        return messages

    def _set(self, message, topic):
        intents = {"ask": "clarify", "none": UNKNOWN}
        name = intents.get(topic["band"]) or self._topics.intent(topic["id"])
        intent = {"name": name, "confidence": topic["confidence"]}
        message.set(INTENT, intent, add_to_output=True)
        message.set("intent_ranking", [intent], add_to_output=True)
        message.set("topic", topic, add_to_output=True)


def _say_progress(done, of):
    print(f"@ reading the example phrases: {done} of {of}", flush=True)
