"""Every message that reached us, kept before it is acknowledged and until it is answered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from records.conversations import Conversation
from records.database import Record

LEASE = timedelta(seconds=30)  # longer than the agent and the database may take together


class InboundState(StrEnum):
    """`received` (Twilio's word) waits to be answered; `done` was, in the transaction that queued the reply."""

    RECEIVED = "received"
    DONE = "done"


class Inbound(Record):
    """One message in. `id` is the order of arrival. What the agent understood is kept for evaluation and audit."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index("ix_inbound_waiting", "state", "try_at"),
        Index("ix_inbound_conversation", "conversation_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(unique=True)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    body: Mapped[str]
    button: Mapped[str | None]
    media: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    state: Mapped[InboundState] = mapped_column(default=InboundState.RECEIVED)
    try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    held_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    language: Mapped[str | None]
    topic: Mapped[str | None]
    confidence: Mapped[float | None]
    band: Mapped[str | None]


def receive(session: Session, row: dict[str, Any]) -> bool:
    """Keep a message, unless its SID is kept already. Says whether it was new."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    query = insert(Inbound).values(state=InboundState.RECEIVED, tries=0, **({"media": 0} | row))
    return (
        session.scalar(query.on_conflict_do_nothing(index_elements=["sid"]).returning(Inbound.id))
        is not None
    )


def claim(session: Session, now: datetime) -> tuple[Conversation, Inbound] | None:
    """Take the oldest due message whose conversation nobody has in hand, and the conversation with it.

    The lease keeps the conversation's other messages waiting: one at a time, in order. It ends by itself when its
    worker dies.
    """
    earlier = aliased(Inbound)
    is_first = ~exists().where(
        earlier.conversation_id == Inbound.conversation_id,
        earlier.state == InboundState.RECEIVED,
        earlier.try_at <= now,
        earlier.id < Inbound.id,
    )
    query = (
        select(Conversation, Inbound)
        .join(Inbound, Inbound.conversation_id == Conversation.id)
        .where(Inbound.state == InboundState.RECEIVED, Inbound.try_at <= now, is_first)
        .where(Conversation.leased_until.is_(None) | (Conversation.leased_until < now))
        .order_by(Inbound.id)
        .limit(1)
        .with_for_update(of=Conversation, skip_locked=True)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    found[0].leased_until = now + LEASE
    return found[0], found[1]


def finish(session: Session, message: Inbound, now: datetime) -> bool:
    """Mark a message answered, once. False means that another worker did it first: undo what you were about to do."""
    changed = session.execute(
        update(Inbound)
        .where(Inbound.id == message.id, Inbound.state == InboundState.RECEIVED)
        .values(state=InboundState.DONE, done_at=now)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def release(session: Session, conversation_id: UUID) -> None:
    """Let others have the conversation."""
    session.execute(
        update(Conversation).where(Conversation.id == conversation_id).values(leased_until=None)
    )


def postpone(session: Session, conversation_id: UUID, until: datetime) -> None:
    """All waiting messages of a conversation wait until then together, so that their order holds."""
    session.execute(
        update(Inbound)
        .where(Inbound.conversation_id == conversation_id, Inbound.state == InboundState.RECEIVED)
        .values(try_at=until, tries=Inbound.tries + 1)
    )


def earlier_waiting(session: Session, message: Inbound) -> Inbound | None:
    """The first message of the conversation that came before this one and still waits, or None."""
    query = (
        select(Inbound)
        .where(
            Inbound.conversation_id == message.conversation_id,
            Inbound.state == InboundState.RECEIVED,
        )
        .where(Inbound.id < message.id)
        .order_by(Inbound.id)
        .limit(1)
    )
    return session.scalar(query)


def waiting_after(session: Session, seen: int, limit: int = 100) -> list[Inbound]:
    """Waiting messages newer than this id, for the watch that looks for danger ahead of the queue."""
    query = (
        select(Inbound)
        .where(Inbound.state == InboundState.RECEIVED, Inbound.id > seen)
        .order_by(Inbound.id)
    )
    return list(session.scalars(query.limit(limit)))


def was_held_since(session: Session, message: Inbound, since: datetime) -> bool:
    """Was the patient told since then, about another message, that an answer will come?"""
    query = select(Inbound.id).where(
        Inbound.conversation_id == message.conversation_id, Inbound.held_at >= since
    )
    return session.scalar(query.limit(1)) is not None
