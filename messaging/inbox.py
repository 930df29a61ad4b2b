"""Answers what patients wrote: one conversation at a time, in order, danger before everything else.

claim the conversation → danger? → STOP and its like → numbered choice → the agent → words → reply rows, all in the
transaction that marks the message answered. No transaction is open while the agent thinks.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from messaging import danger, keywords, outbox, rasa
from messaging.keywords import Keywords
from messaging.screen import Danger, Screen
from messaging.wording import Wording
from records import clock, conversations, inbox, messages, optouts, tasks
from records.conversations import Conversation
from records.database import Sessions
from records.errors import AgentUnavailable
from records.inbox import Inbound
from records.messages import Lane
from records.tasks import TaskKind
from records.trusts import Trust

log = logging.getLogger(__name__)

RETRY = timedelta(seconds=3)  # after the agent could not answer; grows with each try
SLOWEST_RETRY = timedelta(seconds=30)
HOLD_ONCE_IN = timedelta(hours=1)
EMERGENCY = rasa.Reply("utter_emergency", {}, [])
# Words that are obeyed before the agent is asked: (topic, response).
AT_ONCE = {
    "stop": ("stop_messages", "utter_opted_out"),
    "start": ("start_messages", "utter_opted_in"),
}
# Words that stand for a topic.
_MEANT = {"human": "talk_to_a_person", "safe": "ask_for_visit_quietly"}


@dataclass(frozen=True)
class Turn:
    """One message being answered: what the database knew when it was claimed."""

    message: Inbound
    conversation: Conversation
    trust: Trust
    language: str


@dataclass(frozen=True)
class Inbox:
    """Everything that answering takes. Its methods are safe to call from many threads and processes."""

    sessions: Sessions
    screen: Screen
    keywords: Keywords
    agent: rasa.Agent
    wording: Wording

    def answer_next(self) -> bool:
        """Answer the next message, if one waits; says whether there was one."""
        with self.sessions.begin() as session:
            claimed = inbox.claim(session, clock.now())
            if claimed is None:
                return False
            turn = _turn(session, *claimed)
        try:
            self._answer(turn)
        finally:
            with self.sessions.begin() as session:
                inbox.release(session, turn.conversation.id)
        return True

    def watch_for_danger(self, seen: int) -> int:
        """Answer dangers among the messages after `seen` at once, past any queue. Returns the newest id looked at."""
        with self.sessions.begin() as session:
            waiting = inbox.waiting_after(session, seen)
        for message in waiting:
            found = self.screen.find(message.body)
            if found:
                with self.sessions.begin() as session:
                    conversation = session.get_one(Conversation, message.conversation_id)
                    turn = _turn(session, conversation, message)
                self._warn(turn, found)
        return waiting[-1].id if waiting else seen

    def _answer(self, turn: Turn) -> None:
        found = self.screen.find(turn.message.body)
        if found:
            return self._warn(turn, found)
        with self.sessions.begin() as session:
            if self._obey(session, turn):
                return None
            earlier = inbox.earlier_waiting(session, turn.message)
            if earlier is not None:  # it is being tried again later; this one waits for it
                return inbox.postpone(session, turn.conversation.id, earlier.try_at)
            text, choice = self._said(session, turn)
        return self._ask_agent(turn, text, choice)

    def _warn(self, turn: Turn, found: Danger) -> None:
        """The fixed words on danger to life, and a task for staff. Never held up by an opt-out."""
        language = danger.language(self.agent, turn.message.body, found, turn.conversation.language)
        now = clock.now()
        with self.sessions.begin() as session:
            if not inbox.finish(session, turn.message, now):
                return
            message = session.get_one(Inbound, turn.message.id)
            message.topic, message.band, message.language = "emergency", "screen", language
            session.get_one(Conversation, turn.conversation.id).language = language
            sid, kind = turn.message.sid, TaskKind.EMERGENCY
            tasks.give(session, turn.trust.id, turn.conversation.id, sid, kind, now)
            self._say(session, turn, language, [EMERGENCY], Lane.EMERGENCY)

    def _obey(self, session: Any, turn: Turn) -> bool:
        """STOP, START and messages without words; says whether that was all there was to do."""
        found = self.keywords.find(turn.message.body)
        where = (turn.trust.id, turn.conversation.channel, turn.conversation.address)
        now = clock.now()
        if found and found[0] in AT_ONCE:
            change = optouts.stop if found[0] == "stop" else optouts.start
            change(session, *where, now)
            name = AT_ONCE[found[0]][1]
        elif not turn.message.body.strip():
            name = "utter_text_only"
        else:
            return False
        if inbox.finish(session, turn.message, now):
            language = (found and found[1]) or turn.language
            self._say(session, turn, language, [rasa.Reply(name, {}, [])])
        return True

    def _said(self, session: Any, turn: Turn) -> tuple[str | None, dict[str, Any] | None]:
        """The text for the agent, or the choice that a button, a bare number or a keyword stands for."""
        word = self.keywords.find(turn.message.body)
        if word:
            return spoken(turn.message.body, word)
        pressed = _pressed(turn.message.button)
        number = keywords.number(turn.message.body)
        if pressed is None and number is None:
            return turn.message.body, None
        offer, n = pressed or (
            conversations.open_offer(turn.conversation, clock.now()),
            number or 0,
        )
        return None, messages.chosen(session, turn.conversation.id, offer, n) or {
            "topic": "unknown_choice"
        }

    def _ask_agent(self, turn: Turn, text: str | None, choice: dict[str, Any] | None) -> None:
        try:
            replies, understood = self.agent.reply(
                str(turn.conversation.id),
                turn.message.sid,
                text,
                choice,
                metadata(turn.trust, turn.language),
            )
        except AgentUnavailable as error:
            log.warning("agent unavailable: %s", error)
            return self._hold(turn)
        return self._finish(turn, replies, understood)

    def _finish(self, turn: Turn, replies: list[rasa.Reply], understood: rasa.Understood) -> None:
        with self.sessions.begin() as session:
            if not inbox.finish(session, turn.message, clock.now()):
                return
            conversation = session.get_one(Conversation, turn.conversation.id)
            asked = conversation.language_asked_for_at != turn.conversation.language_asked_for_at
            if understood.language and not asked:
                conversation.language = understood.language
            message = session.get_one(Inbound, turn.message.id)
            message.topic, message.confidence = understood.topic, understood.confidence
            message.band, message.language = understood.band, understood.language
            language = conversations.language(session, conversation)
            emergency = any(reply.response == "utter_emergency" for reply in replies)
            self._say(session, turn, language, replies, Lane.EMERGENCY if emergency else Lane.REPLY)

    def _hold(self, turn: Turn) -> None:
        """Say once that an answer will come, and try again later."""
        now = clock.now()
        with self.sessions.begin() as session:
            wait = min(RETRY * (turn.message.tries + 1), SLOWEST_RETRY)
            inbox.postpone(session, turn.conversation.id, now + wait)
            message = session.get_one(Inbound, turn.message.id)
            if message.held_at is None and not inbox.was_held_since(
                session, message, now - HOLD_ONCE_IN
            ):
                self._say(
                    session, turn, turn.language, [rasa.Reply("utter_holding", {}, [])], first=100
                )
            message.held_at = message.held_at or now

    def _say(
        self,
        session: Any,
        turn: Turn,
        language: str,
        replies: list[rasa.Reply],
        lane: Lane = Lane.REPLY,
        first: int = 0,
    ) -> None:
        conversation = session.get_one(Conversation, turn.conversation.id)
        for n, reply in enumerate(replies, first):
            outbox.queue(
                session,
                self.wording,
                turn.trust,
                conversation,
                reply,
                language,
                lane,
                clock.now(),
                turn.message.sid,
                n,
            )


def spoken(
    text: str, word: tuple[str, str | None] | None
) -> tuple[str | None, dict[str, Any] | None]:
    """(text, choice) for the agent: the text as it is, or the choice that a keyword stands for."""
    return (None, {"topic": _MEANT[word[0]]}) if word else (text, None)


def metadata(trust: Trust, language: str | None, dry: bool = False) -> dict[str, Any]:
    """What the agent is told beside the text; `dry` has its actions undo what they did."""
    return {"trust": trust.code, "phrases": trust.phrases_version, "language": language, "dry": dry}


def _turn(session: Any, conversation: Conversation, message: Inbound) -> Turn:
    trust = session.get_one(Trust, conversation.trust_id)
    return Turn(message, conversation, trust, conversations.language(session, conversation))


def _pressed(button: str | None) -> tuple[UUID, int] | None:
    """The message and the number that a button of ours carries, "<message id>:<number>"; None for anything else."""
    message_id, _, number = (button or "").partition(":")
    try:
        return UUID(message_id), int(number)
    except ValueError:
        return None
