"""What changes while the agent runs, and what staff may ask it: taught phrases, "did you mean", `flask ask`."""

import json

import pytest
from sqlalchemy import func, select

import app
from records import trusts
from records.inbox import Inbound
from records.messages import Message
from records.tasks import Task
from records.trusts import Trust
from tests.conversations.test_conversations import Patient


def test_a_phrase_that_a_trust_teaches_is_understood_with_the_next_message(house):
    patient = Patient(house)
    before = patient.text("zorbing the quux flib")[0].response
    assert before == "utter_out_of_scope"
    with house.sessions.begin() as session:
        trust = session.scalars(select(Trust)).first()
        trusts.teach(session, trust, "travel_and_parking", "en", "zorbing the quux flib")
    assert patient.text("zorbing the quux flib")[0].response == "utter_travel_and_parking"
    assert patient.text("Zorbing the quux flib??")[0].response == "utter_travel_and_parking"


@pytest.mark.parametrize("choice", [1, 2])
def test_a_message_that_could_mean_several_things_is_asked_about_and_a_number_answers(
    house, choice
):
    texts = [
        "phone",
        "the time",
        "number",
        "link",
        "who",
        "doctor camera",
        "video thing",
        "calling",
    ]
    understood = house.inbox.agent.understand(texts)
    text = next(t for t, u in zip(texts, understood, strict=True) if u.band == "ask")
    patient = Patient(house)
    (asked,) = patient.text(text)
    assert asked.response == "utter_did_you_mean" and 2 <= len(asked.choices) <= 4
    assert asked.choices[-1]["topic"] == "talk_to_a_person"
    answered = patient.text(str(choice))
    with house.sessions.begin() as session:
        topic = session.scalar(select(Inbound.topic).order_by(Inbound.id.desc()).limit(1))
    assert answered and topic == asked.choices[choice - 1]["topic"]


def ask(house, *arguments):
    result = app.create_app(house).test_cli_runner().invoke(args=["ask", *arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.output.splitlines()[-1])


def test_flask_ask_says_what_would_be_sent_and_keeps_nothing(house):
    def count():
        with house.sessions.begin() as session:
            return [
                session.scalar(select(func.count()).select_from(table))
                for table in (Inbound, Message, Task)
            ]

    before = count()
    found = ask(house, "Czy rozmowa będzie nagrywana?", "--json")
    assert (found["topic"], found["language"], found["segments"]) == (
        "will_it_be_recorded",
        "pl",
        2,
    )
    assert (
        "nie nagrywamy" in found["reply"] and found["alternatives"][0][0] == "will_it_be_recorded"
    )
    assert ask(house, "i cant breathe", "--json")["topic"] == "emergency"
    assert (
        ask(house, "I want to talk to a human being please", "--json")["topic"]
        == "talk_to_a_person"
    )
    assert ask(house, "STOP", "--json", "--from", "+447700900102")["language"] == "pl"
    assert count() == before


def test_flask_ask_names_a_trust_it_does_not_know(house):
    result = (
        app.create_app(house).test_cli_runner().invoke(args=["ask", "hello", "--trust", "NONE"])
    )
    assert result.exit_code == 1 and "there is no trust NONE" in result.output
