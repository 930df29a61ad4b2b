"""Makers: one call makes a whole record with sensible defaults."""

import secrets
from datetime import UTC, date, datetime

from records import conversations, inbox
from records.messages import Lane, Message
from records.patients import ContactPoint, Patient
from records.trusts import Sender, Trust

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PHONE, HOSPITAL = "+447700900101", "+447700900000"


def make_trust(session, code="RXX", sender=HOSPITAL) -> Trust:
    trust = Trust(code=code, name="Northgate Hospital", values=dict(VALUES))
    session.add(trust)
    session.flush()
    session.add_all(
        [
            Sender(address=sender, trust_id=trust.id),
            Sender(address=f"whatsapp:{sender}", trust_id=trust.id),
        ]
    )
    session.flush()
    return trust


def make_patient(session, trust, phone=PHONE, language="en", nhs_number="9990548609") -> Patient:
    patient = Patient(
        trust_id=trust.id, nhs_number=nhs_number, given_name="Mary", family_name="Ashworth",
        born_on=date(1948, 3, 2), language=language,
    )  # fmt: skip
    session.add(patient)
    session.flush()
    session.add(
        ContactPoint(trust_id=trust.id, patient_id=patient.id, channel="sms", address=phone)
    )
    session.flush()
    return patient


def make_inbound(session, trust, body="hello", phone=PHONE, now=NOW, **changes) -> str:
    conversation = conversations.open_for(session, trust.id, "sms", phone)
    sid = "SM" + secrets.token_hex(16)
    row = {
        "sid": sid, "trust_id": trust.id, "conversation_id": conversation.id, "body": body, "button": None,
        "media": 0, "received_at": now, "try_at": now, **changes,
    }  # fmt: skip
    assert inbox.receive(session, row)
    return sid


def make_message(session, trust, phone=PHONE, now=NOW, **changes) -> Message:
    conversation = conversations.open_for(session, trust.id, "sms", phone)
    values = {
        "response": "utter_greet", "language": "en", "body": "Hello", "segments": 1, "lane": Lane.REPLY,
        "created_at": now, "due_at": now, "expires_at": now.replace(year=now.year + 1), **changes,
    }  # fmt: skip
    message = Message(trust_id=trust.id, conversation_id=conversation.id, **values)
    session.add(message)
    session.flush()
    return message


VALUES = {
    "helpdesk_phone": "020 7946 0101", "helpdesk_hours": "8am to 6pm, Monday to Friday", "booking_phone": "020 7946 0102",
    "clinic_phone": "020 7946 0103", "pals_phone": "020 7946 0104", "sms_sender": "07700 900000", "portal_name": "NHS App",
    "link_sent_when": "about 15 minutes before your appointment", "join_early_minutes": "5", "max_wait_minutes": "20",
    "test_url": "https://northgate.example/test", "supported_browsers": "Chrome", "data_mb_20min": "300",
    "recording_policy": "No, we do not record video appointments.", "interpreter_notice_days": "3", "bsl_notice_days": "10",
    "rebook_sla": "2 working days", "pharmacy_route": "your chosen pharmacy", "local_hub": "the library",
    "private_room_site": "a private room", "travel_page": "https://northgate.example/visit",
}  # fmt: skip
