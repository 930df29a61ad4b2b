"""A conversation: everything between one trust and one address on one channel, and what it remembers."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import patients
from records.database import Record
from records.languages import DEFAULT

CHOICES_LAST = timedelta(
    hours=24
)  # a number texted later may mean last week's question: it is asked about


class Conversation(Record):
    """`language` is what the agent remembers, None until somebody has written. `offer_id` is
    the message whose choices a bare number means."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("trust_id", "channel", "address"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    channel: Mapped[str]
    address: Mapped[str]
    language: Mapped[str | None]
    language_asked_for_at: Mapped[datetime | None]
    offer_id: Mapped[UUID | None]
    offered_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    """While this is in the future one worker has the conversation in hand; nobody else may touch its messages."""


def find(session: Session, trust_id: UUID, channel: str, address: str) -> Conversation | None:
    """The conversation with this address, if there is one."""
    query = select(Conversation).where(
        Conversation.trust_id == trust_id,
        Conversation.channel == channel,
        Conversation.address == address,
    )
    return session.scalar(query)


def open_for(session: Session, trust_id: UUID, channel: str, address: str) -> Conversation:
    """The conversation with this address, started now if need be."""
    found = find(session, trust_id, channel, address)
    if found is None:
        found = Conversation(trust_id=trust_id, channel=channel, address=address)
        session.add(found)
        session.flush()
    return found


def language(session: Session, conversation: Conversation) -> str:
    """The language to write in: what was last written or asked for, else the patient's, else English."""
    if conversation.language:
        return conversation.language
    people = patients.at(session, conversation.trust_id, conversation.channel, conversation.address)
    return people[0].language if people else DEFAULT


def ask_for_language(conversation: Conversation, code: str, now: datetime) -> None:
    """The patient asked for this language by name."""
    conversation.language, conversation.language_asked_for_at = code, now


def offer(conversation: Conversation, message_id: UUID, now: datetime) -> None:
    """From now on a bare number means one of this message's choices, and nothing older."""
    conversation.offer_id, conversation.offered_at = message_id, now


def open_offer(conversation: Conversation, now: datetime) -> UUID | None:
    """The message whose choices a bare number means now, or None where nothing fresh was offered."""
    is_fresh = conversation.offered_at is not None and now - conversation.offered_at <= CHOICES_LAST
    return conversation.offer_id if is_fresh else None
