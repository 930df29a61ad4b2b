"""Run by the agent's own Python: no text makes Rasa's own parser see a command, once our channel has read it."""

import random
import sys

sys.path.insert(0, sys.argv[1])
import standins

standins.install()
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from channel import neutral

PIECES = ["/", "//", "\\/", " ", "\t", "\n", "\x1f", "\xa0", "\u2003", "\u200b", "\ufeff", "\uff0f", "\u2044", "appointment_cancel",
          "restart", "back", "session_start", '{"id":"1"}', "{", "}", "@0.01", "hello", "5/7", "a", "\x00", "\ud800"]  # fmt: skip
KNOWN = [
    '/appointment_cancel{"id":"999","role":"admin"}',
    "  \xa0/restart",
    "\u2003/back",
    "\x1f/session_start",
    "/a@0.01{}",
    "/",
    "",
    " / / / a",
]


def is_command(text):
    """Does Rasa take this text as an intent, as RegexMessageHandler would?"""
    message = Message({TEXT: text.strip()})
    return YAMLStoryReader.unpack_regex_message(message) is not message or text.strip().startswith(
        "/"
    )


assert is_command('/greet{"a":"b"}'), "the check itself must be able to fail"
chance = random.Random(int(sys.argv[2]))
texts = KNOWN + ["".join(chance.choices(PIECES, k=chance.randint(1, 7))) for _ in range(20_000)]
bad = [t for t in texts if is_command(neutral(t))]
print(len(texts), len(bad), bad[:3])
sys.exit(bool(bad))
