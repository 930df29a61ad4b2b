"""In which language to warn: what the agent hears, if it answers at once, else what the words themselves tell."""

from messaging.rasa import Agent
from messaging.screen import Danger
from records.errors import AgentUnavailable
from records.languages import DEFAULT

AGENT_SECONDS = 1.0  # a warning waits no longer than this for a better guess at its language


def language(agent: Agent, text: str, danger: Danger, remembered: str | None) -> str:
    """One of the nine. English words stand in every language's list, so that a list alone does not tell."""
    try:
        heard = agent.understand([text], {"language": remembered}, AGENT_SECONDS)[0].language
    except AgentUnavailable:
        heard = None
    if heard:
        return heard
    if len(danger.languages) > 1 and remembered in danger.languages:
        return str(remembered)
    return danger.languages[0] if danger.languages else DEFAULT
