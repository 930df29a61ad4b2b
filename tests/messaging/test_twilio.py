"""The real twilio client against a carrier on this machine that answers as Twilio does, faults and all."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit, urlunsplit
from uuid import uuid4

import pytest
from twilio.http.http_client import TwilioHttpClient

from messaging.carrier import Outgoing
from messaging.twilio import Account, TwilioCarrier, is_address
from records.errors import CannotSend, CarrierUnavailable, OutcomeUnknown
from records.settings import Settings
from tests.makers import HOSPITAL, NOW, PHONE

SID = "SM" + "a" * 32


class Loopback(TwilioHttpClient):
    """The client's own HTTP, sent to this machine instead of to Twilio."""

    def __init__(self, port, **kwargs):
        super().__init__(**kwargs)
        self.port = port

    def request(self, method, url, *args, **kwargs):
        _, _, path, query, _ = urlsplit(url)
        return super().request(
            method, urlunsplit(("http", f"127.0.0.1:{self.port}", path, query, "")), *args, **kwargs
        )


class FakeTwilio(BaseHTTPRequestHandler):
    status, answer, seen, hang = 201, {}, [], None

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        type(self).seen.append((self.path, {k: v[0] for k, v in form.items()}))
        if self.hang:
            self.hang.wait(10)
        self._say(self.status, self.answer)

    def do_GET(self):
        type(self).seen.append((self.path, {}))
        self._say(200, {"messages": [self.answer], "page": 0, "page_size": 50})

    def _say(self, status, body):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args):
        pass


@pytest.fixture
def twilio():
    handler = type(
        "Handler", (FakeTwilio,), {"seen": [], "answer": {"sid": SID, "status": "queued"}}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.port = server.server_port
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def configured(tmp_path):
    return Settings.from_environment({
        "TEXTROOM_INSTANCE": str(tmp_path), "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_API_KEY": "SK" + "1" * 32,
        "TWILIO_API_SECRET": "s", "TWILIO_AUTH_TOKEN": "t", "PUBLIC_URL": "https://northgate.example",
    })  # fmt: skip


@pytest.fixture
def carrier(configured, twilio):
    return TwilioCarrier(configured, Loopback(twilio.port, timeout=0.5, max_retries=None))


def outgoing(**changes):
    return Outgoing(
        **{
            "id": uuid4(),
            "sender": HOSPITAL,
            "to": PHONE,
            "body": "Hello",
            "choices": (),
            "seconds_left": 600,
        }
        | changes
    )


def test_a_text_is_created_with_our_id_in_its_callback_and_its_own_expiry(carrier, twilio):
    text = outgoing()
    accepted = carrier.send(text)
    ((path, form),) = twilio.seen
    assert (accepted.sid, accepted.status) == (SID, "queued")
    assert path == f"/2010-04-01/Accounts/AC{'1' * 32}/Messages.json"
    assert form == {
        "To": PHONE, "From": HOSPITAL, "Body": "Hello", "ValidityPeriod": "600",
        "StatusCallback": f"https://northgate.example/twilio/status/{text.id}",
    }  # fmt: skip


@pytest.mark.parametrize(("status", "code", "error"), [
    (400, 21211, CannotSend), (400, 21610, CannotSend), (429, 20429, CarrierUnavailable), (401, 20003, CarrierUnavailable),
    (500, 20500, OutcomeUnknown), (503, None, OutcomeUnknown),
])  # fmt: skip
def test_each_failure_means_what_the_table_says(carrier, twilio, status, code, error):
    twilio.status, twilio.answer = status, {"code": code, "message": "no", "status": status}
    with pytest.raises(error):
        carrier.send(outgoing())
    assert len(twilio.seen) == 1, "nothing below us may try again by itself"


def test_a_time_out_after_the_text_left_is_an_unknown_outcome(carrier, twilio):
    twilio.hang = threading.Event()
    with pytest.raises(OutcomeUnknown):
        carrier.send(outgoing())
    twilio.hang.set()
    assert len(twilio.seen) == 1


def test_a_carrier_that_cannot_be_reached_has_not_taken_the_text(configured):
    with pytest.raises((CarrierUnavailable, OutcomeUnknown)):
        TwilioCarrier(configured, Loopback(9, timeout=0.5, max_retries=None)).send(outgoing())


def test_twilio_is_asked_for_the_same_words_to_the_same_number(carrier, twilio):
    twilio.answer = {
        "sid": SID,
        "status": "delivered",
        "body": "Hello",
        "direction": "outbound-api",
    }
    assert carrier.find(outgoing(), NOW, set()).sid == SID
    assert carrier.find(outgoing(), NOW, {SID}) is None
    assert carrier.find(outgoing(body="Other"), NOW, set()) is None
    assert "To=%2B447700900101" in twilio.seen[0][0]


def test_a_signature_holds_for_its_url_and_fields_only():
    account = Account("AC1", ("old", "new"))
    url, fields = "https://northgate.example/twilio/inbound", {"Body": "hi", "From": PHONE}
    signature = Account("AC1", ("new",)).signature(url, fields)
    assert account.signed(url, fields, signature)
    assert not account.signed(url + "/", fields, signature)
    assert not account.signed(url, fields | {"Body": "bye"}, signature)
    assert not account.signed(url, fields, "")


@pytest.mark.parametrize(("address", "expected"), [
    (PHONE, True), (f"whatsapp:{PHONE}", True), ("whatsapp:GB.1502576394655843", True), ("whatsapp:GB.ENT.abc", True),
    ("07700900101", False), ("+4477", False), ("whatsapp:", False), ("Northgate", False), (f"{PHONE}\nTo=x", False),
])  # fmt: skip
def test_an_address_is_a_number_or_a_business_scoped_id(address, expected):
    assert is_address(address) is expected
