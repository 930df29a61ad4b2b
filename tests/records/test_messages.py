"""What leaves us: its stages, the carrier's reports, and that nobody takes a message twice."""

import random
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import messages
from records.messages import NEXT, RANK, Lane, Message, Stage
from tests.makers import NOW, make_message, make_trust


@pytest.mark.parametrize(("before", "after"), list(product(Stage, Stage)))
def test_a_stage_changes_only_as_the_table_says(before, after):
    message = Message(stage=before)
    if after in NEXT[before]:
        messages.change_stage(message, after)
        assert message.stage == after
    else:
        with pytest.raises(ValueError, match="cannot go"):
            messages.change_stage(message, after)
        assert message.stage == before


@given(
    st.lists(st.sampled_from([*RANK, "no such status"]), max_size=8),
    st.randoms(use_true_random=False),
)
def test_reports_may_come_in_any_order_and_any_number(reported, shuffler: random.Random):
    def merge(order):
        status = None
        for report in order:
            status = messages.merged(status, report)
        return RANK.get(status or "", -1)

    shuffled = reported + reported
    shuffler.shuffle(shuffled)
    assert merge(reported) == merge(shuffled)


def test_a_late_sent_never_takes_back_delivered():
    for order in permutations(("queued", "sent", "delivered")):
        status = None
        for report in order:
            status = messages.merged(status, report)
        assert status == "delivered"


def test_the_most_urgent_goes_first(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        for lane in (Lane.BULK, Lane.REPLY, Lane.EMERGENCY, Lane.REMINDER):
            make_message(session, trust, lane=lane)
    claimed = []
    for _ in range(4):
        with sessions.begin() as session:
            claimed.append(messages.claim(session, NOW).lane)
    assert claimed == sorted(claimed)


def test_a_message_is_taken_by_one_worker_only(sessions):
    with sessions.begin() as session:
        make_message(session, make_trust(session))
    with sessions.begin() as session:
        assert messages.claim(session, NOW) is not None
    with sessions.begin() as session:
        assert messages.claim(session, NOW) is None


def test_a_delivery_report_settles_a_send_whose_answer_was_lost(sessions):
    with sessions.begin() as session:
        message = make_message(session, make_trust(session), stage=Stage.SENDING, claimed_at=NOW)
        messages.report(session, message, "SM" + "1" * 32, "sent", None, NOW)
        assert (message.stage, message.sid, message.status) == (Stage.SENT, "SM" + "1" * 32, "sent")


def test_a_choice_belongs_to_its_own_conversation(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        message = make_message(session, trust, choices=[{"title": "a", "topic": "greet"}])
        other = make_message(session, trust, phone="+447700900102")
        assert messages.chosen(session, message.conversation_id, message.id, 1)["topic"] == "greet"
        assert messages.chosen(session, message.conversation_id, message.id, 2) is None
        assert messages.chosen(session, other.conversation_id, message.id, 1) is None
