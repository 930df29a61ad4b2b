"""Children: marked lines, restarts with back-off, and none left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from messaging import processes
from messaging.processes import Child
from records.settings import HERE


def wait_for(condition, seconds=20):
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    assert condition()


def child(tmp_path, code, said):
    return Child(
        "child", [sys.executable, "-u", "-c", code], {"ASKED_FOR": "yes"}, tmp_path, said.append
    )


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_crashed_child_is_started_again_and_stopped_for_good(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_BACK_OFF", 0.05)
    said = []
    watched = child(tmp_path, "print('up'); import time; time.sleep(600)", said)
    watched.watch()
    wait_for(lambda: said == ["up"])
    os.kill(watched.pid, signal.SIGKILL)
    wait_for(lambda: said == ["up", "up"])
    pid = watched.pid
    watched.stop()
    assert not is_alive(pid) and watched.pid is None


def test_a_child_that_ignores_the_request_to_stop_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)
    said = []
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)"
    watched = child(tmp_path, deaf, said)
    watched.watch()
    wait_for(lambda: said == ["up"])
    pid = watched.pid
    watched.stop()
    assert not is_alive(pid)


def test_a_child_gets_what_it_is_given_but_none_of_the_carriers_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "secret")
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    said = []
    asked = "import os; print(os.environ.get('TWILIO_AUTH_TOKEN'), os.environ.get('VIRTUAL_ENV'), os.environ['ASKED_FOR'])"
    assert child(tmp_path, asked, said).run_once() == 0
    assert said == ["None None yes"]


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux can end a child with its killed parent"
)
def test_a_killed_parent_leaves_no_child_behind(tmp_path):
    parent = (
        "import sys, time; from pathlib import Path; from messaging.processes import Child\n"
        "c = Child('c', [sys.executable, '-c', 'import time; time.sleep(600)'], {}, Path('.'), print)\n"
        "c.watch(); time.sleep(0.5); print(c.pid, flush=True); time.sleep(600)"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=HERE, stdout=subprocess.PIPE, text=True
    )
    pid = int(started.stdout.readline())
    assert is_alive(pid)
    started.kill()
    started.wait()
    started.stdout.close()
    wait_for(lambda: not is_alive(pid))
