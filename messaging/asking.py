"""`flask ask` and `flask evaluate`: the agent asked without sending anything."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from messaging import agent, danger, outbox
from messaging.inbox import AT_ONCE, EMERGENCY, Inbox, metadata, spoken
from messaging.rasa import Agent, Reply, Understood
from messaging.serving import Server
from records import conversations, patients, trusts
from records.languages import DEFAULT
from records.settings import Settings
from records.trusts import Trust

START_SECONDS = 60
DRY = "dry-"  # conversations of this name are not kept by the agent, nor what their actions do


@contextmanager
def ready_agent(settings: Settings, actions: Flask, say: Callable[[str], None]) -> Iterator[Agent]:
    """The agent that is running, or one of our own for as long as it is needed, trained first if need be.

    `actions` is served to an agent of our own."""
    running = Agent(settings.rasa_url, agent.secret(settings))
    if running.is_ready():
        yield running
        return
    agent.install(say)
    own = replace(settings, rasa_port=_free_port(), actions_port=_free_port())
    endpoint = Server(actions, "127.0.0.1", own.actions_port, threads=4)
    endpoint.start()
    serving = agent.child(own, agent.train(own, say), say)
    started = Agent(f"http://127.0.0.1:{own.rasa_port}", agent.secret(own))
    serving.watch()
    try:
        wait_until_ready(started, START_SECONDS)
        yield started
    finally:
        serving.stop()
        endpoint.stop()


def wait_until_ready(asked: Agent, seconds: float, stopping: Event | None = None) -> None:
    """Return once the agent answers, or we are stopping; TrainingFailed when it has not after so long."""
    ends = time.monotonic() + seconds
    while not asked.is_ready() and not (stopping and stopping.is_set()):
        if time.monotonic() > ends:
            raise agent.TrainingFailed(f"the agent did not start within {seconds:.0f} seconds")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    """What would be sent, and why."""

    topic: str | None
    confidence: float
    language: str
    alternatives: list[tuple[str, float]]
    reply: str
    segments: int

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.__dict__, ensure_ascii=False)


def ask(inbox: Inbox, text: str, code: str | None, address: str | None) -> Answer:
    """What a patient who texts this would be answered, by the whole path; nothing is sent and nothing is kept.

    LookupError for an unknown trust.
    """
    with inbox.sessions.begin() as session:
        trust = _trust(session, code)
        remembered = _remembered(session, trust, address)
    alarm, word = inbox.screen.find(text), inbox.keywords.find(text)
    language: str | None
    found = Understood("emergency", 1.0, "screen", None, None)
    replies = [EMERGENCY]
    if alarm:
        language = danger.language(inbox.agent, text, alarm, remembered)
    elif word and word[0] in AT_ONCE:
        language = word[1] or remembered or DEFAULT
        found = Understood(AT_ONCE[word[0]][0], 1.0, "keyword", None, None)
        replies = [Reply(AT_ONCE[word[0]][1], {}, [])]
    else:
        replies, found = inbox.agent.reply(
            f"{DRY}{uuid4()}",
            str(uuid4()),
            *spoken(text, word),
            metadata(trust, remembered, dry=True),
        )
        language = (
            found.requested_language
            if _changes(replies)
            else found.language or remembered or DEFAULT
        )
    return _answer(inbox, trust, language or DEFAULT, replies, found)


def _answer(
    inbox: Inbox, trust: Trust, language: str, replies: list[Reply], found: Understood
) -> Answer:
    rendered = [outbox.words(inbox.wording, trust, reply, language)[0] for reply in replies]
    return Answer(
        found.topic,
        found.confidence,
        language,
        found.alternatives,
        "\n\n".join(r.body for r in rendered),
        sum(r.segments for r in rendered),
    )


def _changes(replies: list[Reply]) -> bool:
    return any(reply.response == "utter_language_changed" for reply in replies)


def _trust(session: Session, code: str | None) -> Trust:
    found = (
        trusts.find(session, code)
        if code
        else session.scalar(select(Trust).order_by(Trust.code).limit(1))
    )
    if found is None:
        raise LookupError(f"there is no trust {code}" if code else "there is no trust yet")
    return found


def _remembered(session: Session, trust: Trust, address: str | None) -> str | None:
    if address is None:
        return None
    channel = "whatsapp" if address.startswith("whatsapp:") else "sms"
    known = conversations.find(session, trust.id, channel, address)
    people = patients.at(session, trust.id, channel, address)
    return (known.language if known else None) or (people[0].language if people else None)
