"""The webhooks: what Twilio really sends is kept before it is acknowledged; anything else leaves no row."""

import pytest
from sqlalchemy import func, select

import app
from messaging import simulator, webhooks
from messaging.twilio import Account
from records.inbox import Inbound
from records.messages import Delivery, Message
from records.trusts import Trust
from tests.makers import HOSPITAL, PHONE, make_message, make_trust

SMS = {
    "ToCountry": "GB", "ToState": "", "SmsMessageSid": "SM" + "a" * 32, "NumMedia": "0", "ToCity": "", "FromZip": "",
    "SmsSid": "SM" + "a" * 32, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": "Can I park?",
    "FromCountry": "GB", "To": HOSPITAL, "ToZip": "", "NumSegments": "1", "MessageSid": "SM" + "a" * 32,
    "From": PHONE, "ApiVersion": "2010-04-01",
}  # fmt: skip
# A quick-reply tap as captured in public (twilio.md 1.1), values ours.
TAP = SMS | {
    "From": f"whatsapp:{PHONE}", "To": f"whatsapp:{HOSPITAL}", "OriginalRepliedMessageSender": f"whatsapp:{HOSPITAL}",
    "ExternalUserId": "whatsapp:ID.1234567", "FrequentlyForwarded": "false", "ProfileName": "<script>alert(1)</script>",
    "MessageType": "interactive", "WaId": PHONE[1:], "Forwarded": "false", "ButtonText": "Yes", "Body": "Yes",
    "ButtonPayload": "abc:1", "ReferralNumMedia": "0", "OriginalRepliedMessageSid": "MM" + "b" * 32,
    "ChannelMetadata": '{"type":"whatsapp","data":{"context":{}}}',
}  # fmt: skip
BUSINESS_SCOPED = TAP | {"From": "whatsapp:GB.1502576394655843"}


@pytest.fixture
def rung():
    return []


@pytest.fixture
def client(settings, sessions, rung):
    house = app.House(settings)
    house.__dict__["sessions"] = sessions
    with sessions.begin() as session:
        make_trust(session)
    return app.create_app(house, lambda: rung.append(1)).test_client()


def post(client, settings, fields, path="/twilio/inbound", account=None, **changes):
    account = account or simulator.account(settings)
    fields = {"AccountSid": account.sid, **fields}
    signature = account.signature(settings.public_url + path, fields)
    return client.post(
        path, **{"data": fields, "headers": {"X-Twilio-Signature": signature}, **changes}
    )


def rows(sessions, table=Inbound):
    with sessions.begin() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize(
    "fields",
    [SMS, TAP, BUSINESS_SCOPED, SMS | {"Body": "", "NumMedia": "1", "MediaUrl0": "https://x"}],
)
def test_what_twilio_sends_is_kept_and_acknowledged(client, settings, sessions, rung, fields):
    answer = post(client, settings, fields)
    assert answer.status_code == 200 and answer.data.endswith(b"<Response/>") and rung == [1]
    with sessions.begin() as session:
        kept = session.scalars(select(Inbound)).one()
        assert (kept.sid, kept.body, kept.button) == (
            fields["MessageSid"],
            fields["Body"],
            fields.get("ButtonPayload"),
        )


def test_a_message_delivered_a_hundred_times_is_kept_once(client, settings, sessions, rung):
    assert {post(client, settings, SMS).status_code for _ in range(100)} == {200}
    assert rows(sessions) == 1 and rung == [1]


WRONG = {
    "an empty body with no such field": {k: v for k, v in SMS.items() if k != "Body"},
    "a longer body than any carrier delivers": SMS | {"Body": "a" * 1601},
    "a SID that is none": SMS | {"MessageSid": "SM1"},
    "a SID with a field run into it": SMS | {"MessageSid": "SM" + "a" * 32 + "NumMedia0"},
    "a sender that is no address": SMS | {"From": "Northgate"},
    "a sender on another channel than ours": SMS | {"From": f"whatsapp:{PHONE}"},
    "more media than a message holds": SMS | {"NumMedia": "11"},
    "a field that Twilio does not send": SMS | {"evil": "1"},
    "another trust's number": SMS | {"To": "+447700900999"},
    "an oversized form": SMS | {"ProfileName": "a" * 70_000},
}


@pytest.mark.parametrize("fields", WRONG.values(), ids=WRONG)
def test_a_malformed_webhook_is_refused_and_leaves_no_row(client, settings, sessions, rung, fields):
    answer = post(client, settings, fields)
    assert answer.status_code in (400, 403) and b"Traceback" not in answer.data
    assert rows(sessions) == 0 and rung == []


def test_a_request_that_our_account_did_not_sign_is_refused(client, settings, sessions):
    ours = simulator.account(settings)
    path = "/twilio/inbound"
    assert client.post(path, data=SMS | {"AccountSid": ours.sid}).status_code == 403
    assert (
        post(client, settings, SMS, headers={"X-Twilio-Signature": "nonsense"}).status_code == 403
    )
    assert (
        post(client, settings, SMS, account=Account(ours.sid, ("another token",))).status_code
        == 403
    )
    assert post(client, settings, SMS | {"AccountSid": "AC" + "9" * 32}).status_code == 403
    assert post(client, settings, SMS, query_string="a=b").status_code == 403
    assert rows(sessions) == 0


def test_fields_that_could_be_read_in_two_ways_are_refused(client, settings, sessions):
    fields = {**SMS, "AccountSid": simulator.account(settings).sid}
    signature = simulator.account(settings).signature(
        settings.public_url + "/twilio/inbound", fields
    )
    doubled = fields | {"Body": [fields["Body"], fields["Body"]]}
    answer = client.post("/twilio/inbound", data=doubled, headers={"X-Twilio-Signature": signature})
    # The library counts a repeated value once, so the signature still holds: the doubling itself must be refused.
    assert answer.status_code == 400 and rows(sessions) == 0


def test_get_and_json_are_refused(client, settings, sessions):
    assert client.get("/twilio/inbound").status_code == 403
    assert client.post("/twilio/inbound", json=SMS).status_code == 400
    assert client.get(f"/twilio/status/{'0' * 8}-0000-0000-0000-{'0' * 12}").status_code == 403
    assert rows(sessions) == 0


def test_a_failing_database_is_not_acknowledged_and_shows_nothing(client, settings, sessions):
    sessions.kw["bind"].dispose()
    with sessions.begin() as session:
        session.connection().exec_driver_sql("ALTER TABLE inbound RENAME TO gone")
    answer = post(client, settings, SMS | {"Body": "canary-text"})
    assert answer.status_code == 500
    assert answer.data == b"500 Internal Server Error\n"


REPORT = {"MessageSid": "SM" + "c" * 32, "SmsSid": "SM" + "c" * 32, "MessageStatus": "delivered", "SmsStatus": "delivered",
          "To": PHONE, "From": HOSPITAL, "ApiVersion": "2010-04-01"}  # fmt: skip


def test_a_delivery_report_finds_its_message_by_our_own_id(client, settings, sessions):
    with sessions.begin() as session:
        trust = session.scalars(select(Trust)).one()
        message = make_message(session, trust)
    assert post(client, settings, REPORT, f"/twilio/status/{message.id}").status_code == 200
    with sessions.begin() as session:
        assert session.get(Message, message.id).status == "delivered"
        assert session.scalars(select(Delivery)).one().status == "delivered"


def test_a_report_on_no_message_or_with_no_status_is_refused(client, settings, sessions):
    with sessions.begin() as session:
        trust = session.scalars(select(Trust)).one()
        message = make_message(session, trust, sid="SM" + "d" * 32)
    unknown = "/twilio/status/00000000-0000-0000-0000-000000000000"
    assert post(client, settings, REPORT, unknown).status_code == 400
    assert post(client, settings, REPORT, f"/twilio/status/{message.id}").status_code == 400
    assert (
        post(
            client, settings, REPORT | {"MessageStatus": ""}, f"/twilio/status/{message.id}"
        ).status_code
        == 400
    )
    assert rows(sessions, Delivery) == 0


def test_every_field_family_is_one_that_twilio_documents():
    for name in [
        *SMS,
        *TAP,
        *REPORT,
        "AccountSid",
        "RawDlrDoneDate",
        "ErrorCode",
        "ListId",
        "OptOutType",
        "Latitude",
    ]:
        assert webhooks.twilio.FIELDS.fullmatch(name), name
    assert not webhooks.twilio.FIELDS.fullmatch("evil")
