"""The agent's own environment, tried with its own Python."""

import json
import subprocess

import pytest

from messaging import agent
from records.settings import HERE

PYTHON = HERE / "bot" / ".venv" / "bin" / "python"
# Rasa 3.6.21's own code, where bot/patches.py puts ours. A new Rasa must be measured again before this is changed.
MEASURED = {
    "RemoteAction._validate_action_result": "f8cdb4be68123961",
    "EndpointConfig.request": "ccdb778aed8208e2",
    "MessageProcessor.parse_message": "b98d8e49b9f2c433",
}


def run(script, *arguments, variables=None):
    return subprocess.run(
        [PYTHON, HERE / "tests" / "bot" / script, HERE / "bot", *map(str, arguments)],
        capture_output=True, text=True, env=variables, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_no_text_is_ever_a_command(house, seed):
    finished = run("slashes.py", seed)
    assert finished.returncode == 0, finished.stdout + finished.stderr[-2000:]


def test_serving_calls_no_stand_in_and_patches_what_was_measured(house):
    model = agent.model_file(house.settings)
    variables = {
        "TEXTROOM_FLOWS": str(HERE / "flows"),
        "TEXTROOM_ACTIONS_URL": "http://127.0.0.1:9/x",
        "TEXTROOM_BOT_SECRET": "s",
    }
    finished = run("serving.py", model, variables=variables)
    assert finished.returncode == 0, finished.stderr[-3000:]
    found = json.loads(finished.stdout.splitlines()[-1])
    assert found["sources"] == MEASURED
    assert found["stand_ins_called"] == 0
    assert found["said"] == [
        "utter_travel_and_parking",
        "utter_greet",
        "utter_out_of_scope",
        "utter_will_it_be_recorded",
    ]


def test_the_channel_wants_its_secret_and_a_whole_request(house):
    import requests

    url = f"{house.settings.rasa_url}/webhooks/textroom"
    secret = {"Authorization": f"Bearer {agent.secret(house.settings)}"}
    assert (
        requests.post(
            f"{url}/message", json={"sender": "a", "message_id": "1", "text": "hi"}, timeout=10
        ).status_code
        == 401
    )
    assert (
        requests.post(
            f"{url}/message", json={"sender": "a"}, headers=secret, timeout=10
        ).status_code
        == 400
    )
    assert requests.post(f"{url}/message", data="{", headers=secret, timeout=10).status_code == 400
    assert (
        requests.post(
            f"{url}/understand", json={"messages": [{}] * 201}, headers=secret, timeout=10
        ).status_code
        == 400
    )


@pytest.mark.parametrize("path", [
    "/webhooks/rest/webhook", "/webhooks/twilio/webhook", "/model", "/status", "/domain", "/conversations/a/tracker", "/version",
])  # fmt: skip
def test_nothing_else_of_rasa_is_open(house, path):
    import requests

    assert (
        requests.get(house.settings.rasa_url + path, timeout=10).status_code in (404, 405, 500)
        or path == "/version"
    )
    assert requests.post(house.settings.rasa_url + path, json={}, timeout=10).status_code in (
        404,
        405,
    )
