"""The safety screen: finds danger to life in nine languages with nothing else running, and leaves idioms alone."""

import csv

import pytest

from messaging.patterns import parse
from messaging.screen import Screen
from records.languages import CODES
from records.settings import HERE

FOLDER = HERE / "flows" / "safety" / "screen"
SCREEN = Screen.load(FOLDER)


@pytest.mark.parametrize("text", [
    "I've got crushing pain in my chest", "cant breath", "I CAN’T BREATHE!!!", "he took an overdose", "i want to kill myself",
    "my baby wont wake up", "her face has droped on one side", "mam silny ból w klatce piersiowej", "nie moge oddychac",
    "سینے میں شدید درد ہے", "seene mein shadeed dard hai", "বুকে প্রচণ্ড ব্যথা", "buke khub betha", "не мога да дишам",
    "ne moga da disham", "non riesco a respirare", "nu pot respira", "ਛਾਤੀ ਵਿੱਚ ਬਹੁਤ ਦਰਦ", "chhati vich bahut dard",
    "لا أستطيع التنفس", "mish 2ader atnafas",
])  # fmt: skip
def test_danger_is_found(text):
    assert SCREEN.find(text) is not None


@pytest.mark.parametrize("text", [
    "I died laughing", "when is the chest clinic", "my heart appointment is on monday", "my battery is dead",
    "this wait is killing me", "dying to know the date", "after my stroke last year i cant drive, is video ok",
    "can i take paracetamol", "", "?", "asdf", "kocham was", "ok", "2", "grazie mille",
])  # fmt: skip
def test_harmless_words_are_left_alone(text):
    assert SCREEN.find(text) is None


def test_every_language_has_a_list_for_every_danger():
    import yaml

    kinds = {"suicide", "overdose", "chest_pain", "stroke", "breathing", "bleeding", "anaphylaxis", "unresponsive",
             "labour", "danger"}  # fmt: skip
    for code in CODES:
        found = yaml.safe_load((FOLDER / f"{code}.yml").read_text("utf-8"))
        assert kinds <= {k for k, v in found.items() if v}, code


def test_a_pattern_that_would_match_anything_is_refused():
    for bad in ("..", "my?", "(a|b", "my? .."):
        with pytest.raises(ValueError, match="pattern"):
            parse(bad)


def test_a_list_says_the_language_it_found_danger_in():
    assert "pl" in SCREEN.find("nie mogę oddychać").languages


def test_recall_and_false_alarms_on_messages_nobody_trained_on():
    """Floors a little under what was measured, of the screen alone. A tenth of these messages were written to sound
    dangerous and are not, so that the share of false alarms is far above what ordinary messages give."""
    rows = []
    for code in CODES:
        with (HERE / "tests" / "data" / "understanding" / f"{code}.csv").open(
            encoding="utf-8"
        ) as file:
            rows += list(csv.DictReader(file))
    found = {row["text"]: SCREEN.find(row["text"]) is not None for row in rows}
    dangers = [r for r in rows if r["topic"] == "emergency"]
    harmless = [r for r in rows if "emergency" not in (r["topic"], *r["alternatives"].split("|"))]
    assert sum(found[r["text"]] for r in dangers) / len(dangers) >= 0.92
    assert sum(found[r["text"]] for r in harmless) / len(harmless) <= 0.04
