"""The only way into the agent: a loopback channel that knows who calls and never reads a text as a command."""

import asyncio
import hmac
import logging
import time

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response

log = logging.getLogger("textroom.channel")

LONGEST_TEXT = 1600  # characters: what a carrier can deliver
MOST_TEXTS = 200  # in one bulk request
_BLANK = " \t\r\n"


def neutral(text):
    """The text without what Rasa would run as a command: `/intent{...}` after any white space (threats.md 3.1)."""
    text = (
        text[:LONGEST_TEXT].replace("\x00", " ").encode("utf-8", "ignore").decode("utf-8").strip()
    )
    while text.startswith("/"):
        text = text[1:].strip()
    return text or "?"


class Textroom(InputChannel):
    """POST message: one patient's message in, names of responses out. POST understand: many texts, no conversation."""

    def __init__(self, secret):
        self._expected = f"Bearer {secret}"

    @classmethod
    def name(cls):
        return "textroom"

    @classmethod
    def from_credentials(cls, credentials):
        if not (credentials or {}).get("secret") or credentials["secret"].startswith("${"):
            raise ValueError("the channel needs a secret")
        return cls(credentials["secret"])

    def blueprint(self, on_new_message):
        channel = Blueprint("textroom")

        @channel.route("/", methods=["GET"])
        async def health(request):
            return response.json(
                {"ready": bool(request.app.ctx.agent and request.app.ctx.agent.is_ready())}
            )

        @channel.route("/message", methods=["POST"])
        async def message(request):
            if not self._may(request):
                return response.json({"error": "not authorised"}, 401)
            wanted = _one_message(request.json)
            if wanted is None:
                return response.json({"error": "sender, message_id and text or choice wanted"}, 400)
            return await self._answer(wanted, on_new_message)

        @channel.route("/understand", methods=["POST"])
        async def understand(request):
            if not self._may(request):
                return response.json({"error": "not authorised"}, 401)
            rows = (request.json or {}).get("messages")
            if not isinstance(rows, list) or len(rows) > MOST_TEXTS:
                return response.json({"error": f"messages wanted, {MOST_TEXTS} at most"}, 400)
            processor = request.app.ctx.agent.processor
            return response.json(
                {"understood": [await _understood(processor, row) for row in rows]}
            )

        return channel

    def _may(self, request):
        return hmac.compare_digest(
            request.headers.get("authorization", "").encode(), self._expected.encode()
        )

    async def _answer(self, message, on_new_message):
        try:
            await on_new_message(message)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("turn failed: %s", type(error).__name__)
            return response.json({"error": "turn failed"}, 500)
        said = [m["custom"] for m in message.output_channel.messages if "custom" in m]
        return response.json({"messages": said, **_findings(message.parse_data or {})})


def _one_message(body):
    """The request as Rasa's own message, or None. A choice is what a button or number stood for: it skips NLU."""
    body = body if isinstance(body, dict) else {}
    text, choice = body.get("text"), body.get("choice")
    known = isinstance(body.get("sender"), str) and isinstance(body.get("message_id"), str)
    if not known or not (isinstance(text, str) or isinstance(choice, dict)):
        return None
    return UserMessage(
        neutral(text) if text is not None else "(choice)",
        CollectingOutputChannel(),
        body["sender"],
        parse_data=_chosen(choice) if choice else None,
        input_channel="textroom",
        message_id=body["message_id"],
        metadata=body.get("metadata") or {},
    )


def _chosen(choice):
    """What NLU would have said, had the patient asked for the chosen topic in so many words."""
    topic = {"id": choice["topic"], "confidence": 1.0, "band": "chosen", "alternatives": []}
    intent = {"name": choice.get("intent", choice["topic"]), "confidence": 1.0}
    return {"text": "(choice)", "intent": intent, "entities": [], "topic": topic, "choice": choice}


async def _understood(processor, row):
    started = time.perf_counter()
    message = UserMessage(neutral(str(row.get("text", ""))), metadata=row.get("metadata") or {})
    await processor.parse_message(message)
    return {**_findings(message.parse_data), "ms": (time.perf_counter() - started) * 1000}


def _findings(parse_data):
    return {key: parse_data.get(key) for key in ("topic", "language", "topics")}
