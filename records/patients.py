"""Patients and how to reach them. Identity is (channel, address): a phone number is not a person."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record
from records.languages import DEFAULT


class Patient(Record):
    """One patient of one trust. `died_at` stops every message, for good."""

    __tablename__ = "patients"
    __table_args__ = (UniqueConstraint("trust_id", "nhs_number"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    nhs_number: Mapped[str]
    given_name: Mapped[str]
    family_name: Mapped[str]
    born_on: Mapped[date]
    language: Mapped[str] = mapped_column(default=DEFAULT)
    died_at: Mapped[datetime | None]


class ContactPoint(Record):
    """An address a patient was given for; ended when its holder says that it is not the patient's."""

    __tablename__ = "contact_points"
    __table_args__ = (Index("ix_contact_points_address", "trust_id", "channel", "address"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    channel: Mapped[str]
    address: Mapped[str]
    ended_at: Mapped[datetime | None]


def at(session: Session, trust_id: UUID, channel: str, address: str) -> list[Patient]:
    """The patients reached at an address: none, one, or several who share a phone."""
    query = (
        select(Patient)
        .join(ContactPoint)
        .where(
            ContactPoint.trust_id == trust_id,
            ContactPoint.channel == channel,
            ContactPoint.address == address,
        )
        .where(ContactPoint.ended_at.is_(None))
        .order_by(Patient.family_name, Patient.given_name)
    )
    return list(session.scalars(query))


def unbind(session: Session, trust_id: UUID, channel: str, address: str, now: datetime) -> None:
    """The holder of this address is not the patient: no message about any patient goes there again."""
    for point in _points(session, trust_id, channel, address):
        point.ended_at = now


def record_death(
    session: Session, trust_id: UUID, channel: str, address: str, now: datetime
) -> None:
    """The patient of this address has died. Several patients on one phone: nobody is marked; staff must ask who."""
    found = at(session, trust_id, channel, address)
    if len(found) == 1:
        found[0].died_at = found[0].died_at or now


def _points(session: Session, trust_id: UUID, channel: str, address: str) -> list[ContactPoint]:
    query = select(ContactPoint).where(
        ContactPoint.trust_id == trust_id,
        ContactPoint.channel == channel,
        ContactPoint.address == address,
        ContactPoint.ended_at.is_(None),
    )
    return list(session.scalars(query))
