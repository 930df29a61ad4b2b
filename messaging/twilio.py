"""Twilio, and nothing else that talks to it: its fields, its error codes, its signature, its client."""

import re
from dataclasses import dataclass
from datetime import datetime

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from messaging.carrier import Accepted, Outgoing
from records.errors import CannotSend, CarrierUnavailable, OutcomeUnknown
from records.settings import Settings

TIMEOUT_SECONDS = 10  # the client's own default is to wait for ever
SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
BUSINESS_SCOPED_ID = re.compile(r"whatsapp:[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
# HTTP statuses and error codes after which Twilio has certainly not taken the message (twilio.md 1.5).
NOT_TAKEN = {429, 401, 20003, 20429, 21611}
# Fields of the webhooks, by name or by the family Twilio adds to without notice (twilio.md 1.1, 1.4).
FIELDS = re.compile(
    r"(Message|Sms|Account|Messaging|Api|Num|Body|From|To|Media|Profile|WaId|External|Channel|Forwarded|Frequently"
    r"|Button|List|Original|Latitude|Longitude|Address|Label|Referral|OptOut|Error|RawDlr|Event|Raw|Flow|Interactive"
    r"|AddOns|Data|DateCreated|Smart|Segment|Optional)[A-Za-z]{0,40}\d{0,2}"
)


@dataclass(frozen=True)
class Account:
    """Whose webhooks are ours: the account's SID and the tokens that may sign (two while one is rotated)."""

    sid: str
    tokens: tuple[str, ...]

    def signed(self, url: str, fields: dict[str, str], signature: str) -> bool:
        """Did the account sign this request? `url` is built from our settings, never from the request's headers."""
        return any(
            RequestValidator(token).validate(url, fields, signature) for token in self.tokens
        )

    def signature(self, url: str, fields: dict[str, str]) -> str:
        """The signature that Twilio would send; the simulator's and the tests' requests carry it."""
        return str(RequestValidator(self.tokens[0]).compute_signature(url, fields))


def is_address(text: str) -> bool:
    """Is this how Twilio names somebody: a number, a WhatsApp number, or a WhatsApp business-scoped id?"""
    return bool(NUMBER.fullmatch(text) or BUSINESS_SCOPED_ID.fullmatch(text))


def channel_of(address: str) -> str:
    """ "whatsapp" or "sms"."""
    return "whatsapp" if address.startswith("whatsapp:") else "sms"


def callback_url(settings: Settings, message_id: object) -> str:
    """Where delivery reports on one of our messages go; our own id in it settles a send whose answer got lost."""
    return f"{settings.public_url}/twilio/status/{message_id}"


class TwilioCarrier:
    """The real carrier."""

    def __init__(self, settings: Settings, http_client: TwilioHttpClient | None = None):
        # No retries below us: a POST to Messages is not idempotent, and a repeat is a second text.
        http_client = http_client or TwilioHttpClient(timeout=TIMEOUT_SECONDS, max_retries=None)
        self._settings = settings
        self._client = Client(
            settings.twilio_api_key,
            settings.twilio_api_secret,
            settings.twilio_account_sid,
            http_client=http_client,
        )

    def send(self, text: Outgoing) -> Accepted:
        """Create the message at Twilio."""
        service = self._settings.twilio_messaging_service_sid
        origin = {"messaging_service_sid": service} if service else {"from_": text.sender}
        try:
            made = self._client.messages.create(
                to=text.to,
                body=text.body,
                status_callback=callback_url(self._settings, text.id),
                validity_period=min(36_000, max(1, text.seconds_left)),
                **origin,
            )
        except TwilioRestException as error:
            raise _meaning(error) from None
        except requests.ConnectTimeout as error:
            raise CarrierUnavailable(type(error).__name__) from None
        except (TwilioException, requests.RequestException) as error:
            raise OutcomeUnknown(type(error).__name__) from None
        return Accepted(str(made.sid), str(made.status))

    def find(self, text: Outgoing, since: datetime, known: set[str]) -> Accepted | None:
        """Look through what Twilio sent to this number since then for the same words."""
        try:
            listed = self._client.messages.list(to=text.to, date_sent_after=since)
        except (TwilioException, requests.RequestException) as error:
            raise CarrierUnavailable(type(error).__name__) from None
        for message in listed:
            if (
                message.body == text.body
                and str(message.sid) not in known
                and message.direction != "inbound"
            ):
                return Accepted(str(message.sid), str(message.status))
        return None


def _meaning(error: TwilioRestException) -> CannotSend | CarrierUnavailable | OutcomeUnknown:
    if error.status in NOT_TAKEN or error.code in NOT_TAKEN:
        return CarrierUnavailable(str(error.code))
    return OutcomeUnknown(str(error.status)) if error.status >= 500 else CannotSend(error.code)
