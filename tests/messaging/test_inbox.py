"""Answering: danger first, STOP obeyed, choices bound to what was asked, and a silent agent waited for."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from messaging import inbox as inbox_room
from messaging.inbox import Inbox
from messaging.keywords import Keywords
from messaging.outbox import Outbox
from messaging.screen import Screen
from messaging.wording import Wording
from records import conversations, inbox, messages, optouts
from records.messages import Lane, Message
from records.settings import HERE
from records.tasks import Task, TaskKind
from records.trusts import Trust
from tests.fakes import FakeAgent, FakeCarrier
from tests.makers import NOW, PHONE, make_inbound, make_patient, make_trust

FLOWS = HERE / "flows"
WORDING = Wording(FLOWS, HERE / "locales")
SCREEN = Screen.load(FLOWS / "safety" / "screen")
KEYWORDS = Keywords(FLOWS / "keywords")


@pytest.fixture
def agent():
    return FakeAgent()


@pytest.fixture
def answering(sessions, agent) -> Inbox:
    with sessions.begin() as session:
        make_patient(session, make_trust(session))
    with time_machine.travel(NOW, tick=False):
        yield Inbox(sessions, SCREEN, KEYWORDS, agent, WORDING)


def text(answering, body, **changes):
    with answering.sessions.begin() as session:
        return make_inbound(session, session.scalars(select(Trust)).one(), body, **changes)


def said(sessions) -> list[Message]:
    with sessions.begin() as session:
        return list(session.scalars(select(Message).order_by(Message.created_at, Message.n)))


def test_a_message_gets_the_agents_answer_once(answering, agent):
    sid = text(answering, "hello")
    assert answering.answer_next() and not answering.answer_next()
    assert agent.asked == [(sid, "hello", None)]
    (message,) = said(answering.sessions)
    assert message.response == "utter_greet" and message.body.startswith(
        "Hello from Northgate Hospital."
    )


def test_danger_is_answered_without_the_agent_and_told_to_staff(answering, agent):
    agent.is_down = True
    text(answering, "I've got crushing pain in my chest")
    answering.answer_next()
    (message,) = said(answering.sessions)
    assert (
        message.response == "utter_emergency"
        and message.lane == Lane.EMERGENCY
        and "999" in message.body
    )
    with answering.sessions.begin() as session:
        assert session.scalars(select(Task)).one().kind == TaskKind.EMERGENCY


@pytest.mark.parametrize(("heard", "expected"), [("pl", "pl"), ("en", "en")])
def test_danger_is_warned_of_in_the_language_it_was_written_in(
    answering, agent, sessions, heard, expected
):
    agent.language = heard
    text(answering, "chest pain")
    answering.answer_next()
    assert said(sessions)[0].language == expected


def test_with_the_agent_down_the_words_tell_the_language(answering, agent, sessions):
    agent.is_down = True
    text(answering, "non riesco a respirare")
    answering.answer_next()
    assert said(sessions)[0].language == "it"


def test_danger_overtakes_whatever_waits(answering, agent):
    agent.is_down = True
    text(answering, "when is it")
    answering.answer_next()
    text(answering, "my dad cant breathe")
    assert answering.watch_for_danger(0) == 2
    assert [m.response for m in said(answering.sessions)].count("utter_emergency") == 1
    answering.answer_next()
    assert [m.response for m in said(answering.sessions)].count("utter_emergency") == 1


def test_a_silent_agent_is_waited_for_with_one_holding_text_and_one_answer(
    answering, agent, sessions
):
    agent.is_down = True
    text(answering, "where do I park")
    with time_machine.travel(NOW, tick=False) as moment:
        for _ in range(5):
            answering.answer_next()
            moment.shift(timedelta(minutes=1))
        assert [m.response for m in said(sessions)] == ["utter_holding"]
        agent.is_down = False
        answering.answer_next()
        moment.shift(timedelta(minutes=1))
        assert not answering.answer_next()
    assert [m.response for m in said(sessions)] == ["utter_holding", "utter_greet"]


def test_messages_that_waited_are_answered_in_order(answering, agent, sessions):
    agent.is_down = True
    sids = [text(answering, body) for body in ("one", "two", "three")]
    with time_machine.travel(NOW, tick=False) as moment:
        for _ in range(3):
            answering.answer_next()
        agent.is_down = False
        moment.shift(timedelta(minutes=2))
        while answering.answer_next():
            pass
    assert [sid for sid, _, _ in agent.asked] == sids
    assert [m.response for m in said(sessions)].count("utter_holding") == 1


def test_stop_is_obeyed_confirmed_once_and_undone_by_start(answering, agent, sessions):
    carrier = FakeCarrier()
    for body in ("STOP", "hello", "Start"):
        text(answering, body)
        answering.answer_next()
        while Outbox(sessions, carrier).send_next():
            pass
    assert [m.response for m in said(sessions)] == [
        "utter_opted_out",
        "utter_greet",
        "utter_opted_in",
    ]
    assert len(carrier.taken) == 2, "what was said between STOP and START is withheld"
    with sessions.begin() as session:
        trust = session.scalars(select(Trust)).one()
        assert not optouts.stands(session, trust.id, "sms", PHONE)


def offer(answering, topics=("faq_a", "faq_b")):
    with answering.sessions.begin() as session:
        trust = session.scalars(select(Trust)).one()
        conversation = conversations.open_for(session, trust.id, "sms", PHONE)
        message = Message(
            trust_id=trust.id, conversation_id=conversation.id, response="utter_did_you_mean", language="en",
            body="?", segments=1, lane=Lane.REPLY, created_at=NOW, due_at=NOW, expires_at=NOW,
            choices=[{"topic": t, "intent": "faq", "title": t} for t in topics],
        )  # fmt: skip
        session.add(message)
        session.flush()
        conversations.offer(conversation, message.id, NOW)
        return message.id


@pytest.mark.parametrize("body", ["2", " 2. ", "২", "٢", "۲", "੨"])
def test_a_bare_number_answers_what_was_asked(answering, agent, body):
    offer(answering)
    text(answering, body)
    answering.answer_next()
    assert agent.asked[0][2]["topic"] == "faq_b"


def test_a_number_long_after_the_question_is_asked_about_never_guessed(answering, agent):
    offer(answering)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        text(answering, "1")
        answering.answer_next()
    assert agent.asked[0][2] == {"topic": "unknown_choice"}


def test_a_button_answers_its_own_message_however_old(answering, agent):
    old = offer(answering, ("old_a", "old_b"))
    offer(answering, ("new_a", "new_b"))
    text(answering, "old_a", button=f"{old}:1")
    answering.answer_next()
    assert agent.asked[0][2]["topic"] == "old_a"


def test_a_number_nobody_offered_is_not_a_choice(answering, agent):
    offer(answering)
    text(answering, "7")
    answering.answer_next()
    assert agent.asked[0][2] == {"topic": "unknown_choice"}


def test_a_photo_without_words_is_told_that_we_read_only_text(answering, agent, sessions):
    text(answering, "", media=1)
    answering.answer_next()
    assert [m.response for m in said(sessions)] == ["utter_text_only"] and agent.asked == []


def test_a_worker_that_loses_the_race_says_nothing(answering, agent, sessions):
    text(answering, "hello")
    with sessions.begin() as session:
        conversation, message = inbox.claim(session, NOW)
        turn = inbox_room._turn(session, conversation, message)
        assert inbox.finish(session, message, NOW)
    answering._answer(turn)
    assert said(sessions) == []


def test_an_answer_that_lacks_a_value_is_replaced_by_words_that_need_none(
    answering, agent, sessions
):
    agent.response = "utter_travel_and_parking"
    with sessions.begin() as session:
        trust = session.scalars(select(Trust)).one()
        trust.values = {k: v for k, v in trust.values.items() if k != "travel_page"}
    text(answering, "parking?")
    answering.answer_next()
    assert said(sessions)[0].body.startswith("Sorry, I do not know the answer to that.")


def test_the_words_are_in_the_patients_language_before_any_other_is_known(
    answering, agent, sessions
):
    agent.is_down = True
    with sessions.begin() as session:
        make_patient(
            session, session.scalars(select(Trust)).one(), "+447700900102", "pl", "9990000018"
        )
    text(answering, "hmm", phone="+447700900102")
    answering.answer_next()
    assert said(sessions)[0].language == "pl"


def test_a_reply_row_is_made_once_even_if_a_turn_is_repeated(answering, agent, sessions):
    sid = text(answering, "hello")
    answering.answer_next()
    with sessions.begin() as session:
        message = session.scalars(select(inbox.Inbound)).one()
        message.state = inbox.InboundState.RECEIVED
    with pytest.raises(Exception, match="unique|UNIQUE|duplicate"):
        answering.answer_next()
    assert [m.inbound_sid for m in said(sessions)] == [sid]
    assert replace(answering, agent=agent).agent is agent and messages.RANK
