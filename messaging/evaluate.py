"""How well the agent understands: runs labelled messages through the real pipeline and counts."""

import csv
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from messaging.rasa import Agent, Understood
from messaging.screen import Screen

COLUMNS = ("text", "language", "style", "topic", "alternatives")
EMERGENCY, OUT_OF_SCOPE = "emergency", "out_of_scope"


@dataclass(frozen=True)
class Row:
    """One labelled message. Its first topic is the label; any of `right` counts as right."""

    text: str
    language: str
    style: str
    topic: str
    right: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """One message as the whole pipeline took it: what the screen raised counts before what the agent thought."""

    row: Row
    ranked: tuple[str, ...]
    answered: bool
    language: str | None
    milliseconds: float


def read(file: Path) -> list[Row]:
    """The rows of a CSV with the columns of COLUMNS; ValueError names what is wrong with it."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = [c for c in COLUMNS[:4] if c not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{file} lacks the columns {', '.join(missing)}")
        return [_row(raw) for raw in reader if (raw["text"] or "").strip()]


def _row(raw: dict[str, str | None]) -> Row:
    topic = (raw["topic"] or "").strip()
    others = {a.strip() for a in (raw.get("alternatives") or "").split("|") if a.strip()}
    return Row(
        raw["text"] or "",
        raw["language"] or "",
        raw["style"] or "",
        topic,
        frozenset(others | {topic}),
    )


def run(rows: list[Row], screen: Screen, agent: Agent) -> list[Outcome]:
    """Every message through the screen and the agent, as a text from a stranger whose language is not known."""
    outcomes = []
    for row, understood in zip(rows, agent.understand([row.text for row in rows]), strict=True):
        started = time.perf_counter()
        danger = screen.find(row.text)
        milliseconds = (time.perf_counter() - started) * 1000 + understood.milliseconds
        outcomes.append(_outcome(row, understood, bool(danger), milliseconds))
    return outcomes


def _outcome(row: Row, understood: Understood, danger: bool, milliseconds: float) -> Outcome:
    ranked = [understood.topic or "", *(topic for topic, _ in understood.alternatives)]
    if understood.band == "none":
        ranked.insert(0, OUT_OF_SCOPE)
    if danger:
        ranked.insert(0, EMERGENCY)
    answered = danger or understood.band == "answer"
    return Outcome(
        row, tuple(dict.fromkeys(ranked))[:3], answered, understood.language, milliseconds
    )


def figures(outcomes: Iterable[Outcome]) -> dict[str, float | None]:
    """Rates from 0 to 1 and milliseconds; None where there is nothing to count.

    `refused_wrongly`: real questions answered with "I do not know". `out_of_scope_caught`: messages about nothing in
    the list that were not answered as a topic.
    """
    done = list(outcomes)
    emergencies = [o for o in done if EMERGENCY in o.row.right]
    others = [o for o in done if EMERGENCY not in o.row.right]
    outside = [o for o in done if o.row.topic == OUT_OF_SCOPE]
    inside = [o for o in done if OUT_OF_SCOPE not in o.row.right]
    times = sorted(o.milliseconds for o in done)
    return {
        "messages": len(done),
        "top1": _rate(o.ranked[0] in o.row.right for o in done),
        "top3": _rate(bool(o.row.right & set(o.ranked)) for o in done),
        "language": _rate(o.language == o.row.language for o in done),
        "emergency_recall": _rate(o.ranked[0] == EMERGENCY for o in emergencies),
        "emergency_false_alarms": _rate(o.ranked[0] == EMERGENCY for o in others),
        "refused_wrongly": _rate(o.ranked[0] == OUT_OF_SCOPE for o in inside),
        "out_of_scope_caught": _rate(not o.answered for o in outside),
        "p50_ms": round(statistics.median(times), 2) if times else None,
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2) if times else None,
    }


def report(outcomes: list[Outcome]) -> dict[str, Any]:
    """The figures of all, of each language and of each style."""
    return {
        "all": figures(outcomes),
        "languages": {
            code: figures(o for o in outcomes if o.row.language == code)
            for code in _seen(outcomes, "language")
        },
        "styles": {
            style: figures(o for o in outcomes if o.row.style == style)
            for style in _seen(outcomes, "style")
        },
    }


def _seen(outcomes: list[Outcome], name: str) -> list[str]:
    return sorted({getattr(outcome.row, name) for outcome in outcomes})


def _rate(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return round(sum(counted) / len(counted), 4) if counted else None


def table(found: dict[str, Any]) -> str:
    """The report as lines of text."""
    columns = list(found["all"])
    lines = [f"{'':<14}" + "".join(f"{_short(c):>11}" for c in columns)]
    for name, row in [("all", found["all"]), *found["languages"].items(), *found["styles"].items()]:
        cells = (
            "-" if row[c] is None else f"{row[c]:.3f}" if isinstance(row[c], float) else str(row[c])
            for c in columns
        )
        lines.append(f"{name[:13]:<14}" + "".join(f"{cell:>11}" for cell in cells))
    return "\n".join(lines)


def _short(column: str) -> str:
    return (
        column.replace("emergency_", "em_")
        .replace("out_of_scope", "oos")
        .replace("refused_wrongly", "refused")[:10]
    )


def misses(outcomes: list[Outcome]) -> str:
    """One line for each message that was taken wrongly: what it was, what came first, and the text."""
    wrong = [o for o in outcomes if o.ranked[0] not in o.row.right]
    return "\n".join(
        f"{o.row.language} {o.row.style:<10} {o.row.topic} -> {o.ranked[0]}: {o.row.text}"
        for o in wrong
    )
