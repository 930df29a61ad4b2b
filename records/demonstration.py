"""The demonstration trust: two clinics and six patients with appointments, from demonstration.yml."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from records import trusts
from records.appointments import Appointment, Clinic
from records.clock import LONDON, in_london
from records.patients import ContactPoint, Patient
from records.trusts import Sender, Trust

FILE = Path(__file__).with_name("demonstration.yml")


def load(session: Session, now: datetime) -> Trust:
    """Put the demonstration trust into the database, once; appointments are dated from `now`."""
    told = yaml.safe_load(FILE.read_text("utf-8"))
    existing = trusts.find(session, told["trust"]["code"])
    if existing is not None:
        return existing
    trust = Trust(code=told["trust"]["code"], name=told["trust"]["name"], values=told["values"])
    session.add(trust)
    session.flush()
    session.add_all(
        Sender(address=address, trust_id=trust.id) for address in told["trust"]["senders"]
    )
    clinics = {
        c["name"]: Clinic(trust_id=trust.id, name=c["name"], modes=c["modes"])
        for c in told["clinics"]
    }
    session.add_all(clinics.values())
    session.flush()
    for patient in told["patients"]:
        _add_patient(session, trust, clinics, patient, now)
    return trust


def _add_patient(
    session: Session, trust: Trust, clinics: dict[str, Clinic], told: dict[str, Any], now: datetime
) -> None:
    names = ("nhs_number", "given_name", "family_name", "born_on", "language")
    patient = Patient(trust_id=trust.id, **{name: told[name] for name in names})
    session.add(patient)
    session.flush()
    for channel, address in (("sms", told["phone"]), ("whatsapp", f"whatsapp:{told['phone']}")):
        session.add(
            ContactPoint(trust_id=trust.id, patient_id=patient.id, channel=channel, address=address)
        )
    for when in told["appointments"]:
        day = in_london(now).date() + timedelta(days=when["in_days"])
        session.add(
            Appointment(
                trust_id=trust.id,
                patient_id=patient.id,
                clinic_id=clinics[when["clinic"]].id,
                starts_at=datetime.combine(day, time.fromisoformat(when["at"]), LONDON),
                mode=when["mode"],
            )
        )
