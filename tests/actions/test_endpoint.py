"""Actions: only for who shows the secret, for the sender's own conversation, once for one message."""

import pytest
from sqlalchemy import select

from actions import endpoint
from actions.patient_action import PatientAction
from records import conversations, optouts, patients, trusts
from records.patients import Patient
from records.settings import HERE
from records.tasks import Task
from tests.makers import PHONE, make_patient, make_trust

SECRET = {"Authorization": "Bearer secret"}


@pytest.fixture
def client(sessions):
    return endpoint.create(sessions, "secret").test_client()


@pytest.fixture
def conversation(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        make_patient(session, trust)
        return conversations.open_for(session, trust.id, "sms", PHONE)


def call(client, conversation, name, headers=SECRET, sid="SM1", dry=False, **latest):
    user = {
        "event": "user",
        "message_id": sid,
        "metadata": {"trust": "RXX", "dry": dry},
        "text": "x",
    }
    sender = "dry-1" if dry else str(conversation.id)
    tracker = {"sender_id": sender, "slots": {}, "latest_message": latest, "events": [user], "paused": False,
               "active_loop": {}, "latest_action_name": "action_listen", "latest_input_channel": "textroom"}  # fmt: skip
    body = {"next_action": name, "sender_id": sender, "tracker": tracker, "version": "3.6.21"}
    return client.post("/bot/actions", json=body, headers=headers)


def said(answer):
    return [r["response"] for r in answer.json["responses"]]


def test_nothing_is_answered_without_the_secret(client, conversation):
    assert call(client, conversation, "action_opt_out", headers={}).status_code == 401
    assert (
        call(
            client, conversation, "action_opt_out", headers={"Authorization": "Bearer x"}
        ).status_code
        == 401
    )
    assert client.get("/bot/phrases/RXX").status_code == 401


def test_every_action_that_a_flow_names_exists_and_every_one_that_exists_is_named(client):
    import re

    named = set(
        re.findall(r"\baction_\w+", "".join(f.read_text() for f in HERE.glob("flows/*/*.yml")))
    )
    assert named == {action.named for action in PatientAction.__subclasses__()}


@pytest.mark.parametrize(("action", "response", "kind"), [
    ("action_talk_to_a_person", "utter_talk_to_a_person", "person-wanted"),
    ("action_emergency", "utter_emergency", "emergency"),
    ("action_ask_for_visit_quietly", "utter_visit_asked_for", "not-safe-to-talk"),
    ("action_wrong_person", "utter_wrong_person", "wrong-person"),
    ("action_patient_has_died", "utter_patient_has_died", "patient-died"),
])  # fmt: skip
def test_staff_are_told_once_however_often_a_turn_is_repeated(
    client, conversation, sessions, action, response, kind
):
    for _ in range(3):
        assert said(call(client, conversation, action)) == [response]
    with sessions.begin() as session:
        assert [t.kind for t in session.scalars(select(Task))] == [kind]


def test_a_wrong_number_is_unbound_and_a_death_stops_everything(client, conversation, sessions):
    call(client, conversation, "action_patient_has_died")
    with sessions.begin() as session:
        assert session.scalars(select(Patient)).one().died_at is not None
    call(client, conversation, "action_wrong_person", sid="SM2")
    with sessions.begin() as session:
        assert patients.at(session, conversation.trust_id, "sms", PHONE) == []


def test_nobody_is_marked_dead_where_several_share_a_phone(client, conversation, sessions):
    with sessions.begin() as session:
        trust = trusts.find(session, "RXX")
        make_patient(session, trust, nhs_number="9990000018")
    call(client, conversation, "action_patient_has_died")
    with sessions.begin() as session:
        assert all(p.died_at is None for p in session.scalars(select(Patient)))
        assert session.scalars(select(Task)).one().kind == "patient-died"


def test_a_language_is_remembered_or_all_nine_are_offered(client, conversation, sessions):
    assert said(
        call(client, conversation, "action_change_language", language={"requested": "pl"})
    ) == ["utter_language_changed"]
    with sessions.begin() as session:
        assert session.get_one(type(conversation), conversation.id).language == "pl"
    answer = call(client, conversation, "action_change_language", language={"requested": None})
    assert (
        said(answer) == ["utter_which_language"]
        and len(answer.json["responses"][0]["choices"]) == 9
    )


def test_a_dry_run_does_what_it_says_and_keeps_nothing(client, conversation, sessions):
    assert said(call(client, conversation, "action_opt_out", dry=True)) == ["utter_opted_out"]
    assert said(call(client, conversation, "action_talk_to_a_person", dry=True)) == [
        "utter_talk_to_a_person"
    ]
    with sessions.begin() as session:
        assert session.scalars(select(Task)).all() == []
        assert conversations.find(session, conversation.trust_id, "sms", "dry-1") is None
        assert not optouts.stands(session, conversation.trust_id, "sms", PHONE)


def test_an_unknown_conversation_gets_words_and_changes_nothing(client, conversation, sessions):
    import uuid

    conversation.id = uuid.uuid4()
    assert said(call(client, conversation, "action_talk_to_a_person")) == [
        "utter_something_went_wrong"
    ]
    with sessions.begin() as session:
        assert session.scalars(select(Task)).all() == []


def test_a_trusts_phrases_are_handed_out_with_their_version(client, conversation, sessions):
    with sessions.begin() as session:
        trusts.teach(
            session,
            trusts.find(session, "RXX"),
            "travel_and_parking",
            "en",
            "where do i leave the motor",
        )
    answer = client.get("/bot/phrases/RXX", headers=SECRET).json
    assert answer == {
        "version": 1,
        "phrases": [{"topic": "travel_and_parking", "text": "where do i leave the motor"}],
    }
    assert client.get("/bot/phrases/NONE", headers=SECRET).status_code == 404
