"""Three hot spots of Rasa 3.6.21, mended at start (measured: 18 to 74 messages a second together).

Each says what it replaces; tests/bot/test_patches.py fails when Rasa's own code is no longer what was measured.
"""

import asyncio
import functools
import json
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

ACTION_TIMEOUT_SECONDS = 10  # Rasa's own is five minutes, longer than anybody waits for a text
NLU_THREADS = 2  # the embedding releases the interpreter's lock, so two use both cores


def apply():
    """Patch this process. Call before Rasa starts."""
    _validate_actions_with_one_validator()
    _keep_one_session_to_the_actions()
    _understand_in_threads()


def _validate_actions_with_one_validator():
    # RemoteAction builds a jsonschema validator, and checks the schema itself, for every answer: 47 % of a turn.
    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)(schema)

    def validate(self, result):
        for error in validator.iter_errors(result):
            raise error
        return True

    RemoteAction._validate_action_result = validate


def _keep_one_session_to_the_actions():
    # EndpointConfig opens a new HTTP session, and a TCP connection, for every action call.
    async def request(
        self, method="post", subpath=None, content_type="application/json", compress=False, **kwargs
    ):
        session = getattr(self, "_kept_session", None)
        if session is None or session.closed:
            timeout = aiohttp.ClientTimeout(total=ACTION_TIMEOUT_SECONDS)
            session = self._kept_session = aiohttp.ClientSession(
                headers=self.headers, timeout=timeout
            )
        headers = {"Content-Type": content_type, **(kwargs.pop("headers", None) or {})}
        kwargs.pop("timeout", None)
        where, what = concat_url(self.url, subpath), self.combine_parameters(kwargs)
        async with session.request(
            method, where, headers=headers, params=what, compress=compress, **kwargs
        ) as answer:
            if answer.status >= 400:
                raise ClientResponseError(
                    answer.status, answer.reason, json.dumps({"error": "action refused"})
                )
            return await answer.json()

    EndpointConfig.request = request


def _understand_in_threads():
    # parse_message runs the graph on the event loop, where one long text would hold up every other patient.
    # What was understood is also left on the message, where our channel finds it.
    pool = ThreadPoolExecutor(NLU_THREADS, "understanding")
    run_graph = MessageProcessor._parse_message_with_graph

    async def parse_message(self, message, tracker=None, only_output_properties=True):
        tracker = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        parse = functools.partial(run_graph, self, message, tracker, only_output_properties)
        message.parse_data = await asyncio.get_running_loop().run_in_executor(pool, parse)
        return message.parse_data

    MessageProcessor.parse_message = parse_message
