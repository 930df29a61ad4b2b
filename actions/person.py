"""A patient wants a person."""

from actions.patient_action import Asking, PatientAction, Say
from records import tasks
from records.tasks import TaskKind


class TalkToAPerson(PatientAction):
    """Recorded for the helpdesk and acknowledged with its hours."""

    named = "action_talk_to_a_person"

    def act(self, asking: Asking, say: Say) -> None:
        tasks.give(
            asking.session,
            asking.trust.id,
            asking.conversation.id,
            asking.message_sid,
            TaskKind.PERSON_WANTED,
            asking.now,
        )
        say("utter_talk_to_a_person")
