"""Who asked not to be texted. Asked before every send; kept whatever the carrier keeps."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record


class OptOut(Record):
    """One "stop" of one address, until a "start" ends it."""

    __tablename__ = "opt_outs"
    __table_args__ = (Index("ix_opt_outs_address", "trust_id", "channel", "address"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    channel: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def stands(session: Session, trust_id: UUID, channel: str, address: str) -> bool:
    """Has this address asked us to stop, and not asked to start again?"""
    return session.scalar(_standing(trust_id, channel, address).limit(1)) is not None


def stop(session: Session, trust_id: UUID, channel: str, address: str, now: datetime) -> None:
    """Send nothing more to this address. A second "stop" changes nothing."""
    if not stands(session, trust_id, channel, address):
        session.add(OptOut(trust_id=trust_id, channel=channel, address=address, at=now))


def start(session: Session, trust_id: UUID, channel: str, address: str, now: datetime) -> None:
    """Texts may be sent again."""
    for opt_out in session.scalars(_standing(trust_id, channel, address)):
        opt_out.ended_at = now


def _standing(trust_id: UUID, channel: str, address: str):  # type: ignore[no-untyped-def]
    return select(OptOut).where(
        OptOut.trust_id == trust_id,
        OptOut.channel == channel,
        OptOut.address == address,
        OptOut.ended_at.is_(None),
    )
