"""What translators translate: the responses and menu questions of flows/, and the words of pages and Python.

Babel calls these extractors (babel.cfg); each yields (line, function, (context, text), comments).
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml

Found = tuple[int, str, tuple[str, str], list[str]]


def responses(file: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Every text of a flow's responses.yml; the context is the response's name."""
    lines = file.read().decode("utf-8")
    for name, variations in yaml.safe_load(lines)["responses"].items():
        for variation in variations:
            hazard = variation.get("metadata", {}).get("hazard")
            notes = [f"Safety wording, hazard {hazard}: needs sign-off."] if hazard else []
            yield _line_of(lines, name + ":"), "pgettext", (name, variation["text"]), notes


def questions(file: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Every topic's question of topics.yml, as it stands in a "did you mean" list."""
    lines = file.read().decode("utf-8")
    for topic in yaml.safe_load(lines)["topics"]:
        context = f"question_{topic['id']}"
        yield (
            _line_of(lines, f"id: {topic['id']}"),
            "pgettext",
            (context, topic["question"]),
            ["A short menu line."],
        )


def _line_of(lines: str, wanted: str) -> int:
    return next(
        (n for n, line in enumerate(lines.splitlines(), 1) if line.strip().endswith(wanted)), 1
    )
