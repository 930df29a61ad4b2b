"""The phone simulator: a carrier of our own, and a page that looks like a patient's phone.

It speaks to the same webhooks as Twilio, in Twilio's own form and signed, so that nothing on our side knows the
difference. It exists only where everybody who can reach us sits at this machine (app.py).
"""

import hashlib
import hmac
import logging
import queue
import secrets
import threading
from datetime import datetime
from uuid import UUID

import requests
from flask import Blueprint, Response, abort, jsonify, render_template, request
from sqlalchemy import select

from messaging import twilio
from messaging.carrier import Accepted, Outgoing
from messaging.twilio import Account
from records import clock, conversations, languages, messages
from records.database import Sessions
from records.inbox import Inbound
from records.messages import Message
from records.patients import ContactPoint, Patient
from records.settings import Settings
from records.trusts import Sender, Trust

log = logging.getLogger(__name__)

REPORTED = ("queued", "sent", "delivered")
SECONDS_BETWEEN_REPORTS = 0.3
TIMEOUT_SECONDS = 15  # Twilio waits as long for our webhooks


def account(settings: Settings) -> Account:
    """The simulator's account: it signs with a token that only this installation can know."""
    token = hmac.new(settings.secret_key.encode(), b"phone simulator", hashlib.sha256).hexdigest()[
        :32
    ]
    return Account("AC" + "0" * 32, (token,))


class SimulatorCarrier:
    """Takes every text and reports it delivered, as a carrier would, by signed callbacks."""

    def __init__(self, settings: Settings):
        self._settings, self._account = settings, account(settings)
        self._taken: dict[UUID, Accepted] = {}
        self._reports: queue.Queue[tuple[Outgoing, str]] = queue.Queue()
        threading.Thread(target=self._report, daemon=True, name="simulator").start()

    def send(self, text: Outgoing) -> Accepted:
        """Take the text."""
        accepted = Accepted("SM" + secrets.token_hex(16), "queued")
        self._taken[text.id] = accepted
        self._reports.put((text, accepted.sid))
        return accepted

    def find(self, text: Outgoing, since: datetime, known: set[str]) -> Accepted | None:
        """What was taken under this id."""
        return self._taken.get(text.id)

    def _report(self) -> None:
        while True:
            text, sid = self._reports.get()
            for status in REPORTED:
                threading.Event().wait(SECONDS_BETWEEN_REPORTS)
                fields = {
                    "MessageSid": sid,
                    "SmsSid": sid,
                    "MessageStatus": status,
                    "SmsStatus": status,
                }
                fields |= {"To": text.to, "From": text.sender, "AccountSid": self._account.sid}
                post_signed(self._settings, self._account, f"/twilio/status/{text.id}", fields)


def post_signed(settings: Settings, account: Account, path: str, fields: dict[str, str]) -> int:
    """Call one of our webhooks as Twilio does; the HTTP status, or 0 where nobody answered."""
    fields = {**fields, "ApiVersion": "2010-04-01"}
    signature = account.signature(settings.public_url + path, fields)
    try:
        answer = requests.post(
            f"http://127.0.0.1:{settings.port}{path}",
            data=fields,
            headers={"X-Twilio-Signature": signature},
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        log.warning("webhook did not answer: %s", type(error).__name__)
        return 0
    return answer.status_code


def pages(settings: Settings, sessions: Sessions) -> Blueprint:
    """The page and what it asks for. Patients are named by our own ids, never by their numbers."""
    blueprint = Blueprint(
        "simulator", __name__, url_prefix="/simulator", template_folder="templates"
    )
    signer = account(settings)

    @blueprint.before_request
    def only_from_this_machine() -> None:
        # A page elsewhere could make a browser here post to us, or point its own name at this address.
        is_cross_site = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if (
            request.host.rpartition(":")[0] not in ("127.0.0.1", "localhost", "[::1]")
            or is_cross_site
        ):
            abort(403)

    @blueprint.get("/")
    def page() -> str:
        with sessions.begin() as session:
            people = [
                _person(p) for p in session.scalars(select(Patient).order_by(Patient.family_name))
            ]
        return render_template("simulator.html", people=people)

    @blueprint.get("/<uuid:patient_id>/<any(sms, whatsapp):channel>")
    def thread(patient_id: UUID, channel: str) -> Response:
        with sessions.begin() as session:
            return jsonify(_thread(session, *_address(session, patient_id, channel)))

    @blueprint.post("/<uuid:patient_id>/<any(sms, whatsapp):channel>")
    def send(patient_id: UUID, channel: str) -> tuple[Response, int]:
        told = request.get_json()
        with sessions.begin() as session:
            point, sender = _address(session, patient_id, channel)
        status = post_signed(
            settings, signer, "/twilio/inbound", _fields(signer, point.address, sender, told)
        )
        return jsonify(status=status), 200 if status == 200 else 502

    return blueprint


def _person(patient: Patient) -> dict[str, str]:
    name = f"{patient.given_name} {patient.family_name}"
    return {"id": str(patient.id), "name": name, "language": languages.own_name(patient.language)}


def _address(session, patient_id: UUID, channel: str) -> tuple[ContactPoint, str]:  # type: ignore[no-untyped-def]
    point = session.scalar(
        select(ContactPoint).where(
            ContactPoint.patient_id == patient_id, ContactPoint.channel == channel
        )
    )
    if point is None:
        abort(404)
    addresses = session.scalars(select(Sender.address).where(Sender.trust_id == point.trust_id))
    return point, next(a for a in addresses if twilio.channel_of(a) == channel)


def _fields(account: Account, address: str, sender: str, told: dict[str, str]) -> dict[str, str]:
    """The form that Twilio posts for a text, or for a tap on a WhatsApp quick reply (twilio.md 1.1)."""
    sid = "SM" + secrets.token_hex(16)
    fields = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received"}
    fields |= {
        "AccountSid": account.sid,
        "From": address,
        "To": sender,
        "NumMedia": "0",
        "NumSegments": "1",
    }
    fields["Body"] = str(told.get("body", ""))
    if twilio.channel_of(address) == "whatsapp":
        fields |= {
            "WaId": address.removeprefix("whatsapp:+"),
            "ProfileName": "Simulator",
            "MessageType": "text",
        }
    if told.get("button"):
        fields |= {
            "MessageType": "interactive",
            "ButtonText": fields["Body"],
            "ButtonPayload": str(told["button"]),
        }
    return fields


def _thread(session, point: ContactPoint, sender: str) -> dict[str, object]:  # type: ignore[no-untyped-def]
    trust = session.get_one(Trust, point.trust_id)
    conversation = conversations.open_for(session, trust.id, point.channel, point.address)
    received = session.scalars(
        select(Inbound).where(Inbound.conversation_id == conversation.id).order_by(Inbound.id)
    )
    lines = [_in(message) for message in received]
    lines += [_out(message) for message in messages.thread(session, conversation.id) if message.sid]
    lines.sort(key=lambda line: str(line["at"]))
    return {"trust": trust.name, "sender": sender.removeprefix("whatsapp:"), "lines": lines}


def _in(message: Inbound) -> dict[str, object]:
    at = message.received_at
    return {
        "id": message.sid,
        "mine": True,
        "body": message.body,
        "at": at.isoformat(),
        "time": _clock_time(at),
    }


def _out(message: Message) -> dict[str, object]:
    at = message.created_at
    return {
        "id": str(message.id),
        "mine": False,
        "body": message.body,
        "at": at.isoformat(),
        "time": _clock_time(at),
        "status": message.status,
        "segments": message.segments,
        "choices": [choice["title"] for choice in message.choices],
        "language": message.language,
        "direction": "rtl" if languages.is_right_to_left(message.language) else "ltr",
    }


def _clock_time(moment: datetime) -> str:
    return clock.in_london(moment).strftime("%H:%M")
