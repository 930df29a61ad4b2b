"""Says what to say, never the words: a response's name and values. messaging/wording.py turns them into text."""

from rasa.core.nlg import NaturalLanguageGenerator

# What rasa-sdk adds to every utterance of an action; the rest are the values the action gave.
_NOT_VALUES = {
    "text",
    "image",
    "json",
    "json_message",
    "custom",
    "response",
    "template",
    "attachment",
    "buttons",
    "elements",
    "domain_responses",
}

A_PERSON = {"topic": "talk_to_a_person", "say": "utter_none_of_these"}


class ResponseNames(NaturalLanguageGenerator):
    """Rasa asks it for words; it answers with ``{"response", "values", "choices"}`` for the web side."""

    def __init__(self, endpoint_config=None, domain=None):
        pass

    async def generate(self, utter_action, tracker, output_channel, **kwargs):
        """The message that our channel carries. `utter_answer` becomes the answer of the topic just understood."""
        values = {k: v for k, v in kwargs.items() if k not in _NOT_VALUES and v is not None}
        topic = (tracker.latest_message.parse_data or {}).get("topic") or {}
        choices = values.pop("choices", [])
        if utter_action == "utter_answer":
            utter_action = f"utter_{topic['id']}"
        if utter_action == "utter_did_you_mean":
            choices = [{"topic": t["id"], "intent": t["intent"]} for t in topic["alternatives"]] + [
                A_PERSON
            ]
        return {"custom": {"response": utter_action, "values": values, "choices": choices}}
