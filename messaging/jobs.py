"""The threads that work: answer, watch for danger, hand over; and the clock that wakes what is due now and then."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from records import logs

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.25  # between looks for work when no bell rang: another process may have left some
AFTER_FAILURE_SECONDS = 1.0


@dataclass(frozen=True)
class Every:
    """One job of the timetable. `do` works until nothing is left and never overlaps itself."""

    seconds: float
    do: Callable[[], object]


class Workers:
    """Threads that call a function until it says that nothing was left, then sleep until a bell or a moment later."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._bells: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(4)}
        )

    def add(self, name: str, work: Callable[[], bool], threads: int) -> Callable[[], None]:
        """Run `work` in this many threads. Returns the bell that wakes them."""
        bells = [threading.Event() for _ in range(threads)]
        self._bells += bells
        for n, bell in enumerate(bells):
            thread = threading.Thread(
                target=self._loop, args=(work, bell), name=f"{name}-{n}", daemon=True
            )
            self._threads.append(thread)

        def ring() -> None:
            for bell in bells:
                bell.set()

        return ring

    def timetable(self, jobs: list[Every]) -> None:
        """Wake these jobs in time. Nothing is kept in the scheduler: what is due is a row in the database."""
        for job in jobs:
            self._scheduler.add_job(
                _guarded, "interval", args=[job.do], seconds=job.seconds, coalesce=True, max_instances=1,
                misfire_grace_time=None,
            )  # fmt: skip

    def start(self) -> None:
        """Start every thread and the clock."""
        for thread in self._threads:
            thread.start()
        self._scheduler.start()

    def stop_soon(self) -> None:
        """Take nothing new in hand from now on."""
        self._stopping.set()
        for bell in self._bells:
            bell.set()

    def stop(self) -> None:
        """Let each finish what it has in hand."""
        self.stop_soon()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for thread in self._threads:
            thread.join(2)

    def _loop(self, work: Callable[[], bool], bell: threading.Event) -> None:
        while not self._stopping.is_set():
            bell.clear()
            if not _guarded(work):
                bell.wait(IDLE_SECONDS)


def _guarded(work: Callable[[], object]) -> bool:
    """The job runner's one catch: whatever failed is in the log by its name, and is tried again."""
    try:
        return bool(work())
    except Exception as error:
        log.error("job failed: %s at %s", type(error).__name__, logs.place(error))
        threading.Event().wait(AFTER_FAILURE_SECONDS)
        return True
