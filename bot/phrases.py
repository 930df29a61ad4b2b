"""The example phrases of flows/<flow>/nlu/<language>.yml: what the agent learns from."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Phrase:
    """One way of saying a topic. `intent` is Rasa's (`faq/what_to_wear`); the topic is its last part."""

    intent: str
    language: str
    text: str

    @property
    def topic(self):
        return self.intent.rpartition("/")[2]


def load(flows):
    """Every phrase below this folder, in a fixed order. ValueError names a file that is not what it should be."""
    found = []
    for file in sorted(Path(flows).glob("*/nlu/*.yml")):
        try:
            blocks = yaml.safe_load(file.read_text("utf-8"))["nlu"]
            found += [
                Phrase(block["intent"], file.stem, line.removeprefix("- ").strip())
                for block in blocks
                for line in block["examples"].splitlines()
                if line.strip(" -")
            ]
        except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{file}: not a file of example phrases ({type(error).__name__})"
            ) from error
    return found
