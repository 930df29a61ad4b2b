"""A child process that is watched: started, its lines marked, restarted with back-off, never left behind."""

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

FIRST_BACK_OFF, LONGEST_BACK_OFF = 0.5, 30.0  # seconds
STEADY_AFTER = 60.0  # seconds up: the next crash is a new one, not the old one again
GRACE_SECONDS = 3.0  # between asking it to stop and making it


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Our environment for a child of another virtual environment, with `extra`; the carrier's secrets stay here."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("TWILIO_") and k != "VIRTUAL_ENV"
    }
    return kept | dict(extra)


def variable(name: str, default: str) -> str:
    """What the program that started us says about itself; our own settings are in records.settings."""
    return os.environ.get(name, default)


@dataclass
class Child:
    """One child process. `say` gets each line it prints, without its newline."""

    name: str
    command: list[str]
    variables: dict[str, str]
    folder: Path
    say: Callable[[str], None]
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _starting: threading.Lock = field(default_factory=threading.Lock, init=False)

    def run_once(self) -> int:
        """Run it to its end in this thread; its exit code."""
        with self._start() as process:
            for line in process.stdout or ():
                self.say(line.rstrip("\n"))
        return process.returncode

    def watch(self) -> threading.Thread:
        """Keep it running from a thread of its own until `stop`."""
        thread = threading.Thread(target=self._keep_running, name=f"watch {self.name}", daemon=True)
        thread.start()
        return thread

    @property
    def pid(self) -> int | None:
        """The running process's id."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def stop(self) -> None:
        """End it and what it started, politely first."""
        with self._starting:
            self._stopping.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        self._signal(process, signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(process, signal.SIGKILL)
            process.wait()

    def _keep_running(self) -> None:
        wait = FIRST_BACK_OFF
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self.run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY_AFTER:
                wait = FIRST_BACK_OFF
            log.error("%s ended with code %s; starting it again in %.1f s", self.name, code, wait)
            self._stopping.wait(wait)
            wait = min(wait * 2, LONGEST_BACK_OFF)

    def _start(self) -> subprocess.Popen[str]:
        with self._starting:
            if self._stopping.is_set():
                raise RuntimeError(f"{self.name} was stopped")
            self._process = subprocess.Popen(
                [*_dies_with_us(), *self.command],
                cwd=self.folder,
                env=environment(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,  # its own group: Ctrl-C reaches us alone, and we end the whole group
            )
            return self._process

    @staticmethod
    def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            log.debug("%s was gone already", process.pid)


def _dies_with_us() -> list[str]:
    """On Linux the kernel ends the child when we are killed; elsewhere a kill -9 of us would leave it behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
