"""The arithmetic of learning: features of a text and a linear head over them. No Rasa here, so it can be measured."""

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression


def centred(vectors, mean):
    """Unit vectors about the mean: e5's vectors sit in a narrow cone (cosines of 0.8 and up), this opens it."""
    moved = vectors - mean
    return moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)


def softmax(scores):
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


class LetterGroups:
    """Groups of 1 to 4 letters within words, hashed: what a language looks like, also in somebody else's letters."""

    def __init__(self, bits, sizes=(1, 4)):
        self._hash = HashingVectorizer(
            analyzer="char_wb",
            ngram_range=sizes,
            n_features=2**bits,
            alternate_sign=False,
            norm="l2",
        )

    def rows(self, texts):
        """A sparse unit row a text."""
        return self._hash.transform([t.lower() for t in texts])


class Head:
    """A multinomial logistic regression, kept as plain arrays (no pickle): `classes`, `weights`, `bias`."""

    def __init__(self, classes, weights, bias):
        self.classes, self.weights, self.bias = (
            list(classes),
            weights.astype(np.float32),
            bias.astype(np.float32),
        )

    @classmethod
    def fit(cls, rows, labels, strength=10.0, iterations=300):
        """Learn labels from rows; `strength` is scikit-learn's C."""
        model = LogisticRegression(C=strength, max_iter=iterations).fit(rows, labels)
        return cls(model.classes_, model.coef_, model.intercept_)

    def scores(self, rows):
        """Unnormalised log-probabilities (rows x classes)."""
        return np.asarray(rows @ self.weights.T + self.bias)

    def arrays(self, prefix):
        """What to save."""
        return {
            f"{prefix}_classes": np.array(self.classes),
            f"{prefix}_weights": self.weights,
            f"{prefix}_bias": self.bias,
        }

    @classmethod
    def from_arrays(cls, arrays, prefix):
        """What `arrays` made."""
        return cls(
            arrays[f"{prefix}_classes"].tolist(),
            arrays[f"{prefix}_weights"],
            arrays[f"{prefix}_bias"],
        )
