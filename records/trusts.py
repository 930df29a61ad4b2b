"""The trusts: who answers, from which numbers, and with which values in the answers' placeholders."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.database import Record
from records.languages import DEFAULT


class Trust(Record):
    """An NHS trust. `code` is its ODS code; `phrases_version` rises with each phrase it teaches the agent."""

    __tablename__ = "trusts"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Placeholder -> its value, or -> {language: value} where it is words (flows/placeholders.yml)."""
    phrases_version: Mapped[int] = mapped_column(default=0)


class Sender(Record):
    """One address a trust sends from and is texted at: `+44...` or `whatsapp:+44...`."""

    __tablename__ = "senders"
    address: Mapped[str] = mapped_column(primary_key=True)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"), index=True)


class Phrase(Record):
    """A way of asking that a trust taught the agent itself; live with the next message."""

    __tablename__ = "phrases"
    __table_args__ = (UniqueConstraint("trust_id", "text"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    trust_id: Mapped[UUID] = mapped_column(ForeignKey("trusts.id"))
    topic: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]


def find(session: Session, code: str) -> Trust | None:
    """The trust with this ODS code."""
    return session.scalar(select(Trust).where(Trust.code == code))


def find_by_sender(session: Session, address: str) -> Trust | None:
    """The trust that is texted at this address."""
    return session.scalar(select(Trust).join(Sender).where(Sender.address == address))


def sender_for(session: Session, trust: Trust, channel: str) -> str | None:
    """The address this trust sends from on a channel: "sms" or "whatsapp"."""
    addresses = session.scalars(
        select(Sender.address).where(Sender.trust_id == trust.id).order_by(Sender.address)
    )
    return next(
        (a for a in addresses if a.startswith("whatsapp:") == (channel == "whatsapp")), None
    )


def values(trust: Trust, language: str) -> dict[str, str]:
    """The trust's placeholder values as they read in a language; English where there is no other."""
    found = {"trust_name": trust.name}
    for name, value in trust.values.items():
        told = value.get(language) or value.get(DEFAULT) if isinstance(value, dict) else value
        found[name] = "" if told is None else str(told)
    return {name: value for name, value in found.items() if value}


def teach(session: Session, trust: Trust, topic: str, language: str, text: str) -> None:
    """Add a phrase of the trust's own; the agent fetches it before it reads the trust's next message."""
    session.add(Phrase(trust_id=trust.id, topic=topic, language=language, text=text))
    trust.phrases_version += 1


def phrases(session: Session, trust: Trust) -> list[Phrase]:
    """Every phrase the trust has taught, in order."""
    return list(
        session.scalars(select(Phrase).where(Phrase.trust_id == trust.id).order_by(Phrase.id))
    )
