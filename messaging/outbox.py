"""Every message leaves from here: queued with the reply, handed to the carrier once, asked about before a repeat."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from messaging.carrier import Carrier, Outgoing
from messaging.rasa import Reply
from messaging.wording import AnswerIncomplete, Rendered, Wording
from records import clock, conversations, messages, optouts, trusts
from records.conversations import Conversation
from records.database import Sessions
from records.errors import CannotSend, CarrierUnavailable, OutcomeUnknown
from records.messages import Lane, Message, Stage
from records.trusts import Trust

log = logging.getLogger(__name__)

USEFUL_FOR = timedelta(hours=4)  # how long a reply is worth delivering
BACK_OFF = timedelta(seconds=2)
# Said even to somebody who opted out: what they have just asked for, and danger to life.
ALWAYS = {"utter_emergency", "utter_opted_out", "utter_opted_in"}


def queue(
    session: Session,
    wording: Wording,
    trust: Trust,
    conversation: Conversation,
    reply: Reply,
    language: str,
    lane: Lane,
    now: datetime,
    inbound_sid: str | None,
    n: int,
) -> None:
    """Turn a response into words and put it into the outbox, in the caller's transaction."""
    rendered, choices = words(wording, trust, reply, language)
    message_id = uuid4()
    if choices:
        conversations.offer(conversation, message_id, now)
    session.add(
        Message(
            id=message_id,
            trust_id=trust.id,
            conversation_id=conversation.id,
            inbound_sid=inbound_sid,
            n=n,
            lane=lane,
            response=reply.response,
            values=reply.values,
            language=language,
            body=rendered.body,
            choices=choices,
            segments=rendered.segments,
            created_at=now,
            due_at=now,
            expires_at=now + USEFUL_FOR,
        )
    )


def words(
    wording: Wording, trust: Trust, reply: Reply, language: str
) -> tuple[Rendered, list[dict[str, Any]]]:
    """The words of a response and its choices with their titles; where they are incomplete, words that say so."""
    values = trusts.values(trust, language) | {k: str(v) for k, v in reply.values.items()}
    choices = [choice | {"title": _title(wording, choice, language)} for choice in reply.choices]
    try:
        return wording.render(
            reply.response, language, values, tuple(c["title"] for c in choices)
        ), choices
    except AnswerIncomplete as error:
        log.error("answer cannot be sent: %s", error)
        return wording.render(AnswerIncomplete.say, language, values), []


def _title(wording: Wording, choice: dict[str, Any], language: str) -> str:
    if "title" in choice:
        return str(choice["title"])
    return (
        wording.text(choice["say"], language)
        if "say" in choice
        else wording.question(choice["topic"], language)
    )


@dataclass(frozen=True)
class Outbox:
    """Hands messages to the carrier. Its methods are safe to call from many threads and processes."""

    sessions: Sessions
    carrier: Carrier

    def send_next(self) -> bool:
        """Hand over the most urgent due message, if there is one; says whether there was."""
        with self.sessions.begin() as session:
            message = messages.claim(session, clock.now())
            if message is None:
                return False
            text = self._allowed(session, message)
        if text is not None:
            self._hand_over(message.id, text)
        return True

    def settle_next(self) -> bool:
        """Ask the carrier about a message whose fate is unknown: it has it, or it is sent again."""
        with self.sessions.begin() as session:
            message = messages.unsettled(session, clock.now())
            if message is None:
                return False
            text = self._outgoing(session, message)
            known = set(
                session.scalars(
                    select(Message.sid).where(Message.conversation_id == message.conversation_id)
                )
            )
        try:
            found = self.carrier.find(text, message.created_at, {sid for sid in known if sid})
        except CarrierUnavailable as error:
            log.warning("carrier could not be asked: %s", error)
            return True
        with self.sessions.begin() as session:
            message = session.get_one(Message, message.id, with_for_update=True)
            if message.stage == Stage.SENDING and found:
                messages.settle_sent(message, found.sid, found.status, clock.now())
            elif message.stage == Stage.SENDING:
                messages.change_stage(message, Stage.PENDING)
        return True

    def _allowed(self, session: Session, message: Message) -> Outgoing | None:
        """The text to hand over, or None where it is withheld: opted out since, or too late to be of use."""
        conversation = session.get_one(Conversation, message.conversation_id)
        stopped = optouts.stands(
            session, message.trust_id, conversation.channel, conversation.address
        )
        if (stopped and message.response not in ALWAYS) or message.expires_at <= clock.now():
            messages.change_stage(message, Stage.PENDING)
            messages.change_stage(message, Stage.WITHHELD)
            return None
        return self._outgoing(session, message)

    def _outgoing(self, session: Session, message: Message) -> Outgoing:
        conversation = session.get_one(Conversation, message.conversation_id)
        trust = session.get_one(Trust, message.trust_id)
        sender = trusts.sender_for(session, trust, conversation.channel)
        seconds = int((message.expires_at - clock.now()).total_seconds())
        return Outgoing(
            message.id,
            sender or "",
            conversation.address,
            message.body,
            tuple(c["title"] for c in message.choices),
            max(1, seconds),
        )

    def _hand_over(self, message_id: UUID, text: Outgoing) -> None:
        try:
            accepted = self.carrier.send(text)
        except OutcomeUnknown as error:
            log.warning("outcome unknown, will ask: message %s %s", message_id, error)
            return
        except (CannotSend, CarrierUnavailable) as error:
            log.warning("not sent: message %s %s %s", message_id, type(error).__name__, error)
            self._not_sent(message_id, error)
            return
        with self.sessions.begin() as session:
            message = session.get_one(Message, message_id, with_for_update=True)
            messages.settle_sent(message, accepted.sid, accepted.status, clock.now())

    def _not_sent(self, message_id: UUID, error: CannotSend | CarrierUnavailable) -> None:
        with self.sessions.begin() as session:
            message = session.get_one(Message, message_id, with_for_update=True)
            if message.stage != Stage.SENDING:
                return  # a delivery report was quicker
            if isinstance(error, CannotSend):
                messages.change_stage(message, Stage.FAILED)
                message.error_code = error.code
            else:
                messages.change_stage(message, Stage.PENDING)
                message.due_at = clock.now() + BACK_OFF * min(2**message.tries, 150)
