"""The inbox: kept once, in order, one message of a conversation at a time."""

from datetime import timedelta

from records import inbox
from tests.makers import NOW, make_inbound, make_trust

OTHER = "+447700900102"


def claim(sessions, now=NOW):
    with sessions.begin() as session:
        found = inbox.claim(session, now)
        return found and found[1]


def test_a_message_is_kept_once(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        sid = make_inbound(session, trust)
        message = session.query(inbox.Inbound).one()
        row = {
            c: getattr(message, c)
            for c in ("trust_id", "conversation_id", "body", "received_at", "try_at")
        }
        assert not inbox.receive(session, {"sid": sid, **row})
        assert session.query(inbox.Inbound).count() == 1


def test_a_conversation_has_one_message_in_hand_and_others_go_on(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        first = make_inbound(session, trust)
        make_inbound(session, trust)
        third = make_inbound(session, trust, phone=OTHER)
    assert claim(sessions).sid == first
    assert claim(sessions).sid == third
    assert claim(sessions) is None


def test_messages_are_answered_in_the_order_they_came(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        sids = [make_inbound(session, trust) for _ in range(3)]
    for sid in sids:
        message = claim(sessions)
        assert message.sid == sid
        with sessions.begin() as session:
            assert inbox.finish(session, message, NOW)
            inbox.release(session, message.conversation_id)
    assert claim(sessions) is None


def test_a_dead_workers_lease_ends_by_itself(sessions):
    with sessions.begin() as session:
        sid = make_inbound(session, make_trust(session))
    assert claim(sessions).sid == sid
    assert claim(sessions, NOW + inbox.LEASE - timedelta(seconds=1)) is None
    assert claim(sessions, NOW + inbox.LEASE + timedelta(seconds=1)).sid == sid


def test_a_message_is_finished_once(sessions):
    with sessions.begin() as session:
        make_inbound(session, make_trust(session))
    message = claim(sessions)
    with sessions.begin() as session:
        assert inbox.finish(session, message, NOW)
        assert not inbox.finish(session, message, NOW)


def test_waiting_messages_are_put_off_together_so_that_their_order_holds(sessions):
    with sessions.begin() as session:
        trust = make_trust(session)
        first = make_inbound(session, trust)
        make_inbound(session, trust)
    message = claim(sessions)
    with sessions.begin() as session:
        inbox.postpone(session, message.conversation_id, NOW + timedelta(seconds=9))
        inbox.release(session, message.conversation_id)
    assert claim(sessions) is None
    assert claim(sessions, NOW + timedelta(seconds=10)).sid == first
