"""Run by the agent's own Python: a served message calls none of the stand-ins, and what we patch is what we measured."""

import asyncio
import hashlib
import inspect
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
os.environ["OMP_NUM_THREADS"] = "1"
import standins

standins.install()
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.utils.endpoints import EndpointConfig

FUNCTIONS = (
    RemoteAction._validate_action_result,
    EndpointConfig.request,
    MessageProcessor.parse_message,
)
found = {
    f.__qualname__: hashlib.sha256(inspect.getsource(f).encode()).hexdigest()[:16]
    for f in FUNCTIONS
}

from rasa.core.agent import load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

import patches

patches.apply()


async def serve():
    from lock_store import ConversationLocks
    from names import ResponseNames

    agent = await load_agent(sys.argv[2], endpoints=None)
    agent.lock_store, agent.nlg = ConversationLocks(), ResponseNames()
    agent.processor.lock_store, agent.processor.nlg = agent.lock_store, agent.nlg
    before = standins.calls
    said = []
    for n, text in enumerate(
        ["where do i park", "hello", "asdf qwer", "Czy rozmowa będzie nagrywana?"]
    ):
        out = CollectingOutputChannel()
        await agent.handle_message(UserMessage(text, out, "s", message_id=str(n), metadata={}))
        said += [m["custom"]["response"] for m in out.messages]
    return {"sources": found, "stand_ins_called": standins.calls - before, "said": said}


print(json.dumps(asyncio.run(serve())))
