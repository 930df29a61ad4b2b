"""`uv run app.py`, as a person runs it: the simulator's page is texted, Rasa is killed, logs are searched, Ctrl-C ends it."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests

from records.settings import HERE
from tests.conftest import instance_with_model

CANARIES = ("canary-words-7391", "+447700900101", "447700900101", "9990548609", "Ashworth")
PATIENCE = (
    240  # seconds until a test gives up; how fast things are is measured in tests/bench, never here
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """The program in a process of its own, what it prints, and its simulator."""

    def __init__(self, instance: Path):
        self.ports = {"PORT": free_port(), "RASA_PORT": free_port(), "ACTIONS_PORT": free_port()}
        self.url = f"http://127.0.0.1:{self.ports['PORT']}"
        variables = (
            os.environ
            | {k: str(v) for k, v in self.ports.items()}
            | {"TEXTROOM_INSTANCE": str(instance)}
        )
        variables.pop("VIRTUAL_ENV", None)
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            ["uv", "run", "--quiet", "app.py"], cwd=HERE, env=variables, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        self.wait_for(lambda: any("ready." in line for line in self.lines))
        page = requests.get(f"{self.url}/simulator/", timeout=10).text
        self.patients = re.findall(r'value="([0-9a-f-]{36})"', page)

    def _read(self):
        with self.process.stdout as stream:
            self.lines += (line for line in stream)

    def wait_for(self, condition, seconds=PATIENCE):
        ends = time.monotonic() + seconds
        while not condition() and time.monotonic() < ends and self.process.poll() is None:
            time.sleep(0.05)
        assert condition(), "".join(self.lines[-20:])

    def thread(self, patient=0, channel="sms"):
        return requests.get(
            f"{self.url}/simulator/{self.patients[patient]}/{channel}", timeout=10
        ).json()["lines"]

    def replies(self, patient=0, channel="sms"):
        return [line for line in self.thread(patient, channel) if not line["mine"]]

    def text(self, body, patient=0, channel="sms", **told):
        """Text the hospital; the reply that follows."""
        before = len(self.replies(patient, channel))
        address = f"{self.url}/simulator/{self.patients[patient]}/{channel}"
        assert requests.post(address, json={"body": body, **told}, timeout=20).status_code == 200
        self.wait_for(lambda: len(self.replies(patient, channel)) > before, 60)
        return self.replies(patient, channel)[-1]

    def rasa_pids(self):
        found = subprocess.run(
            ["pgrep", "-f", "--", f"-p {self.ports['RASA_PORT']}"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in found.stdout.split()]

    def stop(self):
        if self.process.poll() is None:
            # As a terminal does: to the whole foreground group.
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def running(house, tmp_path_factory):
    started = Running(instance_with_model(tmp_path_factory.mktemp("everything") / "instance"))
    yield started
    started.stop()


pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize(("body", "language", "words"), [
    ("Czy rozmowa będzie nagrywana?", "pl", "nie nagrywamy"),
    ("call ta ki record kora hobe", "bn", "রেকর্ড"),
    ("I've got crushing pain in my chest", "en", "call 999 now"),
    ('/appointment_cancel{"id":"1"}', "en", "To cancel, call"),
    ("asdf", "en", "I do not know the answer"),
    ("STOP", "en", "We have stopped texting you"),
    ("START", "en", "You will get our texts again"),
])  # fmt: skip
def test_each_text_of_the_brief_gets_its_kind_of_reply_in_its_language(
    running, body, language, words
):
    reply = running.text(body)
    assert reply["language"] == language and words in reply["body"]


def test_a_reply_is_reported_delivered_by_signed_callbacks(running):
    running.text("do i need an app", patient=1)
    running.wait_for(lambda: running.replies(1)[-1]["status"] == "delivered", 30)


def test_whatsapp_buttons_answer_the_question_they_stand_under(running):
    reply = running.text("can you change the language please", channel="whatsapp", patient=2)
    assert len(reply["choices"]) == 9
    chosen = running.text(
        reply["choices"][5], channel="whatsapp", patient=2, button=f"{reply['id']}:6"
    )
    assert chosen["language"] == "pl"


def test_with_the_agent_killed_danger_is_answered_and_all_else_waits_for_one_answer(running):
    for pid in running.rasa_pids():
        os.kill(pid, signal.SIGKILL)
    held = running.text("canary-words-7391 where do i park", patient=3)
    danger = running.text("my son has stopped breathing", patient=4)
    assert "999" in danger["body"] and len(running.replies(4)) == 1
    running.wait_for(lambda: len(running.replies(3)) == 2)
    time.sleep(3)
    replies = running.replies(3)
    assert (
        len(replies) == 2
        and replies[0]["id"] == held["id"]
        and "https://northgate.example/visit" in replies[1]["body"]
    )


def test_what_cannot_be_understood_shows_no_traceback(running):
    for path in ("/twilio/inbound", "/simulator/x", "/nowhere", "/twilio/status/1"):
        for answer in (
            requests.get(running.url + path, timeout=10),
            requests.post(running.url + path, data="{", timeout=10),
        ):
            assert answer.status_code in (400, 403, 404, 405) and "Traceback" not in answer.text


def test_another_site_cannot_use_the_simulator(running):
    page = f"{running.url}/simulator/"
    assert requests.get(page, headers={"Host": "evil.example:80"}, timeout=10).status_code == 403
    assert (
        requests.get(page, headers={"Sec-Fetch-Site": "cross-site"}, timeout=10).status_code == 403
    )


def test_a_taken_port_is_told_in_one_sentence(running, tmp_path):
    variables = os.environ | {
        "PORT": str(running.ports["PORT"]),
        "TEXTROOM_INSTANCE": str(tmp_path),
    }
    second = subprocess.run(
        ["uv", "run", "--quiet", "app.py"],
        cwd=HERE,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"textroom cannot start: port {running.ports['PORT']} is in use: stop the program that has it, or set PORT"
    )


def test_ctrl_c_stops_everything_and_no_patient_was_ever_in_the_log(running):
    pids = running.rasa_pids()
    assert pids and running.stop() == 0
    assert running.rasa_pids() == []
    printed = "".join(running.lines)
    assert "rasa | " in printed or "main | " in printed
    for canary in CANARIES:
        assert canary not in printed, f"{canary} is in the log"
    assert all(
        re.match(r"(main|rasa|flask) *\| ", line) for line in running.lines if line.strip()
    ), printed
