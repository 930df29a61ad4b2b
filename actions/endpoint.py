"""Where Rasa calls the actions, and fetches what trusts taught: loopback only, behind the shared secret."""

import hmac
from collections.abc import Coroutine
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

import actions
from actions.patient_action import PatientAction
from records import trusts
from records.database import Sessions


class Executor(ActionExecutor):  # type: ignore[misc]
    """rasa-sdk's executor. Rasa leaves the domain out of each call (enable_selective_domain), and no action of ours
    reads it; without this override rasa-sdk 3.21.1 answers 449."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """No domain."""
        return payload.get("domain") or {}


def create(sessions: Sessions, secret: str) -> Flask:
    """The application that answers Rasa."""
    PatientAction.sessions = sessions
    executor = Executor()
    executor.register_package(actions)  # every module of this room; every concrete action in them
    app = Flask("actions")

    @app.before_request
    def check_secret() -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            abort(401)

    @app.post("/bot/actions")
    def run() -> Response | tuple[Response, int]:
        call = request.get_json()
        call.pop("version", None)  # Rasa's; rasa-sdk would warn about the difference at every call
        try:
            result = _finished(executor.run(call))
        except ActionExecutionRejection as rejection:
            return jsonify(error=str(rejection), action_name=rejection.action_name), 400
        return jsonify(events=result.events, responses=result.responses)

    @app.get("/bot/phrases/<code>")
    def phrases(code: str) -> Response:
        with sessions.begin() as session:
            trust = trusts.find(session, code) or abort(404)
            taught = [{"topic": p.topic, "text": p.text} for p in trusts.phrases(session, trust)]
            return jsonify(version=trust.phrases_version, phrases=taught)

    return app


def _finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits: our actions are plain functions, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("an action waited for something; actions are plain functions here")
