"""Dialogues, texted to the real agent through the real inbox: each turn says what must be answered, and in what language."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from messaging.outbox import Outbox
from records import clock
from records.messages import Message
from records.trusts import Trust
from tests.fakes import FakeCarrier
from tests.makers import make_inbound

FOLDER = Path(__file__).parent
DIALOGUES = {
    f"{file.stem}: {name}": turns
    for file in sorted(FOLDER.glob("*.yml"))
    for name, turns in yaml.safe_load(file.read_text("utf-8")).items()
}


class Patient:
    """Somebody who texts, from a number of their own, and reads what comes back."""

    numbers = iter(range(700000, 800000))

    def __init__(self, house):
        self.sessions, self.inbox = house.sessions, house.inbox
        self.phone = f"+447700{next(self.numbers)}"

    def text(self, body: str) -> list[Message]:
        """What is answered to this text."""
        with self.sessions.begin() as session:
            trust = session.scalars(select(Trust)).first()
            sid = make_inbound(session, trust, body, self.phone, clock.now())
        while self.inbox.answer_next():
            pass
        outbox = Outbox(self.sessions, FakeCarrier())
        while outbox.send_next():
            pass
        with self.sessions.begin() as session:
            query = select(Message).where(Message.inbound_sid == sid).order_by(Message.n)
            return list(session.scalars(query))


@pytest.mark.parametrize("turns", DIALOGUES.values(), ids=DIALOGUES)
def test_a_dialogue_goes_as_a_patient_expects(house, turns):
    patient, said = Patient(house), []
    for turn in turns:
        body = turn["patient"]
        if isinstance(body, dict):  # the number under which the last message offers this topic
            body = str([c["topic"] for c in said[-1].choices].index(body["choose"]) + 1)
        said = patient.text(body)
        expected = turn["says"] if isinstance(turn["says"], list) else [turn["says"]]
        assert [m.response.removeprefix("utter_") for m in said] == expected, body
        assert {m.language for m in said} <= {turn.get("in", said[0].language)}, body
        for words in turn.get("with", []):
            assert words in said[0].body, body


def test_there_are_dialogues_in_every_language():
    languages = {turn.get("in") for turns in DIALOGUES.values() for turn in turns}
    assert len(DIALOGUES) >= 30 and languages >= {
        "en",
        "ar",
        "bn",
        "bg",
        "it",
        "pl",
        "pa",
        "ro",
        "ur",
    }
