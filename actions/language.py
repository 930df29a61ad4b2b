"""A patient asks for another language."""

from actions.patient_action import Asking, PatientAction, Say
from records import conversations, languages


class ChangeLanguage(PatientAction):
    """Remembers the language that was asked for by name; offers all nine where none was."""

    named = "action_change_language"

    def act(self, asking: Asking, say: Say) -> None:
        code = asking.choice.get("language") or asking.language.get("requested")
        if code in languages.CODES:
            conversations.ask_for_language(asking.conversation, code, asking.now)
            say("utter_language_changed")
        else:
            say("utter_which_language", choices=[_choice(code) for code in languages.CODES])


def _choice(code: str) -> dict[str, str]:
    return {"topic": "change_language", "language": code, "title": languages.own_name(code)}
