"""Every message that leaves us: what is said, to whom, how urgent it is, and how far it has come."""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record

LEASE = timedelta(
    seconds=60
)  # longer than Twilio's own time-out, after which an outcome can be asked for


class Lane(IntEnum):
    """Who goes first at the carrier."""

    EMERGENCY = 0
    REPLY = 1
    JOIN_LINK = 2
    REMINDER = 3
    BULK = 4


class Stage(StrEnum):
    """How far a message has come with us. After `sent` the carrier's own status tells the rest."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHHELD = "withheld"  # the patient does not want it, or it came too late to be of use


P = Stage
NEXT = {
    P.PENDING: {P.SENDING, P.WITHHELD},
    P.SENDING: {P.SENT, P.FAILED, P.PENDING},
    P.SENT: {P.FAILED},
    P.FAILED: set(),
    P.WITHHELD: set(),
}

# Twilio's statuses, later above earlier; a callback never takes a message back (twilio.md 1.4).
RANK = {
    "accepted": 0, "scheduled": 0, "queued": 10, "sending": 20, "sent": 30, "partially_delivered": 40,
    "canceled": 50, "failed": 51, "undelivered": 51, "delivered": 52, "read": 60,
}  # fmt: skip


class Message(Record):
    """One text to one address: the response's name and values, and the words they became."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("inbound_sid", "n"),
        Index("ix_messages_due", "stage", "lane", "due_at"),
        Index("ix_messages_conversation", "conversation_id", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    inbound_sid: Mapped[str | None]
    n: Mapped[int] = mapped_column(default=0)
    lane: Mapped[int]
    response: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str]
    body: Mapped[str]
    choices: Mapped[list[Any]] = mapped_column(default=list)
    """The numbered choices under the body: what each is called (`title`) and what the agent hears when it is taken."""
    segments: Mapped[int]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    stage: Mapped[Stage] = mapped_column(default=Stage.PENDING)
    claimed_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[str | None]
    error_code: Mapped[int | None]
    sent_at: Mapped[datetime | None]


class Delivery(Record):
    """One report of the carrier on one message, kept as it came."""

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    sid: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[int | None]
    at: Mapped[datetime]


def change_stage(message: Message, stage: Stage) -> None:
    """The only place where a stage changes; ValueError for a step that NEXT does not allow."""
    if stage not in NEXT[message.stage]:
        raise ValueError(f"a message cannot go from {message.stage} to {stage}")
    message.stage = stage


def merged(status: str | None, reported: str) -> str | None:
    """The status after one more report, whatever order or number they come in. An unknown one changes nothing."""
    if reported not in RANK:
        return status
    return reported if status is None or RANK[reported] > RANK[status] else status


def claim(session: Session, now: datetime) -> Message | None:
    """Take the most urgent due message; it is this worker's alone until it is settled or its lease ends."""
    query = (
        select(Message)
        .where(Message.stage == Stage.PENDING, Message.due_at <= now)
        .order_by(Message.lane, Message.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = session.scalar(query)
    if message is not None:
        change_stage(message, Stage.SENDING)
        message.claimed_at, message.tries = now, message.tries + 1
    return message


def unsettled(session: Session, now: datetime) -> Message | None:
    """A message whose sender died or heard nothing, quiet for long enough to ask the carrier about it."""
    query = (
        select(Message)
        .where(Message.stage == Stage.SENDING, Message.claimed_at < now - LEASE)
        .where(Message.asked_at.is_(None) | (Message.asked_at < now - LEASE))
        .order_by(Message.claimed_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = session.scalar(query)
    if message is not None:
        message.asked_at = now
    return message


def settle_sent(message: Message, sid: str, status: str, now: datetime) -> None:
    """The carrier has it under this SID."""
    if message.stage == Stage.SENDING:
        change_stage(message, Stage.SENT)
    message.sid, message.status, message.sent_at = (
        sid,
        merged(message.status, status),
        message.sent_at or now,
    )


def report(
    session: Session, message: Message, sid: str, status: str, error_code: int | None, now: datetime
) -> None:
    """Keep a delivery report and let it count. A report also settles a send whose answer never reached us."""
    session.add(
        Delivery(message_id=message.id, sid=sid, status=status, error_code=error_code, at=now)
    )
    if message.sid is None and message.stage == Stage.SENDING:
        settle_sent(message, sid, status, now)
    message.status = merged(message.status, status)
    message.error_code = error_code or message.error_code


def chosen(
    session: Session, conversation_id: UUID, message_id: UUID | None, number: int
) -> dict[str, Any] | None:
    """What this number of this message stands for, or None; another conversation's message has no choices here."""
    message = session.get(Message, message_id) if message_id else None
    if (
        message is None
        or message.conversation_id != conversation_id
        or not 1 <= number <= len(message.choices)
    ):
        return None
    return dict(message.choices[number - 1])


def thread(session: Session, conversation_id: UUID) -> list[Message]:
    """Everything we said in a conversation, oldest first."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.created_at, Message.n)
    )
    return list(session.scalars(query))
