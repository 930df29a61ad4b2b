"""What can go wrong, and what each means for the patient, the retry and the operator.

ServiceError
├── CannotSend              the carrier refused this message for good
├── CarrierUnavailable      the carrier did not take it now (it is known not to have been sent)
├── OutcomeUnknown          the carrier may or may not have taken it: ask before sending again
├── AgentUnavailable        Rasa is down, slow, or gave no usable reply
├── UnknownConversation     an action was asked for on behalf of nobody we know
└── UnsafeSettings          a setting is missing or unsafe; the program does not start
"""


class ServiceError(Exception):
    """Base of our errors. `say` names a response in flows/; it is all a patient ever sees."""

    say = "utter_something_went_wrong"
    retry = False  # would the same request work later?
    alert = False  # is it our fault, so someone should look?


class CannotSend(ServiceError):
    """The carrier refused this message for good. `code` is its error number, or None."""

    def __init__(self, code: int | None):
        super().__init__(str(code))
        self.code = code


class CarrierUnavailable(ServiceError):
    """The carrier did not take the message (refused connection, 429): safe to try again later."""

    retry = True


class OutcomeUnknown(ServiceError):
    """A time-out or a 5xx after the request left: ask the carrier before sending again (twilio.md 1.6)."""

    retry = True


class AgentUnavailable(ServiceError):
    """Rasa is down, hung, or answered nothing (it answers 200 with [] when it fails)."""

    say = "utter_holding"
    retry = True


class UnknownConversation(ServiceError):
    """The agent asked for an action in a conversation that does not exist."""

    alert = True


class UnsafeSettings(ServiceError):
    """A setting is missing, malformed or unsafe; the message names every one of them."""

    alert = True
