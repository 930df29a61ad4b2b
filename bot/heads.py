"""The arithmetic of learning: what is counted in a text, and linear heads over it. No Rasa here, to be tried alone."""

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC


def centred(vectors, mean):
    """Unit vectors about the mean: e5's vectors sit in a narrow cone (cosines of 0.8 and up), this opens it."""
    moved = vectors - mean
    return moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)


def softmax(scores):
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class LetterGroups:
    """Groups of letters within words, hashed, rarer ones counting more (tf-idf).

    They see the spelling that the embedding does not know: Roman letters for Urdu, missing accents, slang, loan words.
    """

    def __init__(self, bits, sizes, read, rarity=None):
        self._bits, self._read, self.rarity = bits, read, rarity
        self._hash = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=sizes,
            n_features=2**bits,
            alternate_sign=False,
            norm=None,
        )

    def learn(self, texts):
        """Learn how rare each group is; returns the texts' rows."""
        counts = self._counts(texts)
        seen = np.bincount(counts.indices, minlength=2**self._bits)
        self.rarity = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
        self.rarity[seen < 2] = 0  # seen once: a typo or a name, nothing to learn from
        return self._weighed(counts)

    def rows(self, texts):
        """A sparse unit row a text."""
        return self._weighed(self._counts(texts))

    def _counts(self, texts):
        counts = self._hash.transform([self._read(t) for t in texts]).astype(np.float32)
        counts.data = 1 + np.log(counts.data)
        return counts

    def _weighed(self, counts):
        rows = counts.copy()
        rows.data = rows.data * self.rarity[rows.indices]
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)) @ rows)


class Head:
    """A linear classifier kept as plain arrays (no pickle): `classes`, `weights` (features x classes), `bias`."""

    def __init__(self, classes, weights, bias, warmth=1.0):
        self.classes, self.warmth = list(classes), float(warmth)
        self.weights, self.bias = np.ascontiguousarray(weights, np.float32), bias.astype(np.float32)

    @classmethod
    def fit_chances(cls, rows, labels, strength):
        """Logistic regression: few classes, probabilities as they come."""
        model = LogisticRegression(C=strength, max_iter=100).fit(rows, labels)
        return cls(model.classes_, model.coef_.T, model.intercept_)

    @classmethod
    def fit_margins(cls, rows, labels, strength, left_out):
        """Support vectors, one class against the rest: many classes, better first places than a regression.

        Margins become probabilities by one factor, `warmth`, chosen on the rows left out of a first fit.
        """
        labels = np.asarray(labels)
        trial = LinearSVC(C=strength).fit(rows[~left_out], labels[~left_out])
        margins = trial.decision_function(rows[left_out])
        places = np.searchsorted(trial.classes_, labels[left_out])
        warmth = min(
            np.arange(1.0, 12.0, 0.25), key=lambda w: _surprise(softmax(margins * w), places)
        )
        model = LinearSVC(C=strength).fit(rows, labels)
        return cls(model.classes_, model.coef_.T, model.intercept_, warmth)

    def scores(self, rows):
        """Unnormalised log-probabilities (rows x classes)."""
        return (rows @ self.weights + self.bias) * self.warmth

    def arrays(self, prefix):
        """What to save."""
        return {
            f"{prefix}_classes": np.array(self.classes),
            f"{prefix}_weights": self.weights.astype(np.float16),
            f"{prefix}_bias": self.bias,
            f"{prefix}_warmth": np.array(self.warmth),
        }

    @classmethod
    def from_arrays(cls, arrays, prefix):
        """What `arrays` made."""
        names = ("classes", "weights", "bias", "warmth")
        classes, weights, bias, warmth = (arrays[f"{prefix}_{name}"] for name in names)
        return cls(classes.tolist(), weights, bias, warmth)


def _surprise(chances, places):
    return -np.log(np.maximum(chances[np.arange(len(places)), places], 1e-9)).mean()
