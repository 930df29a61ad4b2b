"""Asks the agent what to say. It answers with names of responses; a silence is a failure, not an answer."""

from dataclasses import dataclass, field
from typing import Any

import requests

from records.errors import AgentUnavailable

CONNECT_SECONDS, READ_SECONDS = 1.0, 8.0


@dataclass(frozen=True)
class Reply:
    """One response the agent chose."""

    response: str
    values: dict[str, Any]
    choices: list[dict[str, Any]]


@dataclass(frozen=True)
class Understood:
    """What the agent made of a message. `alternatives` are (topic, confidence), likeliest first."""

    topic: str | None
    confidence: float
    band: str | None
    language: str | None
    requested_language: str | None
    alternatives: list[tuple[str, float]] = field(default_factory=list)
    milliseconds: float = 0.0

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Understood":
        """Read what the channel returns; tolerant of what a choice leaves out."""
        topic, language = found.get("topic") or {}, found.get("language") or {}
        return cls(
            topic=topic.get("id"),
            confidence=float(topic.get("confidence") or 0),
            band=topic.get("band"),
            language=language.get("code"),
            requested_language=language.get("requested"),
            alternatives=[(a["id"], a["confidence"]) for a in topic.get("alternatives", [])],
            milliseconds=float(found.get("ms") or 0),
        )


class Agent:
    """The agent's channel at `url`, opened with the shared secret. One instance serves many threads."""

    def __init__(self, url: str, secret: str):
        self.url = url
        self._url = f"{url}/webhooks/textroom"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {secret}"

    def reply(
        self,
        sender: str,
        message_id: str,
        text: str | None,
        choice: dict[str, Any] | None,
        metadata: dict[str, Any],
    ) -> tuple[list[Reply], Understood]:
        """What to say to this message. AgentUnavailable where there is no usable answer, whatever the reason."""
        body = {
            "sender": sender,
            "message_id": message_id,
            "text": text,
            "choice": choice,
            "metadata": metadata,
        }
        found = self._post("message", body)
        replies = [Reply(m["response"], m["values"], m["choices"]) for m in found["messages"]]
        if not replies:
            raise AgentUnavailable("an empty reply")
        return replies, Understood.from_json(found)

    def understand(
        self, texts: list[str], metadata: dict[str, Any] | None = None, seconds: float = 60
    ) -> list[Understood]:
        """What the agent makes of texts outside any conversation, in bulk. AgentUnavailable as in `reply`."""
        rows = [{"text": text, "metadata": metadata or {}} for text in texts]
        pieces = [rows[i : i + 50] for i in range(0, len(rows), 50)]
        found = [
            row
            for piece in pieces
            for row in self._post("understand", {"messages": piece}, seconds)["understood"]
        ]
        return [Understood.from_json(row) for row in found]

    def is_ready(self) -> bool:
        """Does it answer, with a model loaded?"""
        try:
            return bool(
                self._session.get(f"{self._url}/", timeout=(CONNECT_SECONDS, 2)).json().get("ready")
            )
        except (requests.RequestException, ValueError):
            return False

    def _post(
        self, what: str, body: dict[str, Any], seconds: float = READ_SECONDS
    ) -> dict[str, Any]:
        try:
            answer = self._session.post(
                f"{self._url}/{what}", json=body, timeout=(CONNECT_SECONDS, seconds)
            )
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise AgentUnavailable(type(error).__name__) from None
        if not isinstance(found, dict):
            raise AgentUnavailable("not an object")
        return found
