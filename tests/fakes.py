"""Stand-ins for what is not ours: a carrier that remembers, and an agent that says what it is told to."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from messaging.carrier import Accepted, Outgoing
from messaging.rasa import Reply, Understood
from records.errors import AgentUnavailable


@dataclass
class FakeCarrier:
    """Keeps a ledger of what it took. `failing` are errors it raises first, one a call."""

    taken: list[tuple[Outgoing, Accepted]] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)
    takes_before_failing: bool = False

    def send(self, text: Outgoing) -> Accepted:
        error = self.failing.pop(0) if self.failing else None
        if error is None or self.takes_before_failing:
            self.taken.append((text, Accepted("SM" + secrets.token_hex(16), "queued")))
        if error is not None:
            raise error
        return self.taken[-1][1]

    def find(self, text: Outgoing, since: datetime, known: set[str]) -> Accepted | None:
        found = (
            a
            for t, a in self.taken
            if t.to == text.to and t.body == text.body and a.sid not in known
        )
        return next(found, None)

    @property
    def bodies(self) -> list[str]:
        return [text.body for text, _ in self.taken]


@dataclass
class FakeAgent:
    """Answers every message with one response; `is_down` makes it unavailable."""

    response: str = "utter_greet"
    language: str = "en"
    is_down: bool = False
    asked: list[tuple[str, str | None, dict | None]] = field(default_factory=list)

    def understand(self, texts, metadata=None, seconds=60):
        if self.is_down:
            raise AgentUnavailable("down")
        return [Understood("greet", 0.9, "answer", self.language, None) for _ in texts]

    def reply(self, sender, message_id, text, choice, metadata):
        if self.is_down:
            raise AgentUnavailable("down")
        self.asked.append((message_id, text, choice))
        return [Reply(self.response, {}, [])], Understood("greet", 0.9, "answer", "en", None)
