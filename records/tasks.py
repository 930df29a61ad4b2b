"""What a member of staff must do: somebody wants a person, somebody may be in danger, a number is wrong."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record


class TaskKind(StrEnum):
    """Why staff must look, most urgent first."""

    EMERGENCY = "emergency"
    NOT_SAFE = "not-safe-to-talk"
    PERSON_WANTED = "person-wanted"
    WRONG_PERSON = "wrong-person"
    PATIENT_DIED = "patient-died"


class Task(Record):
    """One thing to do about one message; the same message asked twice makes one task."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("conversation_id", "message_sid", "kind"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"), index=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    message_sid: Mapped[str]
    kind: Mapped[TaskKind]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def give(
    session: Session,
    trust_id: UUID,
    conversation_id: UUID,
    message_sid: str,
    kind: TaskKind,
    now: datetime,
) -> None:
    """Give staff a task, once a message and kind."""
    query = select(Task.id).where(
        Task.conversation_id == conversation_id, Task.message_sid == message_sid, Task.kind == kind
    )
    if session.scalar(query) is None:
        session.add(
            Task(
                trust_id=trust_id,
                conversation_id=conversation_id,
                message_sid=message_sid,
                kind=kind,
                at=now,
            )
        )
