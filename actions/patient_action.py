"""What every action shares: who is asking, a transaction, and one place where a failure becomes words."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from records import clock, conversations, trusts
from records.conversations import Conversation
from records.database import Sessions
from records.errors import ServiceError, UnknownConversation
from records.trusts import Trust

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asking:
    """Who asks, taken from the authenticated sender, never from what was written; and what was understood."""

    session: Session
    conversation: Conversation
    trust: Trust
    message_sid: str
    """Actions run again when a turn is repeated after a crash: whatever they do, they do once for this message."""
    language: dict[str, Any]
    choice: dict[str, Any]
    now: datetime
    is_dry: bool
    """Asked by staff to see the answer: whatever is done is undone."""

    @property
    def where(self) -> tuple[UUID, str, str]:
        """(trust id, channel, address): what consent and contact points hang on."""
        return self.trust.id, self.conversation.channel, self.conversation.address


Say = Callable[..., None]


class PatientAction(Action, ABC):  # type: ignore[misc]
    """Subclasses give `named` and `act`; `act` speaks through `say(response, **values)`."""

    named: ClassVar[str]
    sessions: ClassVar[Sessions]
    """Set once at start by the endpoint: rasa-sdk makes the actions itself, without arguments."""

    def name(self) -> str:
        """Rasa's name for the action."""
        return self.named

    @abstractmethod
    def act(self, asking: Asking, say: Say) -> None:
        """Do it, in the transaction that `asking.session` has open."""

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Called by rasa-sdk; a ServiceError is said in its own words, and nothing it did is kept."""

        def say(response: str, **values: Any) -> None:
            dispatcher.utter_message(response=response, **values)

        try:
            with self.sessions() as session, session.begin() as transaction:
                asking = _asking(session, tracker)
                self.act(asking, say)
                if asking.is_dry:
                    transaction.rollback()
        except ServiceError as error:
            log.warning("%s refused: %s", self.named, type(error).__name__)
            say(error.say)
        return []


def _asking(session: Session, tracker: Tracker) -> Asking:
    written = [event for event in tracker.events if event.get("event") == "user"][-1]
    told = written.get("metadata") or {}
    is_dry = bool(told.get("dry"))
    if is_dry:
        trust = trusts.find(session, told["trust"])
        conversation = (
            conversations.open_for(session, trust.id, "sms", tracker.sender_id) if trust else None
        )
    else:
        conversation = session.get(Conversation, UUID(tracker.sender_id))
    if conversation is None:
        raise UnknownConversation
    latest = tracker.latest_message
    return Asking(
        session=session,
        conversation=conversation,
        trust=session.get_one(Trust, conversation.trust_id),
        message_sid=str(written["message_id"]),
        language=latest.get("language") or {},
        choice=latest.get("choice") or {},
        now=clock.now(),
        is_dry=is_dry,
    )
