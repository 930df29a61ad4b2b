"""Sending: once, and asked about before a repeat."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from messaging.outbox import Outbox
from records import messages
from records.errors import CannotSend, CarrierUnavailable, OutcomeUnknown
from records.messages import Message, Stage
from tests.fakes import FakeCarrier
from tests.makers import NOW, make_message, make_trust


@pytest.fixture
def carrier():
    return FakeCarrier()


@pytest.fixture
def outbox(sessions, carrier):
    with sessions.begin() as session:
        make_message(session, make_trust(session))
    return Outbox(sessions, carrier)


def only(outbox) -> Message:
    with outbox.sessions.begin() as session:
        return session.scalars(select(Message)).one()


def at(minutes: float):
    return time_machine.travel(NOW + timedelta(minutes=minutes), tick=False)


def test_a_message_is_handed_over_once(outbox, carrier):
    with at(0):
        assert outbox.send_next() and not outbox.send_next()
    message = only(outbox)
    assert (
        message.stage == Stage.SENT
        and message.sid == carrier.taken[0][1].sid
        and message.status == "queued"
    )


def test_a_refusal_for_good_is_kept_with_its_code(outbox, carrier):
    carrier.failing = [CannotSend(21211)]
    with at(0):
        outbox.send_next()
    assert (only(outbox).stage, only(outbox).error_code) == (Stage.FAILED, 21211)


def test_a_busy_carrier_is_tried_again_a_little_later(outbox, carrier):
    carrier.failing = [CarrierUnavailable("20429")]
    with at(0):
        outbox.send_next()
        assert not outbox.send_next(), "not at once"
    with at(1):
        outbox.send_next()
    assert len(carrier.taken) == 1 and only(outbox).stage == Stage.SENT


def test_an_unknown_outcome_is_asked_about_and_found(outbox, carrier):
    carrier.failing, carrier.takes_before_failing = [OutcomeUnknown("ReadTimeout")], True
    with at(0):
        outbox.send_next()
        assert not outbox.settle_next(), "the carrier may still be at it"
    with at(2):
        assert outbox.settle_next()
        assert not outbox.send_next()
    assert len(carrier.taken) == 1 and only(outbox).sid == carrier.taken[0][1].sid


def test_an_unknown_outcome_is_sent_again_only_when_the_carrier_has_it_not(outbox, carrier):
    carrier.failing = [OutcomeUnknown("500")]
    with at(0):
        outbox.send_next()
    with at(2):
        outbox.settle_next()
        outbox.send_next()
    assert len(carrier.taken) == 1 and only(outbox).stage == Stage.SENT


def test_a_sender_that_died_is_settled_the_same_way(outbox, carrier):
    with outbox.sessions.begin() as session:
        messages.claim(session, NOW)
    with at(2):
        assert outbox.settle_next() and outbox.send_next()
    assert len(carrier.taken) == 1


def test_a_text_too_late_to_be_of_use_is_not_sent(outbox, carrier):
    with outbox.sessions.begin() as session:
        session.scalars(select(Message)).one().expires_at = NOW
    with at(1):
        outbox.send_next()
    assert only(outbox).stage == Stage.WITHHELD and carrier.taken == []


def test_the_carrier_is_told_how_long_a_text_is_of_use(outbox, carrier):
    with outbox.sessions.begin() as session:
        session.scalars(select(Message)).one().expires_at = NOW + timedelta(minutes=10)
    with at(0):
        outbox.send_next()
    assert carrier.taken[0][0].seconds_left == 600
