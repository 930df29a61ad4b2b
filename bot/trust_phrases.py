"""The phrases that trusts teach: matched one by one, fetched when a message says there are newer ones."""

import logging
import os
import threading

import numpy as np
import requests

import embedding

log = logging.getLogger("textroom.phrases")

# A message this near a trust's own phrase (cosine of centred vectors) is about its topic; ALIKE is the same wording.
NEAR, ALIKE = 0.55, 0.90
TIMEOUT_SECONDS = 3


class Index:
    """One trust's phrases at one version."""

    def __init__(self, version, topics, vectors):
        self.version, self._topics, self._vectors = version, topics, vectors

    def join(self, chances, vector):
        """The probabilities with the trust's phrases counted in: the nearer the nearest phrase, the surer its topic."""
        if not self._topics:
            return chances
        likeness = self._vectors @ vector
        nearest = int(likeness.argmax())
        sure = float(np.clip((likeness[nearest] - NEAR) / (ALIKE - NEAR), 0, 1))
        joined = {topic: chance * (1 - sure) for topic, chance in chances.items()}
        joined[self._topics[nearest]] = joined.get(self._topics[nearest], 0) + sure
        return joined


class OwnPhrases:
    """Every trust's index. A message carries `trust` and the version of its `phrases`; a stale one is fetched first."""

    def __init__(self, topics):
        self._topics = topics
        self._indexes = {}
        self._fetching = threading.Lock()

    def of(self, metadata):
        """The index for this message's trust, or None where it has no phrases of its own."""
        trust, version = metadata.get("trust"), metadata.get("phrases", 0)
        if not trust or not version:
            return None
        index = self._indexes.get(trust)
        if index is None or index.version < version:
            with self._fetching:
                index = self._indexes[trust] = self._fetch(trust, version, self._indexes.get(trust))
        return index

    def _fetch(self, trust, version, old):
        if old and old.version >= version:
            return old  # another thread was quicker
        base = os.environ["TEXTROOM_ACTIONS_URL"].rpartition("/")[0]
        headers = {"Authorization": f"Bearer {os.environ['TEXTROOM_BOT_SECRET']}"}
        try:
            answer = requests.get(
                f"{base}/phrases/{trust}", headers=headers, timeout=TIMEOUT_SECONDS
            )
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            log.error("phrases of a trust not fetched: %s", type(error).__name__)
            return old  # better the phrases of before than no answer
        vectors = self._topics.centred(embedding.vectors([p["text"] for p in found["phrases"]]))
        return Index(found["version"], [p["topic"] for p in found["phrases"]], vectors)
