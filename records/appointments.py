"""Clinics and appointments, in FHIR's words."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record


class AppointmentStatus(StrEnum):
    """FHIR R4 Appointment.status, word for word."""

    PROPOSED = "proposed"
    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"
    CHECKED_IN = "checked-in"
    WAITLIST = "waitlist"


class DeliveryChannel(StrEnum):
    """How an appointment is held: UK Core Extension-UKCore-DeliveryChannel, word for word."""

    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"


class Clinic(Record):
    """A clinic of a trust, with the ways it offers to be seen."""

    __tablename__ = "clinics"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"), index=True)
    name: Mapped[str]
    modes: Mapped[list[Any]]


class Appointment(Record):
    """One appointment of one patient in one clinic."""

    __tablename__ = "appointments"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"), index=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(default=20)
    mode: Mapped[DeliveryChannel] = mapped_column(default=DeliveryChannel.VIDEO)
    status: Mapped[AppointmentStatus] = mapped_column(default=AppointmentStatus.BOOKED)


def coming(session: Session, trust_id: UUID, patient_id: UUID, now: datetime) -> list[Appointment]:
    """A patient's booked appointments from now on, soonest first."""
    query = (
        select(Appointment)
        .where(Appointment.trust_id == trust_id, Appointment.patient_id == patient_id)
        .where(Appointment.status == AppointmentStatus.BOOKED, Appointment.starts_at >= now)
        .order_by(Appointment.starts_at)
    )
    return list(session.scalars(query))
