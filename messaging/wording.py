"""The only place where words meet values: a response's name becomes the text that a patient reads."""

import gettext
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import yaml
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from messaging import segments
from records import languages
from records.errors import ServiceError

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
# In a right-to-left text: Latin words, addresses and spaced numbers, without the punctuation after them.
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-z+(](?:[!-~ ]*[0-9A-Za-z)/])?")
_LRM = "\u200e"


class AnswerIncomplete(ServiceError):
    """A response has no words, or needs a value the trust has not set. Names are in the message, never values."""

    say = "utter_out_of_scope"
    alert = True


@dataclass(frozen=True)
class Rendered:
    """The words of one message: the body as a text carries it, and its choices' titles for channels with buttons."""

    body: str
    choices: tuple[str, ...]

    @cached_property
    def segments(self) -> int:
        """SMS segments of the body."""
        return segments.count(self.body)


class Wording:
    """Every response and menu line in every language, read once from `flows/` and `locales/`."""

    def __init__(self, flows: Path, locales: Path):
        self.english = _responses(flows) | _questions(flows)
        self._catalogues = {
            code: _catalogue(locales, code) for code in languages.CODES if code != languages.DEFAULT
        }

    def text(self, name: str, language: str) -> str:
        """The words of a response as they were written, placeholders and all. AnswerIncomplete if there are none."""
        if name not in self.english:
            raise AnswerIncomplete(name)
        english = self.english[name]
        catalogue = self._catalogues.get(language)
        return catalogue.pgettext(name, english) if catalogue else english

    def question(self, topic: str, language: str) -> str:
        """A topic as a patient would put it, for a numbered list."""
        return self.text(f"question_{topic}", language)

    def render(
        self, name: str, language: str, values: Mapping[str, str], choices: tuple[str, ...] = ()
    ) -> Rendered:
        """The message as it is sent: placeholders filled, choices numbered under it, in plain characters.

        AnswerIncomplete names a response that has no words or a value that is not set.
        """
        body = fill(self.text(name, language), values, name)
        lines = [body, *(f"{n}. {title}" for n, title in enumerate(choices, 1))]
        whole = segments.normalise("\n".join(lines))
        return Rendered(for_direction(whole, language), choices)

    def missing_values(self, values: Mapping[str, str], language: str) -> dict[str, set[str]]:
        """The responses that cannot be published with these values, and what each lacks."""
        needs = {
            name: set(_PLACEHOLDER.findall(self.text(name, language))) for name in self.english
        }
        return {name: need - set(values) for name, need in needs.items() if need - set(values)}


def fill(text: str, values: Mapping[str, str], name: str) -> str:
    """Put values into braces, once: a value is never looked into, so that braces in it do no harm."""
    missing = [p for p in _PLACEHOLDER.findall(text) if p not in values]
    if missing:
        raise AnswerIncomplete(f"{name} needs {', '.join(missing)}")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def for_direction(text: str, language: str) -> str:
    """A right-to-left text with marks that keep phone numbers and addresses in one piece, in order.

    >>> for_direction("اتصل على 020 7946 0000.", "ar").count("\\u200e")
    2
    """
    if not languages.is_right_to_left(language):
        return text

    def marked(found: re.Match[str]) -> str:
        run = found[0]
        return run if run.isdecimal() else f"{_LRM}{run}{_LRM}"

    return "\n".join(_marked_line(line, marked) for line in text.split("\n"))


def _marked_line(line: str, marked) -> str:  # type: ignore[no-untyped-def]
    number = re.match(
        r"\d+\. ", line
    )  # the number of a choice stands at the line's start, on the right
    head = number[0] if number else ""
    return head + _LEFT_TO_RIGHT.sub(marked, line[len(head) :])


def _responses(flows: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(flows.glob("*/responses.yml")):
        for name, variations in yaml.safe_load(file.read_text("utf-8"))["responses"].items():
            found[name] = variations[0]["text"]
    return found


def _questions(flows: Path) -> dict[str, str]:
    topics = yaml.safe_load((flows / "topics.yml").read_text("utf-8"))["topics"]
    return {f"question_{topic['id']}": topic["question"] for topic in topics}


def _catalogue(locales: Path, code: str) -> gettext.GNUTranslations:
    compiled = BytesIO()
    with (locales / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
