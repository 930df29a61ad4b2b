"""Stop and start, when said in more than the one word that the inbox obeys by itself."""

from actions.patient_action import Asking, PatientAction, Say
from records import optouts


class OptOut(PatientAction):
    """No more texts to this address."""

    named = "action_opt_out"

    def act(self, asking: Asking, say: Say) -> None:
        optouts.stop(asking.session, *asking.where, asking.now)
        say("utter_opted_out")


class OptIn(PatientAction):
    """Texts again."""

    named = "action_opt_in"

    def act(self, asking: Asking, say: Say) -> None:
        optouts.start(asking.session, *asking.where, asking.now)
        say("utter_opted_in")
