"""What a carrier of texts does for us: Twilio, or the phone simulator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Outgoing:
    """One text to hand over. `seconds_left` is how long it is still of use; the carrier drops it after."""

    id: UUID
    sender: str
    to: str
    body: str
    choices: tuple[str, ...]
    seconds_left: int


@dataclass(frozen=True)
class Accepted:
    """The carrier has the text: its id for it, and the status it began with."""

    sid: str
    status: str


class Carrier(Protocol):
    """Takes texts, once each, and can be asked what it took."""

    def send(self, text: Outgoing) -> Accepted:
        """Hand one text over. CannotSend, CarrierUnavailable or OutcomeUnknown where that fails."""

    def find(self, text: Outgoing, since: datetime, known: set[str]) -> Accepted | None:
        """The text as the carrier has it, if it does, leaving out SIDs that are known to be others."""
