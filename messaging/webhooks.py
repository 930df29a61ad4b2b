"""Where the carrier reaches us: a message is checked, kept, committed, and only then acknowledged."""

import logging
import unicodedata
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, request

from messaging import twilio
from messaging.twilio import Account
from records import clock, conversations, inbox, messages, trusts
from records.database import Sessions
from records.settings import Settings

log = logging.getLogger(__name__)

LARGEST = 64 * 1024  # bytes of a webhook; a real one has under 10 KiB
MOST_FIELDS = 200
LONGEST_BODY = 1600  # characters: Twilio's own limit
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def pages(
    settings: Settings, account: Account, sessions: Sessions, ring: Callable[[], None]
) -> Blueprint:
    """The two webhooks. `ring` wakes the inbox after a message was committed."""
    blueprint = Blueprint("twilio", __name__, url_prefix="/twilio")

    def checked() -> dict[str, str]:
        """The request's fields, once each and signed by our account; 403 or 400 otherwise, and nothing kept."""
        return _fields(settings, account)

    # GET is let in to be refused like any other forgery: a 405 would tell which addresses exist.
    @blueprint.route("/inbound", methods=["GET", "POST"])
    def inbound() -> Response:
        fields = checked()
        _check_inbound(fields)
        with sessions.begin() as session:
            trust = trusts.find_by_sender(session, fields["To"])
            if trust is None:
                abort(403)
            kept = inbox.receive(session, _row(session, trust.id, fields, clock.now()))
        if kept:
            ring()
        return Response(_EMPTY, mimetype="text/xml")

    @blueprint.route("/status/<uuid:message_id>", methods=["GET", "POST"])
    def status(message_id: UUID) -> Response:
        fields = checked()
        if (
            not twilio.SID.fullmatch(fields.get("MessageSid", ""))
            or not fields.get("MessageStatus", "").isidentifier()
        ):
            abort(400)
        with sessions.begin() as session:
            message = session.get(messages.Message, message_id, with_for_update=True)
            if message is None or (message.sid and message.sid != fields["MessageSid"]):
                abort(400)
            code = fields.get("ErrorCode", "")
            number = int(code) if code.isdecimal() and len(code) < 7 else None
            messages.report(
                session, message, fields["MessageSid"], fields["MessageStatus"], number, clock.now()
            )
        return Response(_EMPTY, mimetype="text/xml")

    return blueprint


def _fields(settings: Settings, account: Account) -> dict[str, str]:
    if request.method != "POST":
        abort(403)
    if (
        request.content_length or 0
    ) > LARGEST or request.mimetype != "application/x-www-form-urlencoded":
        abort(400)
    fields = request.form
    # Twilio's signature runs names and values together, so repeated fields could be read in two ways (twilio.md 1.2).
    if len(fields) > MOST_FIELDS or any(len(fields.getlist(name)) != 1 for name in fields):
        abort(400)
    given = fields.to_dict()
    address = settings.public_url + request.full_path.rstrip("?")
    if not account.signed(address, given, request.headers.get("X-Twilio-Signature", "")):
        log.warning("webhook refused: not signed by our account")
        abort(403)
    unknown = [name for name in given if not twilio.FIELDS.fullmatch(name)]
    if unknown:
        log.error("webhook refused: %d fields that Twilio is not known to send", len(unknown))
        abort(400)
    if given.get("AccountSid") != account.sid:
        abort(403)
    return given


def _check_inbound(fields: dict[str, str]) -> None:
    """Strict patterns after the signature: only they tell a merged or split field from a real one."""
    wrong = (
        not twilio.SID.fullmatch(fields.get("MessageSid", "")),
        not twilio.is_address(fields.get("From", "")),
        not twilio.is_address(fields.get("To", "")),
        twilio.channel_of(fields.get("From", "")) != twilio.channel_of(fields.get("To", "")),
        not (
            fields.get("NumMedia", "0").isdecimal() and int(fields.get("NumMedia", "0")[:4]) <= 10
        ),
        "Body" not in fields or len(unicodedata.normalize("NFC", fields["Body"])) > LONGEST_BODY,
        len(fields.get("ButtonPayload", "")) > 200,
    )
    if any(wrong):
        log.warning("webhook refused: malformed field")
        abort(400)


def _row(session, trust_id: UUID, fields: dict[str, str], now: datetime) -> dict[str, object]:  # type: ignore[no-untyped-def]
    channel = twilio.channel_of(fields["From"])
    conversation = conversations.open_for(session, trust_id, channel, fields["From"])
    return {
        "sid": fields["MessageSid"],
        "trust_id": trust_id,
        "conversation_id": conversation.id,
        "body": unicodedata.normalize("NFC", fields["Body"]).replace("\x00", " "),
        "button": fields.get("ButtonPayload") or None,
        "media": int(fields.get("NumMedia", "0")),
        "received_at": now,
        "try_at": now,
    }
