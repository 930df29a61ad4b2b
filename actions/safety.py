"""Danger, wrong numbers and deaths: told to staff at once, in a task."""

from actions.patient_action import Asking, PatientAction, Say
from records import patients, tasks
from records.tasks import TaskKind


class Emergency(PatientAction):
    """Danger to life that the agent understood where the screen did not."""

    named = "action_emergency"

    def act(self, asking: Asking, say: Say) -> None:
        _tell_staff(asking, TaskKind.EMERGENCY)
        say("utter_emergency")


class AskForVisitQuietly(PatientAction):
    """SAFE: a visit instead of a call, and no reason asked for or written back."""

    named = "action_ask_for_visit_quietly"

    def act(self, asking: Asking, say: Say) -> None:
        _tell_staff(asking, TaskKind.NOT_SAFE)
        say("utter_visit_asked_for")


class WrongPerson(PatientAction):
    """The number is somebody else's: no more about this patient there."""

    named = "action_wrong_person"

    def act(self, asking: Asking, say: Say) -> None:
        patients.unbind(asking.session, *asking.where, asking.now)
        _tell_staff(asking, TaskKind.WRONG_PERSON)
        say("utter_wrong_person")


class PatientHasDied(PatientAction):
    """A death: every message about the patient stops, and staff hear of it."""

    named = "action_patient_has_died"

    def act(self, asking: Asking, say: Say) -> None:
        patients.record_death(asking.session, *asking.where, asking.now)
        _tell_staff(asking, TaskKind.PATIENT_DIED)
        say("utter_patient_has_died")


def _tell_staff(asking: Asking, kind: TaskKind) -> None:
    tasks.give(
        asking.session,
        asking.trust.id,
        asking.conversation.id,
        asking.message_sid,
        kind,
        asking.now,
    )
